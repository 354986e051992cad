"""Departments in Telegram: how soon a card stands there, and how soon a click is seen."""

from __future__ import annotations

from tests.bench.alerts import one_by_one
from tests.bench.figures import Figure
from tests.bench.rig import Rig
from tests.bench.rooms import TelegramRooms

NAME = "telegram"


def run(rig: Rig) -> list[Figure]:
    """One after the other."""
    return one_by_one(rig, NAME, TelegramRooms())
