"""``vigie places`` as a city's technician uses it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from bot.commands import app
from bot.doctor import _addresses
from bot.places import CityPlaces
from bot.settings import Settings
from nlp_models.place_finder import find_where
from tests.nlp.test_address_base import HEADER, row


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> object:
    """The command, on a data folder of its own."""
    monkeypatch.setenv("VIGIE_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path)
    return lambda *words: CliRunner().invoke(app, ["places", *words])


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "adresses-21.csv"
    rows = [row(12, "", "Rue des Lilas", "21231", 47.32, 5.04), row(3, "", "Rue des Lilas", "21515", 47.31, 5.11)]
    path.write_text("\n".join([HEADER, *rows]) + "\n", encoding="utf-8")
    return path


def said(result: Result) -> str:
    assert result.exit_code == 0, result.output
    return result.output


def test_import_list_stats_export_and_find(run, file: Path, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    imported = said(run("import", str(file)))
    assert "2 addresses in 2 streets of 2 communes" in imported
    assert "No address of: Ahuy, " in imported
    assert said(run("list", "lilas")).splitlines() == ["rue des Lilas (Dijon): 1", "rue des Lilas (Quetigny): 1"]
    assert said(run("list", "--commune", "Quetigny")).splitlines() == ["rue des Lilas (Quetigny): 1"]
    facts = json.loads(said(run("stats")))
    assert (facts["addresses"], facts["in several communes"]) == (2, 1)
    assert facts["source"] == "adresses-21.csv"
    said(run("export", str(tmp_path / "out.csv")))
    assert (tmp_path / "out.csv").read_text(encoding="utf-8").splitlines()[1] == "rue des Lilas;Dijon;1"
    where = json.loads(said(run("find", "trou au 12 rue des lilas à dijon")))
    assert where["point"] == [47.32, 5.04]


def test_what_is_wrong_is_said_without_a_traceback(run, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    bad = tmp_path / "bad.csv"
    bad.write_text("a;b\n", encoding="utf-8")
    refused = run("import", str(bad))
    assert refused.exit_code == 1
    assert "bad.csv:1: no column numero" in refused.output
    nothing = run("stats")
    assert nothing.exit_code == 1
    assert "No addresses are imported yet" in nothing.output


def test_an_export_that_cannot_be_written_is_said(run, file: Path, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    said(run("import", str(file)))
    refused = run("export", str(tmp_path / "nowhere" / "out.csv"))
    assert refused.exit_code == 1
    assert "out.csv: No such file or directory." in refused.output


def test_the_doctor_says_what_is_known(run, file: Path) -> None:  # type: ignore[no-untyped-def]
    assert not _addresses(Settings()).well
    said(run("import", str(file)))
    assert _addresses(Settings()).said == "2 imported, 1 names of streets"
    Settings().streets_file.unlink()
    Settings().streets_file.write_bytes(b"half a file")
    assert "run `vigie places import` again" in _addresses(Settings()).said


def test_figures_are_a_command(run) -> None:  # type: ignore[no-untyped-def]
    figures = json.loads(said(run("evaluate", "--json")))
    assert figures["commune"] >= 0.98
    assert figures["place"] >= 0.92
    assert figures["invented commune"] <= 0.005
    assert figures["wrong commune"] <= 0.01
    assert figures["unnamed"] >= 300
    assert figures["named"] >= 150
    assert "commune" in said(run("evaluate", "--misses"))


def test_a_running_vigie_takes_other_addresses_over(run, file: Path) -> None:  # type: ignore[no-untyped-def]
    places = CityPlaces(Settings())
    assert find_where("rue des lilas", places.gazetteer).communes == ()
    said(run("import", str(file)))
    assert places.look()
    assert set(find_where("rue des lilas", places.gazetteer).communes) == {"Dijon", "Quetigny"}
    assert not places.look()
    broken = Settings().streets_file.with_name("broken")
    broken.write_bytes(b"half a file")
    broken.replace(Settings().streets_file)
    assert not places.look()
    assert set(find_where("rue des lilas", places.gazetteer).communes) == {"Dijon", "Quetigny"}
