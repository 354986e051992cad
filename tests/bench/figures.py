"""Figures: what was measured, what it should be, and whether it is."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table


@dataclass(frozen=True, slots=True)
class Figure:
    """One measure. ``target`` is the most it may be, None when it is only worth knowing."""

    scenario: str
    name: str
    value: float
    unit: str
    target: float | None = None

    @property
    def met(self) -> bool | None:
        """Whether the target is met, None without a target."""
        return None if self.target is None else self.value <= self.target


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least ``share`` of all do not exceed; NaN for no values."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)] if ordered else math.nan


def worst(values: Sequence[float]) -> float:
    """The largest value; NaN for no values."""
    return max(values, default=math.nan)


def show(console: Console, figures: Sequence[Figure]) -> None:
    """Print the table."""
    table = Table("scenario", "figure", "measured", "target", "met?", title="Vigie on this machine")
    for figure in figures:
        target = "" if figure.target is None else f"≤ {_number(figure.target)} {figure.unit}"
        met = {None: "", True: "yes", False: "[bold red]NO[/]"}[figure.met]
        table.add_row(figure.scenario, figure.name, f"{_number(figure.value)} {figure.unit}", target, met)
    console.print(table)


def _number(value: float) -> str:
    if not math.isfinite(value):
        return "–" if math.isnan(value) else "never"
    return f"{value:.0f}" if value == int(value) or abs(value) >= 100 else f"{value:.2f}"


def write(path: Path, machine: dict[str, Any], figures: Sequence[Figure]) -> None:
    """Keep the figures as JSON, so that two runs can be compared."""
    rows = [{**asdict(figure), "value": _finite(figure.value), "met": figure.met} for figure in figures]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({**machine, "figures": rows}, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def _finite(value: float) -> float | None:
    return round(value, 4) if math.isfinite(value) else None
