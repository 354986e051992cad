"""What the room's screen shows: channels with their counts, cards with their threads, telephones that ring."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.console.duty_board import notices, silent_services
from bot.console.models import ConsoleCall, ConsolePost
from bot.console.search import found_by
from bot.house import House
from routing.domain.attachment import Kind
from routing.domain.incident import IncidentState, PageState
from routing.domain.procedure import Severity
from routing.service.watch_calendar import warnings
from routing.store import attachments, channels
from routing.store.models import Attachment, Channel, Incident, Page, Timer
from routing.store.timers import Verb

CARDS = 40
LINES = 60
CALLS = 12
RANK = case(
    (Incident.severity == Severity.CRITICAL, 3),
    (Incident.severity == Severity.URGENT, 2),
    (Incident.severity == Severity.NORMAL, 1),
    else_=0,
)
# Of an incident's cards the lead service's is shown, when it is among those chosen.
LEAD_FIRST = func.coalesce(
    func.min(ConsolePost.id).filter(ConsolePost.channel == Incident.lead), func.min(ConsolePost.id)
)


@dataclass(frozen=True, slots=True)
class ChannelTab:
    """A service's channel: how many unresolved cards, how many nobody has, and the gravest of those (0 to 3)."""

    code: str
    name: str
    cards: int
    waiting: int
    gravest: int


@dataclass(frozen=True, slots=True)
class ThreadLineView:
    """One line under a card."""

    at: datetime
    text: str
    by: str | None
    broadcast: bool


@dataclass(frozen=True, slots=True)
class PieceView:
    """A photo or sound to look at or listen to; ``seconds`` of a sound, where known."""

    id: int
    kind: Kind
    report: str
    seconds: int | None
    transcript: str | None
    kept_until: datetime


@dataclass(frozen=True, slots=True)
class CardView:
    """A card as delivered to its channel (``body`` is routing.domain.card.Card as JSON) with its thread."""

    id: int
    channel: str
    channel_name: str
    posted_at: datetime
    opened_at: datetime
    body: Mapping[str, Any]
    lines: Sequence[ThreadLineView]
    escalates_at: datetime | None
    pieces: Sequence[PieceView] = ()


@dataclass(frozen=True, slots=True)
class CallView:
    """One telephone of the panel. ``next_at`` is when the next level is called."""

    page: int
    reference: str
    severity: Severity
    name: str
    level: int
    text: str
    state: PageState
    rang_at: datetime
    next_at: datetime | None


@dataclass(frozen=True, slots=True)
class Board:
    """The whole screen for one choice of channel, state and search.

    ``elsewhere`` are incidents that the search finds in all channels, unresolved and resolved, when that is more than
    what is shown. ``unresolved``, ``waiting`` (nobody has it) and ``alarms`` count incidents of every channel;
    ``refusing`` are the channels outside that take no message any more; ``duty`` are hand-overs nobody accepted, in
    words; ``concerns`` counts what is wrong in the calendar of the weeks ahead; ``silent`` are the services for which
    nobody is called now.
    """

    channel: str
    channel_name: str
    state: str
    query: str
    tabs: Sequence[ChannelTab]
    cards: Sequence[CardView]
    more: int
    elsewhere: tuple[int, int]
    unresolved: int
    waiting: int
    alarms: int
    refusing: Sequence[Channel]
    duty: Sequence[str]
    concerns: int
    silent: Sequence[str]


async def board(session: AsyncSession, house: House, *, channel: str = "", state: str = "", query: str = "") -> Board:
    """The screen: unresolved cards by default (``state`` resolved shows the others), one channel or all."""
    state = state if state in list(IncidentState) else ""
    channel = channel if channel in house.desk.catalogue.services else ""
    chosen = _chosen(house, channel, state, query)
    found = await session.execute(
        select(LEAD_FIRST, Incident, Timer.due_at)
        .join(Incident, Incident.id == ConsolePost.incident_id)
        .outerjoin(Timer, and_(Timer.verb == Verb.ESCALATE, Timer.subject_id == Incident.id))
        .where(ConsolePost.root_id.is_(None), *chosen)
        .group_by(Incident.id, Timer.due_at)
        .order_by(
            (Incident.state == IncidentState.OPEN).desc(), RANK.desc(), Incident.opened_at.desc(), Incident.id.desc()
        )
        .limit(CARDS)
    )
    rows = found.all()
    total = 0
    if len(rows) == CARDS:
        counted = select(func.count(func.distinct(Incident.id))).join(
            ConsolePost, ConsolePost.incident_id == Incident.id
        )
        total = await session.scalar(counted.where(ConsolePost.root_id.is_(None), *chosen)) or 0
    counts = await session.execute(
        select(
            func.count(),
            func.count().filter(Incident.state == IncidentState.OPEN),
            func.count().filter(Incident.alarm.is_not(None)),
        ).where(Incident.state != IncidentState.RESOLVED)
    )
    unresolved, waiting, alarms = counts.one()
    return Board(
        channel=channel,
        channel_name=house.desk.service_name(channel) if channel else "",
        state=state,
        query=query,
        tabs=await _tabs(session, house),
        cards=await _cards(session, house, [(post, incident, due) for post, incident, due in rows]),
        more=max(0, total - CARDS),
        elsewhere=await _elsewhere(session, house, channel, state, query, max(total, len(rows))),
        unresolved=unresolved,
        waiting=waiting,
        alarms=alarms,
        refusing=await channels.refusing(session),
        duty=await notices(session),
        concerns=len(await warnings(session)),
        silent=await silent_services(session, house),
    )


async def _elsewhere(
    session: AsyncSession, house: House, channel: str, state: str, query: str, here: int
) -> tuple[int, int]:
    """How many the search finds in all channels, unresolved and resolved; 0 where no more than are shown."""
    if (condition := found_by(house.desk.catalogue, query)) is None:
        return 0, 0
    over = Incident.state == IncidentState.RESOLVED
    counted = select(func.count().filter(~over), func.count().filter(over)).where(condition)
    on_screen = select(ConsolePost.incident_id).where(ConsolePost.root_id.is_(None))
    current, past = (await session.execute(counted.where(Incident.id.in_(on_screen)))).one()
    if state == IncidentState.RESOLVED:
        return current, past if channel and past > here else 0
    return current if (channel or state) and current > here else 0, past


def _chosen(house: House, channel: str, state: str, query: str) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    conditions.append(Incident.state == state if state else Incident.state != IncidentState.RESOLVED)
    if channel:
        conditions.append(ConsolePost.channel == channel)
    if (found := found_by(house.desk.catalogue, query)) is not None:
        conditions.append(found)
    return conditions


async def _tabs(session: AsyncSession, house: House) -> list[ChannelTab]:
    waiting = Incident.state == IncidentState.OPEN
    rows = await session.execute(
        select(
            ConsolePost.channel,
            func.count(),
            func.count().filter(waiting),
            func.max(RANK).filter(waiting),
        )
        .join(Incident, Incident.id == ConsolePost.incident_id)
        .where(ConsolePost.root_id.is_(None), Incident.state != IncidentState.RESOLVED)
        .group_by(ConsolePost.channel)
    )
    tabs = [ChannelTab(code, house.desk.service_name(code), n, w, g or 0) for code, n, w, g in rows]
    return sorted(tabs, key=lambda tab: (-tab.gravest, -tab.waiting, tab.name))


async def _cards(
    session: AsyncSession, house: House, chosen: Sequence[tuple[int, Incident, datetime | None]]
) -> list[CardView]:
    ids = [post for post, _, _ in chosen]
    posts = {row.id: row for row in await session.scalars(select(ConsolePost).where(ConsolePost.id.in_(ids)))}
    lines: dict[int, list[ThreadLineView]] = {}
    for row in await session.scalars(_newest_lines(ids)):
        at = datetime.fromisoformat(row.body["at"])
        line = ThreadLineView(at, row.body["text"], row.body["by"], row.body["broadcast"])
        lines.setdefault(row.root_id or 0, []).append(line)
    pieces = await attachments.of_incidents(session, [incident.id for _, incident, _ in chosen])
    return [
        CardView(
            id=post,
            channel=posts[post].channel,
            channel_name=house.desk.service_name(posts[post].channel),
            posted_at=posts[post].posted_at,
            opened_at=incident.opened_at,
            body=posts[post].body,
            lines=lines.get(post, []),
            escalates_at=due if incident.state is IncidentState.OPEN else None,
            pieces=[_piece(row, reference) for row, reference in pieces.get(incident.id, ())],
        )
        for post, incident, due in chosen
    ]


def _piece(row: Attachment, reference: str) -> PieceView:
    seconds = round(row.seconds) if row.seconds is not None else None
    return PieceView(row.id, row.kind, reference, seconds, row.transcript, row.kept_until or row.created_at)


def _newest_lines(roots: Sequence[int]) -> Select[ConsolePost]:
    """The last ``LINES`` lines of each card, oldest first."""
    age = func.row_number().over(partition_by=ConsolePost.root_id, order_by=ConsolePost.id.desc()).label("age")
    aged = select(ConsolePost.id, age).where(ConsolePost.root_id.in_(roots)).subquery()
    newest = select(ConsolePost).join(aged, aged.c.id == ConsolePost.id).where(aged.c.age <= LINES)
    return newest.order_by(ConsolePost.id)


async def calls(session: AsyncSession) -> list[CallView]:
    """Telephones of the panel: what rings first, then what nobody answered while the incident still waits."""
    rows = await session.execute(
        select(ConsoleCall, Page, Incident, Timer.due_at)
        .join(Page, Page.id == ConsoleCall.page_id)
        .join(Incident, Incident.id == Page.incident_id)
        .outerjoin(Timer, and_(Timer.verb == Verb.ESCALATE, Timer.subject_id == Incident.id))
        .where(
            Incident.state == IncidentState.OPEN,
            Page.state.in_((PageState.RINGING, PageState.UNANSWERED, PageState.DECLINED)),
        )
        .order_by((Page.state == PageState.RINGING).desc(), RANK.desc(), ConsoleCall.rang_at.desc())
        .limit(CALLS)
    )
    return [
        CallView(
            page=page.id,
            reference=incident.reference,
            severity=incident.severity,
            name=call.name,
            level=page.level,
            text=call.text,
            state=page.state,
            rang_at=call.rang_at,
            next_at=due,
        )
        for call, page, incident, due in rows
    ]
