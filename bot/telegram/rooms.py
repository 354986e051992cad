"""Chats and our messages in them: the queries."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import delete, exists, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from bot.telegram.models import TelegramPost, TelegramRoom
from routing.domain.incident import IncidentState
from routing.store.models import Incident, Thread

PRUNED = 1000  # rows at a time


async def present_id(session: AsyncSession, chat: int) -> int:
    """The id under which a chat lives now."""
    return await session.scalar(select(TelegramRoom.moved_to).where(TelegramRoom.chat == chat)) or chat


async def known_id(session: AsyncSession, chat: int) -> int:
    """The id under which the city's files know a chat: the one it had before it became a supergroup."""
    return await session.scalar(select(TelegramRoom.chat).where(TelegramRoom.moved_to == chat)) or chat


async def moved(session: AsyncSession, old: int, new: int) -> None:
    """The chat has another id from now on."""
    statement = insert(TelegramRoom).values(chat=old, seen=0, moved_to=new)
    await session.execute(statement.on_conflict_do_update(index_elements=["chat"], set_={"moved_to": new}))


async def saw(session: AsyncSession, chat: int, message: int) -> None:
    """A message with that id stands in the chat."""
    statement = insert(TelegramRoom).values(chat=chat, seen=message)
    higher = func.greatest(TelegramRoom.seen, statement.excluded.seen)
    await session.execute(statement.on_conflict_do_update(index_elements=["chat"], set_={"seen": higher}))


async def begin(session: AsyncSession, ref: str, chat: int, now: datetime) -> TelegramPost:
    """The row of a message about to be sent; the one of its first attempt if there was one."""
    above = await session.scalar(select(TelegramRoom.seen).where(TelegramRoom.chat == chat)) or 0
    values = {"ref": ref, "chat": chat, "at": now, "above": above}
    await session.execute(insert(TelegramPost).values(values).on_conflict_do_nothing())
    return await session.get_one(TelegramPost, ref, populate_existing=True)


async def restart(session: AsyncSession, ref: str, chat: int, topic: int | None = None) -> None:
    """Nothing of this message stands any more, but perhaps its topic: the next attempt is a first one."""
    post = await session.get(TelegramPost, ref)
    if post is not None:
        above = await session.scalar(select(TelegramRoom.seen).where(TelegramRoom.chat == chat))
        post.chat, post.above, post.topic, post.message = chat, above or 0, topic, None


async def arrived(session: AsyncSession, ref: str, *, topic: int | None = None, message: int | None = None) -> None:
    """What became of an attempt."""
    post = await session.get_one(TelegramPost, ref)
    post.topic, post.message = topic or post.topic, message or post.message
    await saw(session, post.chat, message or topic or 0)


async def prune(session: AsyncSession, before: datetime) -> int:
    """Forget messages of ours older than that, but for cards of what is still alive; returns how many."""
    alive = (
        exists()
        .where(Thread.ref == TelegramPost.ref, Thread.incident_id == Incident.id)
        .where(Incident.state != IncidentState.RESOLVED)
    )
    old = select(TelegramPost.ref).where(TelegramPost.at < before, ~alive).order_by(TelegramPost.at).limit(PRUNED)
    gone = await session.execute(delete(TelegramPost).where(TelegramPost.ref.in_(old)).returning(TelegramPost.ref))
    return len(gone.all())


async def ours(session: AsyncSession, chat: int, messages: Collection[int]) -> set[int]:
    """Which of these messages are known to be ours already."""
    query = select(TelegramPost.message).where(TelegramPost.chat == chat, TelegramPost.message.in_(messages))
    return {message for message in await session.scalars(query) if message is not None}


async def ref_of(session: AsyncSession, chat: int, message: int) -> str | None:
    """Our reference of a message of ours."""
    query = select(TelegramPost.ref).where(TelegramPost.chat == chat, TelegramPost.message == message)
    return await session.scalar(query.limit(1))
