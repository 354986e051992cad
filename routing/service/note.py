"""What agents write in a thread joins the incident's timeline and is heard in its other threads."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

from sqlalchemy.ext.asyncio import AsyncSession

from routing.domain.incident import Event
from routing.domain.redaction import readable
from routing.service.desk import Desk
from routing.service.record import record
from routing.store import incidents, reports
from routing.store.models import Incident

LONGEST = 1_000  # characters of a reply kept on the timeline; the chat itself keeps all of it


class Change(Enum):
    """What happened to a reply, and how the timeline says it."""

    WRITTEN = "{by} : {text}"
    EDITED = "{by} corrige : {text}"
    DELETED = "{by} retire une réponse"


@dataclass(frozen=True, slots=True)
class Reply:
    """One reply in a thread: full address of its channel, the provider's reference of the thread, and the words.

    (``provider``, ``event_id``) is the provider's name for the event, ``raw`` its bytes: it is kept once.
    """

    channel: str
    thread: str
    by: str
    text: str
    provider: str
    event_id: str
    raw: bytes = field(default=b"", repr=False)
    change: Change = Change.WRITTEN


async def note(session: AsyncSession, desk: Desk, reply: Reply) -> Incident | None:
    """Record a reply; None when the thread is not an incident's, says nothing, or was recorded already."""
    thread = await incidents.thread_at(session, reply.channel, reply.thread)
    words = readable(reply.text)
    if thread is None or not (words or reply.change is Change.DELETED):
        return None
    now = desk.now()
    if await reports.keep_event(session, reply.provider, reply.event_id, "application/json", reply.raw, now) is None:
        return None
    incident = await incidents.by_id(session, thread.incident_id, lock=True)
    assert incident is not None
    short = words if len(words) <= LONGEST else f"{words[: LONGEST - 1].rstrip()}…"
    said = reply.change.value.format(by=reply.by, text=short)
    # Who reads this thread has just read the reply there: it goes to the incident's other threads only.
    await record(session, desk, incident, Event.NOTE, said, by=reply.by, but=thread.id)
    return incident
