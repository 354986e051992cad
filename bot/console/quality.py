"""How well messages are understood, by what people of the room said afterwards: /salle/comprehension."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from bot.house import House
from routing.store import feedback
from routing.store.feedback import Week

LOOK_BACK = timedelta(weeks=12)
RECENT = timedelta(weeks=1)
CALM, SHIFTED = 0.1, 0.25  # usual reading of a population stability index


@dataclass(frozen=True, slots=True)
class ProcedureView:
    """One procedure's row; ``share`` is right guesses among its reports, None when it was never meant."""

    id: str
    title: str
    labelled: int
    right: int
    mistaken: int
    share: float | None


@dataclass(frozen=True, slots=True)
class QualityView:
    """The page.

    ``right`` is the share guessed right of all that people judged (``labelled`` and ``none_fits``), ``drift`` an index,
    ``mood`` its reading.
    """

    weeks: list[Week]
    procedures: list[ProcedureView]
    labelled: int
    right: float | None
    none_fits: int
    drift: float
    mood: str


async def quality(session: AsyncSession, house: House) -> QualityView:
    """Everything on the page, from the last twelve weeks."""
    now = house.clock.now()
    rows = [_row(house, one) for one in await feedback.quality(session, now - LOOK_BACK)]
    labelled, right = sum(row.labelled for row in rows), sum(row.right for row in rows)
    none_fits = await feedback.without_procedure(session, now - LOOK_BACK)
    judged = labelled + none_fits
    moved = await feedback.drift(session, now, now - RECENT, now - LOOK_BACK)
    return QualityView(
        weeks=await feedback.weeks(session, _monday(now - LOOK_BACK), str(house.desk.zone)),
        procedures=rows,
        labelled=labelled,
        right=right / judged if judged else None,
        none_fits=none_fits,
        drift=moved,
        mood="stable" if moved < CALM else "en mouvement" if moved < SHIFTED else "très différent",
    )


def _row(house: House, one: feedback.Quality) -> ProcedureView:
    procedure = house.desk.catalogue.procedure(one.procedure)
    title = procedure.title if procedure else f"{one.procedure} (n'est plus au catalogue)"
    share = one.right / one.labelled if one.labelled else None
    return ProcedureView(one.procedure, title, one.labelled, one.right, one.mistaken, share)


def _monday(at: datetime) -> datetime:
    return at - timedelta(days=at.weekday())
