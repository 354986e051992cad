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
    assert "200 procedures" in result.output
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
