"""Every case on one platform, and the page that lists them on all (``python -m tests.reliability``)."""

from __future__ import annotations

from itertools import cycle
from pathlib import Path

import pytest

from tests.databases import ROOT
from tests.reliability.cases import CASES, Case
from tests.reliability.platforms import PLATFORMS
from tests.reliability.play import play

PLAYED = tuple(zip(CASES, cycle(PLATFORMS), strict=False))


@pytest.mark.parametrize(("case", "platform"), PLAYED, ids=[f"{case.name}, {name}" for case, name in PLAYED])
async def test_an_alert_ends_as_one_card_or_in_the_room(
    database_url: str, tmp_path: Path, case: Case, platform: str
) -> None:
    async with PLATFORMS[platform](database_url, tmp_path, silent=case.silent) as stage:
        await play(case, stage)


def test_the_page_lists_the_same_cases_on_the_same_platforms() -> None:
    lines = (ROOT / "docs" / "reliability.md").read_text(encoding="utf-8").splitlines()
    table = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("| ")]
    assert table[0] == ["what goes wrong", *PLATFORMS]
    assert [row[0] for row in table[1:]] == [case.name for case in CASES], "python -m tests.reliability writes it anew"
    assert not [row for row in table[1:] if "**" in "".join(row)], "a case failed when it was written"
    assert len(CASES) >= 25
