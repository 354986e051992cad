"""The storm of reports: different messages, the same for the same seed, and an honest count of what failed."""

from __future__ import annotations

from pathlib import Path

import pytest
import typer

from bot.simulate import messages, post_all

CLOSED = "http://127.0.0.1:1"  # nobody listens there


@pytest.fixture
def examples(tmp_path: Path) -> Path:
    """Three examples of two procedures."""
    for name, lines in {"voirie/trou": "un trou\nune bosse\n", "eau/fuite": "une fuite\n"}.items():
        path = tmp_path / f"{name}.txt"
        path.parent.mkdir()
        path.write_text(lines, encoding="utf-8")
    return tmp_path


def test_every_message_is_different_even_from_few_examples(examples: Path) -> None:
    drawn = messages(examples, 300, seed=1)
    assert len(set(drawn)) == 300
    assert {text.partition(" (n°")[0] for text in drawn} == {"un trou", "une bosse", "une fuite"}


def test_the_same_seed_is_the_same_storm(examples: Path) -> None:
    assert messages(examples, 50, seed=7) == messages(examples, 50, seed=7)
    assert messages(examples, 50, seed=7) != messages(examples, 50, seed=8)


def test_a_folder_without_examples_is_named(tmp_path: Path) -> None:
    with pytest.raises(typer.BadParameter, match="no examples in"):
        messages(tmp_path, 10, seed=1)


def test_a_blank_line_between_examples_is_no_message(examples: Path) -> None:
    (examples / "eau" / "fuite.txt").write_text("une fuite\n\n   \nun geyser\n", encoding="utf-8")
    assert all(text.partition(" (n°")[0].strip() for text in messages(examples, 200, seed=1))


async def test_reports_that_nobody_took_are_counted(examples: Path) -> None:
    outcome = await post_all(CLOSED, "token", messages(examples, 5, seed=1), seconds=0)
    assert (outcome["reports"], outcome["failed"]) == (5, 5)
    assert (outcome["p50_ms"], outcome["p99_ms"]) == (0, 0)
