"""What one channel lacks, claimed so that no other process brings it too, as far as its rates allow."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import groupby

from sqlalchemy.ext.asyncio import AsyncSession

from routing.domain.card import Card, Line
from routing.domain.incident import DeliveryState
from routing.domain.pace import Errand, Purse, Rate, Round
from routing.ports import DeliveryProblem
from routing.service.desk import Desk
from routing.store import channels, incidents, views
from routing.store.models import Channel, Dispatch, Incident, Thread, ThreadLine

CLAIM = timedelta(seconds=8)  # a claim older than this belonged to a process that died
NEW, UPDATES = 3, 50  # threads looked at where messages are counted
AT_ONCE = 10  # parcels carried side by side where they are not
MAYBE_SENT = (DeliveryState.SENDING, DeliveryState.UNKNOWN)
SUMMED_UP = 12  # lines of a message that sums up; the card above shows the state anyway


@dataclass(frozen=True, slots=True)
class Saying:
    """One message under a card; it may carry several lines. ``again``: an earlier attempt may have arrived."""

    lines: tuple[int, ...]
    ref: str
    line: Line
    again: bool


@dataclass(slots=True)
class Parcel:
    """What is to be brought to one thread, and what came of it."""

    thread: int
    incident: int
    ref: str
    posted: str | None
    again: bool
    card: Card | None
    sayings: list[Saying] = field(default_factory=list)
    shown: int | None = None
    said: dict[str, str] = field(default_factory=dict)
    problem: DeliveryProblem | None = None


@dataclass(slots=True)
class Rows:
    """A channel, and what parcels are about: cards, their incidents, and lines that are still to be said."""

    channel: Channel
    threads: dict[int, Thread] = field(default_factory=dict)
    incidents: dict[int, Incident] = field(default_factory=dict)
    lines: Sequence[ThreadLine] = ()


@dataclass(slots=True)
class Batch:
    """What one channel is brought at once; before which instant what it could not be brought yet may not be either.

    ``busy``: another process brings it something now, and will look again itself. ``rows`` as they were claimed.
    """

    channel: int
    address: str
    rows: Rows
    parcels: list[Parcel] = field(default_factory=list)
    not_before: datetime | None = None
    busy: bool = False


async def claim(session: AsyncSession, desk: Desk, number: int, rates: Mapping[str, Sequence[Rate]]) -> Batch | None:
    """What to bring to the channel of that number now. ``rates`` is by scheme. None for a channel nobody knows."""
    channel = await session.get(Channel, number, with_for_update=True, populate_existing=True)
    if channel is None:
        return None
    now = desk.now()
    batch = Batch(channel.id, channel.address, Rows(channel))
    batch.busy = channel.claimed_at is not None and channel.claimed_at + CLAIM > now
    if channel.held_until is not None and channel.held_until > now:
        batch.not_before = channel.held_until
    if batch.busy or batch.not_before:
        return batch
    limits = rates.get(channel.address.partition(":")[0], ())
    purse = Purse(limits, channel.address, {})
    purse = Purse(limits, channel.address, await channels.spent(session, purse.keys()))
    most = {"cards": NEW, "updates": UPDATES} if limits else {"cards": AT_ONCE, "updates": AT_ONCE}
    found = await channels.behind(session, channel.address, now, **most)
    lines: dict[int, list[ThreadLine]] = {}
    batch.rows.lines = await incidents.unsaid_lines(session, [thread.id for thread, _ in found])
    for line in batch.rows.lines:
        lines.setdefault(line.thread_id, []).append(line)
    turn = Round(purse, now)
    shown: list[tuple[Parcel, Incident]] = []
    for thread, incident in found if limits else found[:AT_ONCE]:
        card = thread.shown < incident.version and turn.may(*_for_card(thread))
        parcel = _parcel(desk, thread, lines.get(thread.id, []), turn, card=card, paced=bool(limits))
        if parcel is not None:
            batch.parcels.append(parcel)
            batch.rows.threads[thread.id], batch.rows.incidents[incident.id] = thread, incident
            shown += [(parcel, incident)] if card else []
    dispatches = await incidents.dispatches_of_all(session, [incident.id for _, incident in shown])
    for parcel, incident in shown:
        parcel.card = _card_in(desk, incident, channel.address, dispatches[incident.id])
    if batch.parcels:
        await channels.keep_spent(session, purse.spent)
        channel.claimed_at = now
    else:
        channel.claimed_at = None
    batch.not_before = min(turn.free, default=None)
    return batch


def _for_card(thread: Thread) -> tuple[Errand, ...]:
    """What bringing a thread its card costs."""
    if thread.provider_ref is not None:
        return (Errand.EDIT,)
    return _paid(Errand.CARD, again=thread.state in MAYBE_SENT)


def _parcel(
    desk: Desk, thread: Thread, lines: Sequence[ThreadLine], turn: Round, *, card: bool, paced: bool
) -> Parcel | None:
    """What this thread may have now beside its ``card``, paid for and marked; None for nothing."""
    posted = thread.provider_ref is not None
    again = thread.state in MAYBE_SENT
    sayings: list[Saying] = []
    if posted or card:
        for group in _groups(lines, together=paced):
            if not turn.may(*_paid(Errand.LINE, again=group[0].state in MAYBE_SENT)):
                break
            sayings.append(_saying(desk, group))
    if not card and not sayings:
        return None
    thread.attempts += 1
    if not posted:
        thread.state = DeliveryState.SENDING
    return Parcel(thread.id, thread.incident_id, thread.ref, thread.provider_ref, again, None, sayings)


def _paid(errand: Errand, *, again: bool) -> tuple[Errand, ...]:
    """What is asked of the provider: whether an earlier attempt arrived comes before another one."""
    return (errand, Errand.LOOK) if again else (errand,)


def _groups(lines: Sequence[ThreadLine], *, together: bool) -> list[list[ThreadLine]]:
    """Lines by the message that carries them. What was tried together is tried again together, and first.

    Where messages are counted, all that is new makes one message, which waits until what was tried before has arrived.
    """
    tried = [list(group) for _, group in groupby((x for x in lines if x.sent_as), key=lambda x: x.sent_as)]
    new = [line for line in lines if not line.sent_as]
    if not together:
        return tried + [[line] for line in new]
    return tried[:1] or ([new] if new else [])


def _saying(desk: Desk, lines: Sequence[ThreadLine]) -> Saying:
    ref = lines[0].sent_as or lines[0].ref
    again = lines[0].state in MAYBE_SENT
    for line in lines:
        line.sent_as, line.state, line.attempts = ref, DeliveryState.SENDING, line.attempts + 1
    return Saying(tuple(line.id for line in lines), ref, summed_up(desk, lines), again)


def summed_up(desk: Desk, lines: Sequence[ThreadLine]) -> Line:
    """One line that says what several do, the latest ones in full."""
    last = lines[-1]
    if len(lines) == 1:
        return Line(last.at, last.text, last.by, last.broadcast)
    told = [f"• {desk.clock_time(line.at)} {line.text}" for line in lines[-SUMMED_UP:]]
    if len(lines) > SUMMED_UP:
        told.insert(0, f"• {len(lines) - SUMMED_UP} nouvelles plus anciennes : voir la fiche")
    return Line(last.at, "\n".join(told), None, any(line.broadcast for line in lines))


async def card_of(session: AsyncSession, desk: Desk, incident: Incident, address: str) -> Card:
    """The incident's card as that channel shows it."""
    return _card_in(desk, incident, address, await incidents.dispatches_of(session, incident.id))


def _card_in(desk: Desk, incident: Incident, address: str, dispatches: Sequence[Dispatch]) -> Card:
    return card_for(desk, incident, dispatches, _services_in(desk, address, dispatches))


def _services_in(desk: Desk, address: str, dispatches: Iterable[Dispatch]) -> frozenset[str]:
    return frozenset(
        row.service
        for row in dispatches
        if address == row.channel or address in desk.directory.channels_of(row.service)
    )


def card_for(desk: Desk, incident: Incident, dispatches: Sequence[Dispatch], here: frozenset[str]) -> Card:
    """The incident's card as the channel of the services ``here`` shows it."""
    names = {row.service: desk.service_name(row.service) for row in dispatches}
    return views.card(incident, desk.plan_of(incident), dispatches, here=here, names=names, titles=desk.titles)
