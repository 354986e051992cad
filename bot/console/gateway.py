"""The console as a channel, a pager and a citizen's telephone: adapters whose provider is our own tables."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from pydantic import TypeAdapter
from sqlalchemy import cast, text, update
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.ext.asyncio import AsyncSession

from bot.console.models import ConsoleCall, ConsolePost, PhoneMessage
from routing.domain.card import Card, Line
from routing.domain.pace import Rate
from routing.domain.paging import Call, Rung
from routing.ports import Choice, Clock, Gone
from routing.store.base import Database

# Written out: a busy room spends much of its time here, and SQL that is put together costs thrice as much.
NEWER = "(console_post.body ->> 'version')::int <= :version"
POST_CARD = text(f"""
    INSERT INTO console_post (channel, incident_id, ref, posted_at, body)
    VALUES (:channel, :incident, :ref, :at, CAST(:body AS jsonb))
    ON CONFLICT (ref) DO UPDATE SET body = excluded.body WHERE {NEWER} RETURNING id
""")
EDIT_CARD = text(f"""
    UPDATE console_post SET body = CAST(:body AS jsonb), edited_at = :at WHERE id = :id AND {NEWER} RETURNING id
""")
POST_LINE = text("""
    INSERT INTO console_post (channel, root_id, ref, posted_at, body)
    VALUES (:channel, :root, :ref, :at, CAST(:body AS jsonb)) ON CONFLICT (ref) DO NOTHING RETURNING id
""")
KNOWN = text("SELECT id FROM console_post WHERE ref = :ref")
CARD, LINE = TypeAdapter(Card), TypeAdapter(Line)


Noun = TypeVar("Noun", Card, Line)


def _json(adapter: TypeAdapter[Noun], noun: Noun) -> str:
    """Times become ISO 8601."""
    return adapter.dump_json(noun).decode()


class ConsoleChat:
    """ChatGateway whose channels are the room's own, one for each service: it writes in its caller's transaction."""

    rates: Sequence[Rate] = ()

    def __init__(self, session: AsyncSession, clock: Clock) -> None:
        self._session = session
        self._clock = clock

    async def post_card(self, address: str, card: Card, ref: str, *, again: bool = False) -> str:
        """Post a card; the same ``ref`` twice leaves one card, the newest."""
        values = {"channel": address, "incident": card.incident, "ref": ref, "at": self._clock.now()}
        body = {"body": _json(CARD, card), "version": card.version}
        number = await self._session.scalar(POST_CARD, {**values, **body})
        return str(number or await self._session.scalar(KNOWN, {"ref": ref}))

    async def edit_card(self, address: str, thread: str, card: Card) -> None:
        """Replace what the card shows; an older version never overwrites a newer one."""
        values = {"id": int(thread), "version": card.version, "at": self._clock.now(), "body": _json(CARD, card)}
        edited = await self._session.scalar(EDIT_CARD, values)
        if edited is None and await self._session.get(ConsolePost, int(thread)) is None:
            raise Gone("cette fiche n'existe plus dans la salle")

    async def post_line(self, address: str, thread: str, line: Line, ref: str, *, again: bool = False) -> str:
        """Add a line under a card; the same ``ref`` twice leaves one line."""
        values = {"channel": address, "root": int(thread), "ref": ref, "at": self._clock.now()}
        number = await self._session.scalar(POST_LINE, {**values, "body": _json(LINE, line)})
        return str(number or await self._session.scalar(KNOWN, {"ref": ref}))

    async def rewrite(self, refs: Sequence[str], text: str) -> None:
        """Lines that must not say any more what they said."""
        words = ConsolePost.body.op("||")(cast({"text": text}, JSONB))
        await self._session.execute(update(ConsolePost).where(ConsolePost.ref.in_(refs)).values(body=words))


class ConsolePager:
    """Pager whose telephones ring on the room's on-call panel."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def ring(self, call: Call) -> Rung:
        """Make the panel ring; a page rings once. The panel shows by itself what has ended."""
        values = {
            "page_id": call.page,
            "person": call.person,
            "name": call.name,
            "text": call.text,
            "rang_at": self._clock.now(),
        }
        async with self._database.transaction() as session:
            await session.execute(insert(ConsoleCall).values(values).on_conflict_do_nothing())
        return Rung()

    async def close(self, call: Call, ref: str, said: str, *, theirs: bool) -> None:
        """Nothing was left behind."""


class ConsolePhone:
    """CitizenGateway of the playground: messages arrive on the telephones drawn at /demo."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def send(
        self, contact: str, text: str, ref: str, *, again: bool = False, choices: Sequence[Choice] = ()
    ) -> str | None:
        """Deliver to the drawn telephone of ``contact``; the same ``ref`` twice leaves one message."""
        values = {"contact": contact, "text": text, "ref": ref, "at": self._clock.now()}
        async with self._database.transaction() as session:
            await session.execute(insert(PhoneMessage).values(values).on_conflict_do_nothing())
        return None
