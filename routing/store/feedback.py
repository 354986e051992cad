"""What people said reports really were: the queries."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import log

from sqlalchemy import Float, case, cast, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from routing.store.models import Feedback, Report

FEWEST = 50  # reports on either side before the mix of guesses says anything


@dataclass(frozen=True, slots=True)
class Quality:
    """How often the first guess stood for one procedure.

    ``labelled`` reports were really of this procedure, ``right`` of them were guessed so; ``mistaken`` were guessed so
    and were something else.
    """

    procedure: str
    labelled: int
    right: int
    mistaken: int


@dataclass(frozen=True, slots=True)
class Week:
    """What the classifier made of one week's reports. ``sure`` is the mean confidence; the others count reports."""

    begun: datetime
    reports: int
    routed: int
    asked: int
    set_aside: int
    sure: float


async def labels(session: AsyncSession, limit: int) -> Sequence[Feedback]:
    """The newest labels, oldest first."""
    query = select(Feedback).order_by(Feedback.id.desc()).limit(limit)
    return list(reversed((await session.scalars(query)).all()))


async def quality(session: AsyncSession, since: datetime) -> list[Quality]:
    """Every procedure that was guessed or meant since then, the most often wrong first."""
    right = Feedback.label == Feedback.guessed
    meant = select(
        Feedback.label.label("procedure"),
        func.count().label("labelled"),
        func.count().filter(right).label("right"),
        cast(0, Feedback.id.type).label("mistaken"),
    ).where(Feedback.at >= since, Feedback.label.is_not(None))
    guessed = select(
        Feedback.guessed,
        cast(0, Feedback.id.type),
        cast(0, Feedback.id.type),
        func.count().filter(Feedback.label.is_distinct_from(Feedback.guessed)),
    ).where(Feedback.at >= since, Feedback.guessed.is_not(None))
    both = meant.group_by(Feedback.label).union_all(guessed.group_by(Feedback.guessed)).subquery()
    total = select(
        both.c.procedure, func.sum(both.c.labelled), func.sum(both.c.right), func.sum(both.c.mistaken)
    ).group_by(both.c.procedure)
    rows = [Quality(procedure, int(n), int(ok), int(bad)) for procedure, n, ok, bad in await session.execute(total)]
    return sorted(rows, key=lambda row: (-(row.labelled - row.right + row.mistaken), row.procedure))


async def without_procedure(session: AsyncSession, since: datetime) -> int:
    """How many reports people said no procedure fits."""
    query = select(func.count()).select_from(Feedback).where(Feedback.at >= since, Feedback.label.is_(None))
    return await session.scalar(query) or 0


async def weeks(session: AsyncSession, since: datetime, zone: str) -> list[Week]:
    """What became of reports week by week (Monday in ``zone``), oldest first."""
    monday = func.date_trunc("week", Report.received_at, zone)
    counted = (
        select(
            monday,
            func.count(),
            func.count().filter(Report.decision == "route"),
            func.count().filter(Report.decision.in_(("ask", "answered"))),
            func.count().filter(Report.decision.in_(("unforeseen", "out-of-scope"))),
            func.coalesce(func.avg(cast(Report.confidence, Float)), 0.0),
        )
        .where(Report.received_at >= since, Report.decision.is_not(None))
        .group_by(monday)
        .order_by(monday)
    )
    return [Week(*row) for row in await session.execute(counted)]


async def drift(session: AsyncSession, now: datetime, recent: datetime, before: datetime) -> float:
    """How far the mix of first guesses moved (population stability index).

    Compares reports since ``recent`` with those from ``before`` to ``recent``: under 0.1 is calm, over 0.25 is another
    world. 0 while either side has fewer than 50 reports.
    """
    first = Report.ranking[0]["procedure"].astext
    is_new = case((Report.received_at >= recent, 1), else_=0)
    query = (
        select(first, is_new, func.count())
        .where(Report.received_at >= before, Report.received_at <= now, first.is_not(None))
        .group_by(first, is_new)
    )
    counts: dict[str, list[int]] = {}
    for procedure, new, count in await session.execute(query):
        counts.setdefault(procedure.split("-")[0], [0, 0])[new] += count
    return stability_index(counts.values())


def stability_index(counts: Iterable[Sequence[int]]) -> float:
    """Population stability index of (before, now) counts by group; 0 when there is too little to tell."""
    rows = list(counts)
    before, now = (sum(row[side] for row in rows) for side in (0, 1))
    if min(before, now) < FEWEST:
        return 0.0
    shares = [((old + 0.5) / (before + len(rows) / 2), (new + 0.5) / (now + len(rows) / 2)) for old, new in rows]
    return sum((new - old) * log(new / old) for old, new in shares)
