"""Exceptions to the rules of the roster, read as the calendar needs them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, Select, cast, func, literal, null, select, union_all
from sqlalchemy.ext.asyncio import AsyncSession

from routing.domain.oncall import (
    Exceptions,
    HandOverState,
    Override,
    Replacement,
    Stay,
    TimeOff,
)
from routing.store.models import DutyReplacement, HandOver, PersonTimeOff, ShiftOverride

NO_SWAP = cast(null(), BigInteger)


async def exceptions(session: AsyncSession) -> Exceptions:
    """Every exception, in one question to the database."""
    stayed = func.coalesce(HandOver.ended_at, HandOver.until)
    parts = [
        _part("override", ShiftOverride, ShiftOverride.rotation, ShiftOverride.person, ShiftOverride.swap_id),
        _part("replacement", DutyReplacement, DutyReplacement.person, DutyReplacement.substitute),
        _part("time off", PersonTimeOff, PersonTimeOff.person, PersonTimeOff.person),
        select(literal("stay"), HandOver.rotation, HandOver.outgoing, HandOver.at, stayed.label("ends"), NO_SWAP).where(
            HandOver.state != HandOverState.PREPARED
        ),
    ]
    found: dict[str, list[Any]] = {}
    for kind, *row in await session.execute(union_all(*parts)):
        found.setdefault(kind, []).append(row)
    return Exceptions.of(
        overrides=[
            Override(whose, who, a, b, swap is not None) for whose, who, a, b, swap in found.get("override", ())
        ],
        replacements=[Replacement(whose, who, a, b) for whose, who, a, b, _ in found.get("replacement", ())],
        time_off=[TimeOff(whose, a, b) for whose, _, a, b, _ in found.get("time off", ())],
        stays=[Stay(whose, who, a, b) for whose, who, a, b, _ in found.get("stay", ()) if a < b],
    )


def _part(kind: str, table: Any, whose: Any, who: Any, swap: Any = NO_SWAP) -> Select[Any]:
    return select(literal(kind), whose, who, table.begins, table.ends, swap)
