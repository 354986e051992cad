"""Where somebody's reports stand, told to whoever asks: by /suivi or in their own words, written or on the line."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from intake.news_asked import Asked
from intake.wishes import language_of
from intake.wording import DEFAULT, say
from routing.domain.incident import Event, IncidentState, ReportState
from routing.domain.understanding import Channel
from routing.errors import NotFound
from routing.service.desk import Desk
from routing.service.outcome import REOPENS_FOR
from routing.service.record import record
from routing.service.warn import HOUR
from routing.service.withdraw import withdrawn
from routing.store import incidents, reports
from routing.store.models import Incident, Report

READ = 20  # of the latest reports
LISTED = 5  # matters, where all are wanted
FEW = 3  # matters in a message
ASKS = "{reference} demande où en est son signalement"


@dataclass(frozen=True, slots=True)
class Stand:
    """One matter of a citizen: the report they know it by, all they wrote of it, how it stands (``state.…``)."""

    report: Report
    incident: Incident | None
    texts: tuple[str, ...]
    state: str

    @property
    def alive(self) -> bool:
        """Whether somebody still deals with it."""
        return self.state not in (IncidentState.RESOLVED, "withdrawn")

    @property
    def place(self) -> str:
        """Where it is, as far as anybody knows."""
        return (self.incident.place if self.incident else None) or self.report.place or self.report.address or ""


@dataclass(frozen=True, slots=True)
class Told:
    """The words, and the report they are about; None when there is none."""

    words: str
    report: Report | None = None


async def matters(session: AsyncSession, channel: Channel, contact: str) -> list[Stand]:
    """What a person reported, the latest first, each matter once."""
    found: dict[int, Stand] = {}
    rows = await reports.of_person(session, channel, contact, READ)
    for row in rows:
        if row.state is not ReportState.TALKING and (row.incident_id or -row.id) not in found:
            found[row.incident_id or -row.id] = await _stand(session, row, rows)
    return list(found.values())


async def _stand(session: AsyncSession, row: Report, rows: Sequence[Report]) -> Stand:
    first, incident = await reports.first_of_matter(session, row), await incidents.by_id(session, row.incident_id or 0)
    state: str = incident.state if incident else row.state
    if incident and incident.state is not IncidentState.RESOLVED and await withdrawn(session, first):
        state = "withdrawn"
    same = [one.text for one in rows if one.incident_id == row.incident_id] if incident else [row.text]
    return Stand(first, incident, tuple(same), state)


def listed(stands: Sequence[Stand], base_url: str, language: str | None) -> str:
    """A line of each, with its link; of several each with its place, which says more than a number."""
    return "\n".join(
        say(
            "standing.one",
            language,
            reference=one.report.reference,
            place=f", {one.place}" if one.place and len(stands) > 1 else "",
            state=say(f"state.{one.state}", language),
            link=f"{base_url}/suivi/{one.report.token}",
        )
        for one in stands
    )


async def answer(
    session: AsyncSession, desk: Desk, base_url: str, channel: Channel, contact: str, asked: Asked
) -> Told | None:
    """What somebody hears who asks; None when it is about no report of theirs, but may be a matter for the city."""
    language = "en" if asked.english else await language_of(session, contact, channel) or DEFAULT
    if asked.references or asked.tokens:
        named = [
            one for row in await _named(session, channel, contact, asked) for one in [await _stand(session, row, [row])]
        ]
        if not named:
            return Told(say("standing.not_yours", language, reference=" ".join(asked.references)))
        await _note(session, desk, named[0])
        return Told(listed(named[:FEW], base_url, language), named[0].report)
    mine = await matters(session, channel, contact)
    meant = [one for one in mine if asked.may_mean(one.texts, one.place)]
    shown = [one for one in meant if one.alive][:FEW] or [one for one in meant if _lately(desk, one)][:1]
    if not shown:
        return None if asked.about or asked.papers else Told(say("standing.none", language))
    await _note(session, desk, shown[0])
    still = "" if shown[0].alive else f"\n{say('standing.still', language)}"
    return Told(f"{listed(shown, base_url, language)}{still}", shown[0].report)


async def _named(session: AsyncSession, channel: Channel, contact: str, asked: Asked) -> list[Report]:
    """The reports whose numbers or links are named. A number is short enough to be guessed: it opens what was reported
    from here alone; a link is known to whoever holds it.
    """
    rows = []
    for reference in asked.references:
        with suppress(NotFound):
            row = await reports.by_reference(session, reference)
            if reports.is_of(row, channel, contact):
                rows.append(row)
    for token in asked.tokens:
        with suppress(NotFound):
            rows.append(await reports.by_token(session, token))
    return rows


def _lately(desk: Desk, one: Stand) -> bool:
    ended = one.incident.resolved_at if one.incident else None
    return one.state == "withdrawn" or (ended is not None and desk.now() - ended <= REOPENS_FOR)


async def _note(session: AsyncSession, desk: Desk, one: Stand) -> None:
    """Whoever deals with it reads that its citizen waits for news, once an hour."""
    said = ASKS.format(reference=one.report.reference)
    incident = await incidents.by_id(session, one.report.incident_id or 0, lock=True) if one.alive else None
    if incident is not None and not await incidents.lines_since(session, incident.id, said, desk.now() - HOUR):
        await record(session, desk, incident, Event.REPORT, said)
