"""What connected accounts open."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from fastapi import APIRouter

from bot.house import House

if TYPE_CHECKING:
    from telegram import Bot

    from bot.slack.app import SlackApp
    from bot.telegram.staff import StaffBot
    from intake.channels.telegram_updates import Updates


@dataclass(slots=True)
class Doors:
    """The webhooks of the connected accounts, and what stays open beside them."""

    house: House
    routers: list[APIRouter] = field(default_factory=list)
    slack: SlackApp | None = None
    staff_bot: StaffBot | None = None
    citizen_bot: tuple[Bot, Updates] | None = None
    at_the_end: list[Callable[[], Awaitable[None]]] = field(default_factory=list)
    standing: list[Callable[[], AbstractAsyncContextManager[None]]] = field(default_factory=list)

    @asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        """Sockets are open inside; on leaving, what was answered already is carried out."""
        async with AsyncExitStack() as stack:
            if self.house.ears is not None:
                stack.push_async_callback(self.house.ears.close)
                self.house.ears.start()
            for rest in self.at_the_end:
                stack.push_async_callback(rest)
            for stands in self.standing:
                await stack.enter_async_context(stands())
            yield
