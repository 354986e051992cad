"""Which channel each service lives in: the city's file, the console for the rest."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.bootstrap import Channels, read_channels
from routing.domain.procedure import Catalogue
from routing.errors import CatalogueError


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Where the city writes."""
    return tmp_path / "channels.yaml"


def refused(file: Path, text: str, catalogue: Catalogue) -> list[str]:
    """The problems found in that text."""
    file.write_text(text, encoding="utf-8")
    with pytest.raises(CatalogueError) as refusal:
        read_channels(file, catalogue)
    return refusal.value.problems


def test_without_a_file_every_service_lives_in_the_console(catalogue: Catalogue) -> None:
    channels = read_channels(None, catalogue)
    assert channels.channels_of("voirie") == ("console:voirie",)
    assert Channels().channels_of("proprete") == ("console:proprete",)


def test_the_first_channel_is_the_main_one(file: Path, catalogue: Catalogue) -> None:
    file.write_text('keolis: ["telegram:-1001234567890", "slack:C0KEOLIS"]\nvoirie: []\n', encoding="utf-8")
    channels = read_channels(file, catalogue)
    assert channels.channels_of("keolis") == ("telegram:-1001234567890", "slack:C0KEOLIS", "console:keolis")
    assert channels.channels_of("voirie") == ("console:voirie",)
    assert channels.channels_of("eclairage") == ("console:eclairage",)


@pytest.mark.parametrize("text", ["", "# nothing yet\n", "{}"])
def test_an_empty_file_changes_nothing(file: Path, catalogue: Catalogue, text: str) -> None:
    file.write_text(text, encoding="utf-8")
    assert read_channels(file, catalogue).channels_of("voirie") == ("console:voirie",)


@pytest.mark.parametrize(
    "addresses", ["slack:C0VOIRIE", '["C0VOIRIE"]', '["slack:"]', '["discord:1"]', "[1]", "{slack: C0VOIRIE}", "null"]
)
def test_an_address_nobody_could_serve_is_refused(file: Path, catalogue: Catalogue, addresses: str) -> None:
    [problem] = refused(file, f"voirie: {addresses}\n", catalogue)
    assert "voirie" in problem
    assert "expected a list such as" in problem


def test_a_service_nobody_knows_is_refused(file: Path, catalogue: Catalogue) -> None:
    [problem] = refused(file, 'voierie: ["slack:C0VOIRIE"]\n', catalogue)
    assert "unknown service 'voierie'" in problem


def test_a_list_in_place_of_services_is_refused_with_an_example(file: Path, catalogue: Catalogue) -> None:
    [problem] = refused(file, "- voirie\n", catalogue)
    assert f"{file.name}:1: expected lines such as" in problem


@pytest.mark.parametrize("content", [b"voirie: [", b"voirie: \xe9t\xe9", b"a: b: c"])
def test_a_file_that_cannot_be_read_is_refused(file: Path, catalogue: Catalogue, content: bytes) -> None:
    file.write_bytes(content)
    with pytest.raises(CatalogueError, match=r"channels\.yaml:\d+: "):
        read_channels(file, catalogue)


def test_a_file_that_is_not_there_is_named(file: Path, catalogue: Catalogue) -> None:
    with pytest.raises(CatalogueError, match=r"channels\.yaml:1: cannot be read"):
        read_channels(file, catalogue)


@pytest.mark.parametrize("second", ['voierie: ["slack:C2"]', 'voirie: ["irc:C2"]', "voirie: ]", "- voirie"])
def test_a_mistake_is_shown_on_its_line(file: Path, catalogue: Catalogue, second: str) -> None:
    [problem] = refused(file, f'keolis: ["slack:C1"]\n{second}\n', catalogue)
    assert f"{file.name}:2: " in problem


def test_a_service_that_stands_twice_is_refused(file: Path, catalogue: Catalogue) -> None:
    assert refused(file, 'voirie: ["slack:C1"]\nvoirie: ["slack:C2"]\n', catalogue)
