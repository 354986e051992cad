"""The providers' own specifications, which stay outside the project: tests of them skip where they are absent."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

CONTRACTS = Path(__file__).parents[3] / "shared" / "contracts"


def contract(*path: str) -> Any:
    """One JSON file of the specifications; skips the test without them."""
    file = CONTRACTS.joinpath(*path)
    if not file.exists():
        pytest.skip("the providers' specifications (../shared/contracts) are not here")
    return json.loads(file.read_text(encoding="utf-8"))


def names(*path: str) -> list[str]:
    """The JSON files of a folder of the specifications, none without them."""
    return sorted(file.name for file in CONTRACTS.joinpath(*path).glob("*.json"))
