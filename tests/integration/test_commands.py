"""The ``vigie`` command as people type it."""

from __future__ import annotations

import asyncio
import json
import shutil
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory
from typer.testing import CliRunner

from bot import commands as command
from bot import schema
from bot.doctor import examine
from routing.catalogue import loader
from routing.errors import CatalogueError
from tests.city import settings_in
from tests.databases import ROOT

ROSTER = """
people:
  - {id: ana, name: Ana Martin, phone: "+33639980001", plan: [{after: 0, by: voice}]}
rotations:
  - {id: tous, every: week, handoff: "monday 08:00", start: 2026-01-05, members: [ana]}
policies:
  - {id: tous, levels: [{after: 0, targets: ["rotation:tous"]}]}
services:
  astreinte: {policy: tous}
"""


@pytest.fixture
def vigie(empty_database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    """The command on the test's own database."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("VIGIE_DATABASE_URL", empty_database_url)
    monkeypatch.setenv("VIGIE_DATA_DIR", str(tmp_path / "var"))
    monkeypatch.setenv("VIGIE_API_TOKEN", "a-token-for-tests")
    return CliRunner()


def test_the_catalogue_is_in_order(vigie: CliRunner) -> None:
    result = vigie.invoke(command.app, ["catalogue", "check"])
    assert result.exit_code == 0, result.output
    assert f"{len(loader.procedure_ids())} procedures" in result.output
    assert "23 communes" in result.output


def test_a_wrong_channels_file_is_named(vigie: CliRunner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "channels.yaml").write_text('voierie: ["slack:C0"]', encoding="utf-8")
    monkeypatch.setenv("VIGIE_CHANNELS_FILE", "channels.yaml")
    result = vigie.invoke(command.app, ["catalogue", "check"])
    assert isinstance(result.exception, CatalogueError)
    assert "voierie" in str(result.exception)


def test_a_mistake_is_lines_not_a_traceback(
    vigie: CliRunner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "oncall.yaml").write_text("people: []\npolicies: []\n", encoding="utf-8")
    monkeypatch.setattr("sys.argv", ["vigie", "oncall", "import", "oncall.yaml"])
    with pytest.raises(SystemExit) as ended:
        command.run()
    assert ended.value.code == 1
    assert "oncall.yaml:1: people" in capsys.readouterr().err


def test_a_wrong_setting_is_named(vigie: CliRunner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VIGIE_TIME_ZONE", "Europe/Dijon")
    result = vigie.invoke(command.app, ["doctor"])
    assert result.exit_code == 2
    assert "VIGIE_TIME_ZONE" in result.output


def test_the_roster_goes_in_and_comes_out(vigie: CliRunner, tmp_path: Path) -> None:
    (tmp_path / "oncall.yaml").write_text(ROSTER, encoding="utf-8")
    assert vigie.invoke(command.app, ["oncall", "import", "oncall.yaml"]).exit_code == 0
    first = vigie.invoke(command.app, ["oncall", "export"])
    (tmp_path / "again.yaml").write_text(first.output, encoding="utf-8")
    assert vigie.invoke(command.app, ["oncall", "import", "again.yaml"]).exit_code == 0
    assert vigie.invoke(command.app, ["oncall", "export"]).output == first.output
    assert "Ana Martin" in first.output


def test_why_answers_from_the_log_and_says_what_it_does_not_know(vigie: CliRunner, tmp_path: Path) -> None:
    (tmp_path / "oncall.yaml").write_text(ROSTER, encoding="utf-8")
    vigie.invoke(command.app, ["oncall", "import", "oncall.yaml"])
    result = vigie.invoke(command.app, ["why", "ana"])
    assert result.exit_code == 0, result.output
    assert "Non : Ana Martin n'a pas été appelé·e vers" in result.output
    assert "personne ana, ajoutée par l'import du fichier d'astreinte" in result.output
    assert vigie.invoke(command.app, ["why", "ana", "--at", "2020-01-01T03:12"]).output.startswith("Non : Ana Martin")
    for asked, said in ((["IN-4K7Q"], "Le journal ne dit rien de IN-4K7Q"), (["ana", "--at", "hier"], "write for")):
        refused = vigie.invoke(command.app, ["why", *asked])
        assert refused.exit_code != 0
        assert said in refused.output


def test_the_schema_is_what_the_code_says(vigie: CliRunner) -> None:
    assert vigie.invoke(command.app, ["db", "upgrade"]).exit_code == 0
    result = vigie.invoke(command.app, ["db", "check"])
    assert result.exit_code == 0, result.output


def test_the_newest_revision_is_known_without_reading_the_migrations() -> None:
    assert schema.newest() == ScriptDirectory.from_config(schema.config("postgresql://nowhere")).get_current_head()


def test_the_doctor_says_what_is_missing(vigie: CliRunner, tmp_path: Path) -> None:
    sick = vigie.invoke(command.app, ["doctor"])
    assert sick.exit_code == 1
    assert "nobody can be paged" in sick.output
    (tmp_path / "oncall.yaml").write_text(ROSTER, encoding="utf-8")
    vigie.invoke(command.app, ["oncall", "import", "oncall.yaml"])
    better = vigie.invoke(command.app, ["doctor"])
    assert better.exit_code == 0, better.output
    assert "look  worker: 0 lanes with a heartbeat" in better.output


async def test_the_doctor_sees_services_nobody_answers_for(
    empty_database_url: str, tmp_path: Path, vigie: CliRunner
) -> None:
    late = ROSTER.replace("2026-01-05", "2999-01-05")
    (tmp_path / "oncall.yaml").write_text(late, encoding="utf-8")
    await asyncio.to_thread(vigie.invoke, command.app, ["oncall", "import", "oncall.yaml"])
    findings = await examine(settings_in(tmp_path), empty_database_url)
    assert any("nobody on call now for" in finding.said for finding in findings)


async def test_the_doctor_sees_procedures_nobody_wrote_examples_for(database_url: str, tmp_path: Path) -> None:
    town = tmp_path / "town"
    shutil.copytree(ROOT / "tests" / "small_town", town)
    settings = settings_in(tmp_path, catalogue_dir=town, examples_dir=town / "examples", locale="en")
    assert not any(finding.what == "understanding" for finding in await examine(settings, database_url))
    (town / "examples" / "noise" / "noise-party.txt").unlink()
    [found] = [finding for finding in await examine(settings, database_url) if finding.what == "understanding"]
    assert (found.well, "no examples of noise-party" in found.said) == (False, True)


async def test_the_doctor_sees_a_slack_that_is_not_listened_to(database_url: str, tmp_path: Path) -> None:
    deaf = await examine(settings_in(tmp_path, slack_bot_token="xoxb-1"), database_url)
    assert any("clicks reach nobody" in finding.said and not finding.well for finding in deaf)
    heard = await examine(settings_in(tmp_path, slack_bot_token="xoxb-1", slack_app_token="xapp-1"), database_url)
    assert [finding.said for finding in heard if finding.what == "slack"] == ["Socket Mode"]


def test_serving_a_given_database_needs_a_token(vigie: CliRunner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("VIGIE_API_TOKEN")
    result = vigie.invoke(command.app, ["web"])
    assert result.exit_code == 2
    assert "VIGIE_API_TOKEN" in result.output


def test_a_procedure_is_begun_refused_until_written_then_learned(
    vigie: CliRunner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    town = tmp_path / "town"
    shutil.copytree(ROOT / "tests" / "small_town", town)
    monkeypatch.setenv("VIGIE_CATALOGUE_DIR", str(town))
    monkeypatch.setenv("VIGIE_EXAMPLES_DIR", str(town / "examples"))
    monkeypatch.setenv("VIGIE_LOCALE", "en")
    begin = ["catalogue", "new", "waste-glass", "--title", "Bottle bank full", "--family", "waste", "--lead", "waste"]
    result = vigie.invoke(command.app, begin)
    assert result.exit_code == 0, result.output
    again = vigie.invoke(command.app, begin)
    assert isinstance(again.exception, CatalogueError)
    assert "exists already" in str(again.exception)
    assert "new family" not in result.output
    refused = vigie.invoke(command.app, ["catalogue", "check"])
    assert isinstance(refused.exception, CatalogueError)
    assert all("still to be written" in problem for problem in refused.exception.problems)
    unlearned = vigie.invoke(command.app, ["nlp", "train", "--examples", str(town / "examples"), "--lang", "en"])
    assert unlearned.exit_code == 1
    assert "still to be written" in unlearned.output
    written = town / "procedures" / "waste" / "waste-glass.yaml"
    written.write_text(written.read_text(encoding="utf-8").replace("À ÉCRIRE : ", "Please "), encoding="utf-8")
    said = ["the bottle bank is full", "no room for glass at the car park", "bottles piled up beside the bank"]
    (town / "examples" / "waste" / "waste-glass.txt").write_text("\n".join(said), encoding="utf-8")
    assert "11 procedures" in vigie.invoke(command.app, ["catalogue", "check"]).output
    model = str(tmp_path / "model")
    trained = vigie.invoke(
        command.app, ["nlp", "train", "--examples", str(town / "examples"), "--lang", "en", "--output", model]
    )
    assert trained.exit_code == 0, trained.output
    read = vigie.invoke(command.app, ["nlp", "predict", "--model", model], input='{"text": "bottle bank overflowing"}')
    assert json.loads(read.output)["ranking"][0]["procedure"] == "waste-glass"


@pytest.mark.parametrize(
    ("id_", "lead", "message"),
    [
        ("Glass!", "waste", "lower-case"),
        ("glass-full", "waste", "begins with its family"),
        ("waste-x", "nobody", "nobody"),
        ("waste-été", "waste", "without accents, such as voirie-trou: waste-ete?"),
    ],
)
def test_a_beginning_that_cannot_be_is_explained(
    vigie: CliRunner, tmp_path: Path, id_: str, lead: str, message: str
) -> None:
    shutil.copytree(ROOT / "tests" / "small_town", tmp_path / "town")
    begin = ["catalogue", "new", id_, "--title", "Glass", "--family", "waste", "--lead", lead]
    result = vigie.invoke(command.app, [*begin, "--folder", str(tmp_path / "town")])
    assert isinstance(result.exception, CatalogueError)
    assert message in str(result.exception)


def _town(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the small town, as the configured city."""
    town = tmp_path / "town"
    shutil.copytree(ROOT / "tests" / "small_town", town)
    monkeypatch.setenv("VIGIE_CATALOGUE_DIR", str(town))
    monkeypatch.setenv("VIGIE_EXAMPLES_DIR", str(town / "examples"))
    monkeypatch.setenv("VIGIE_LOCALE", "en")
    return town


def _ended(monkeypatch: pytest.MonkeyPatch, *words: str) -> int:
    """The exit code of the command as the shell gets it: no traceback may come out."""
    monkeypatch.setattr("sys.argv", ["vigie", *words])
    with pytest.raises(SystemExit) as ended:
        command.run()
    assert isinstance(ended.value.code, int)
    return ended.value.code


def test_another_city_trains_its_own_examples_where_vigie_looks_for_them(
    vigie: CliRunner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    town = _town(tmp_path, monkeypatch)
    (town / "examples" / "noise" / "noise-party.txt").unlink()
    trained = json.loads(vigie.invoke(command.app, ["nlp", "train"]).stdout)
    assert trained["labels"] == 9
    assert "noise-party has no examples: no message is understood as it." in trained["notes"]
    assert any("Fewer than 25 examples" in note and "waste-missed-bin (10)" in note for note in trained["notes"])
    made = Path(trained["model"])
    assert made.parent == tmp_path / "var" / "models"
    read = vigie.invoke(command.app, ["nlp", "predict"], input='{"text": "big hole in the road"}')
    assert json.loads(read.stdout)["ranking"][0]["procedure"] == "streets-pothole"
    assert [path.name for path in made.parent.glob("model-*")] == [made.name], "nothing was trained twice"
    assert "Nothing was promoted" in vigie.invoke(command.app, ["nlp", "rollback"]).output
    lint = vigie.invoke(command.app, ["nlp", "lint", "--fewest", "5"])
    assert "Examples are in order." in lint.output
    assert vigie.invoke(command.app, ["nlp", "lint"]).exit_code == 1
    refused = vigie.invoke(command.app, ["nlp", "calibrate"])
    assert refused.exit_code == 1
    assert "Only our own examples" in refused.output


def test_what_cannot_be_evaluated_is_said_without_a_traceback(
    vigie: CliRunner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _town(tmp_path, monkeypatch)
    for content, said in (
        ("", "Nothing to evaluate"),
        ('{"text": "a hole", "label": "streets-nowhere"}', "no label 'streets-nowhere'"),
        ('{"text": "a hole", "label": null}', "no text has a label"),
        ('{"text": "a hole", "label": "streets-pothole", "commune": 3}', "'commune' must be a string"),
    ):
        (tmp_path / "judged.jsonl").write_text(content, encoding="utf-8")
        refused = vigie.invoke(command.app, ["nlp", "evaluate", "judged.jsonl"])
        assert refused.exit_code == 1
        assert said in refused.output
    (tmp_path / "judged.jsonl").write_text('{"text": "a hole", "label": "streets-pothole"}', encoding="utf-8")
    refused = vigie.invoke(command.app, ["nlp", "evaluate", "judged.jsonl", "--plot", "nowhere/plot.svg"])
    assert "nowhere/plot.svg: No such file or directory." in refused.output
    (tmp_path / "taken").write_text("", encoding="utf-8")
    refused = vigie.invoke(command.app, ["nlp", "train", "--output", "taken"])
    assert (refused.exit_code, "taken: Not a directory" in refused.output) == (1, True)
    refused = vigie.invoke(command.app, ["nlp", "train", "--lang", "en-GB"])
    assert (refused.exit_code, "two letters" in refused.output) == (2, True)
    (tmp_path / "half").mkdir()
    (tmp_path / "half" / "config.cfg").write_text("x", encoding="utf-8")
    refused = vigie.invoke(command.app, ["nlp", "predict", "--model", "half"], input='{"text": "a hole"}')
    assert (refused.exit_code, "half: not a whole model" in refused.output) == (1, True)
    answered = vigie.invoke(command.app, ["nlp", "predict"], input='{"text": "a hole on \\ud800 Mill Lane"}')
    assert json.loads(answered.stdout)["place"] == "Mill Lane"


def test_mistakes_of_any_command_end_in_a_sentence(
    vigie: CliRunner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    begin = ["catalogue", "new", "waste-glass", "--title", "Glass", "--family", "waste", "--lead", "waste"]
    assert _ended(monkeypatch, *begin, "--folder", "nowhere") == 1
    assert "services.yaml: cannot be read" in capsys.readouterr().err
    monkeypatch.setenv("VIGIE_PORT", "abc")
    for words in (["nlp", "rollback"], ["places", "stats"], ["catalogue", "check"]):
        assert _ended(monkeypatch, *words) == 2
        assert "VIGIE_PORT" in capsys.readouterr().err


def test_a_storm_that_nobody_hears_says_so(vigie: CliRunner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VIGIE_PORT", "1")
    result = vigie.invoke(command.app, ["simulate", "storm", "--reports", "2", "--seconds", "0"])
    assert result.exit_code == 1
    assert "Nobody answers at http://127.0.0.1:1: start `vigie serve`" in result.output


def test_nothing_to_learn_is_said(vigie: CliRunner) -> None:
    result = vigie.invoke(command.app, ["nlp", "learn"])
    assert result.exit_code == 1
    assert "nothing to learn" in result.output


def test_a_year_is_played_in_advance_on_a_roster_that_is_not_imported(vigie: CliRunner, tmp_path: Path) -> None:
    gone = "time_off: [{person: ana, from: 2027-01-04, until: 2027-01-05}]\n"
    (tmp_path / "oncall.yaml").write_text(ROSTER + gone, encoding="utf-8")
    (tmp_path / "past.jsonl").write_text(
        '{"at": "2027-01-03T03:00", "procedure": "securite-incendie-batiment"}\n'
        '{"at": "2027-01-03T04:00", "procedure": "proprete-tag"}\n',
        encoding="utf-8",
    )
    year = ["oncall", "simulate", "--file", "oncall.yaml", "--begin", "2027-01-01", "--answering", "1"]
    played = vigie.invoke(command.app, [*year, "--history", "past.jsonl"])
    assert played.exit_code == 0, played.output
    lines = played.output.splitlines()
    assert lines[0].startswith(
        "2027-01-03 03:00 woken  ana: securite-incendie-batiment, level 1 round 1, rotation:tous"
    )
    assert lines[-1] == "GAP tous 2027-01-04 00:00 to 2027-01-06 00:00"
    told = json.loads(vigie.invoke(command.app, [*year, "--history", "past.jsonl", "--json"]).output)
    assert (told["incidents"], [call["person"] for call in told["calls"]]) == (1, ["ana"])
    invented = vigie.invoke(command.app, [*year, "--days", "30", "--summary"])
    assert "2027-01-01 to 2027-01-31" in invented.output
    (tmp_path / "past.jsonl").write_text('{"at": "hier", "procedure": "x"}', encoding="utf-8")
    refused = vigie.invoke(command.app, [*year, "--history", "past.jsonl"])
    assert "past.jsonl:1: " in str(refused.exception)


def test_a_calendar_file_becomes_shifts(vigie: CliRunner, tmp_path: Path) -> None:
    (tmp_path / "oncall.yaml").write_text(ROSTER, encoding="utf-8")
    vigie.invoke(command.app, ["oncall", "import", "oncall.yaml"])
    event = "BEGIN:VEVENT\nUID:1\nDTSTAMP:20260101T000000Z\nSUMMARY:Ana Martin\nDTSTART:20260301T080000\nDURATION:P1D\n"
    calendar = f"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//ville//FR\n{event}END:VEVENT\nEND:VCALENDAR\n"
    (tmp_path / "garde.ics").write_text(calendar, encoding="utf-8")
    done = vigie.invoke(command.app, ["oncall", "import-ics", "garde.ics", "--rotation", "renfort"])
    assert done.output == "1 shifts in renfort.\n", done.output
    exported = vigie.invoke(command.app, ["oncall", "export"]).output
    (tmp_path / "again.yaml").write_text(exported, encoding="utf-8")
    assert vigie.invoke(command.app, ["oncall", "import", "again.yaml"]).exit_code == 0
    assert vigie.invoke(command.app, ["oncall", "export"]).output == exported
