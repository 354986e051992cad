"""The doors of providers whose account is connected; a provider's SDK is imported with its account."""

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


def doors(house: House) -> Doors:
    """The doors of every account of the settings; none without an account."""
    settings = house.settings
    found = Doors(house)
    if settings.twilio_account_sid and settings.twilio_auth_token:
        from bot.twilio.doors import routers

        found.routers.extend(routers(house, settings.twilio_account_sid, settings.twilio_auth_token))
    if settings.sms_gateway_url or settings.voice_gateway_url:
        from bot.phone.gateway_door import GatewayDoor

        found.routers.append(GatewayDoor(house).router())
    if settings.slack_bot_token:
        from bot.slack.doors import open_doors

        open_doors(house, found, settings.slack_bot_token)
    if settings.telegram_staff_token:
        from bot.telegram.doors import open_staff_doors

        open_staff_doors(house, found, settings.telegram_staff_token)
    if settings.telegram_citizen_token:
        from bot.telegram.doors import open_citizen_doors

        open_citizen_doors(house, found, settings.telegram_citizen_token)
    return found
