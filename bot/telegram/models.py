"""What Telegram cannot be asked again: which chats there are, and which messages of ours stand in them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, Index
from sqlalchemy.orm import Mapped, mapped_column

from routing.store.base import Base


class TelegramRoom(Base):
    """A chat. ``seen`` is the highest message id known there; ``moved_to`` its id since it became a supergroup."""

    __tablename__ = "telegram_room"

    chat: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    seen: Mapped[int] = mapped_column(default=0)
    moved_to: Mapped[int | None] = mapped_column(index=True)


class TelegramPost(Base):
    """One message of ours by our reference, written before it is sent. ``message`` is null until it is known.

    ``above`` is the highest message id known in the chat before the first attempt; ``topic`` the topic made for it.
    """

    __tablename__ = "telegram_post"
    __table_args__ = (Index("ix_telegram_post_message", "chat", "message"), Index("ix_telegram_post_at", "at"))

    ref: Mapped[str] = mapped_column(primary_key=True)
    chat: Mapped[int]
    at: Mapped[datetime]
    above: Mapped[int]
    topic: Mapped[int | None]
    message: Mapped[int | None]
