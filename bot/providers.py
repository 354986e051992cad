"""The doors of providers whose account is connected."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field

from fastapi import APIRouter

from bot import speech
from bot.house import House
from bot.phone.callbacks import DutyPhone
from bot.phone.gateway_door import GatewayDoor
from bot.slack.account import connect as connect_slack
from bot.slack.app import SlackApp
from bot.slack.door import SlackDoor, socket_mode
from bot.slack.guard import SlackGuard
from bot.staff import VERBS
from bot.telegram.account import connect as connect_telegram
from bot.telegram.reach import reached
from bot.telegram.staff import WANTED, StaffBot
from bot.twilio.account import connect as connect_twilio
from bot.twilio.texts import TwilioCalls
from intake.channels.media_stream import MediaDoor
from intake.channels.phone import Phone
from intake.channels.phone_ports import Lines
from intake.channels.telegram_updates import TelegramDoor
from intake.channels.twilio_guard import TwilioGuard
from intake.channels.twilio_messages import TwilioMessages

STAFF_PATH = "/webhooks/telegram/staff"


@dataclass(slots=True)
class Doors:
    """The webhooks of the connected accounts, and what stays open beside them."""

    house: House
    routers: list[APIRouter] = field(default_factory=list)
    slack: SlackApp | None = None
    staff_bot: StaffBot | None = None

    @asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        """Sockets are open inside; on leaving, what was answered already is carried out."""
        async with AsyncExitStack() as stack:
            if self.house.ears is not None:
                stack.push_async_callback(self.house.ears.close)
                self.house.ears.start()
            if self.slack is not None:
                stack.push_async_callback(self.slack.rest)
                await stack.enter_async_context(socket_mode(self.house, self.slack))
            if self.staff_bot is not None:
                stack.push_async_callback(self.staff_bot.rest)
                await stack.enter_async_context(self._reached(self.staff_bot))
            yield

    def _reached(self, found: StaffBot) -> AbstractAsyncContextManager[None]:
        return reached(self.house, found.bot, found.updates, STAFF_PATH, WANTED, VERBS)


def doors(house: House) -> Doors:
    """The doors of every account of the settings; none without an account."""
    found = Doors(house, _twilio(house))
    if house.settings.sms_gateway_url or house.settings.voice_gateway_url:
        found.routers.append(GatewayDoor(house).router())
    if client := connect_slack(house.settings):
        found.slack = SlackApp(house, client)
        if secret := house.settings.slack_signing_secret:
            guard = SlackGuard(secret.get_secret_value(), house.clock.now)
            found.routers.append(SlackDoor(found.slack, guard).router())
    _telegram(house, found)
    return found


def _telegram(house: House, found: Doors) -> None:
    settings, secret = house.settings, house.settings.telegram_webhook_secret
    if bot := connect_telegram(settings.telegram_staff_token, settings.telegram_base_url):
        found.staff_bot = StaffBot(house, bot)
        if secret is not None:
            door = TelegramDoor(STAFF_PATH, secret.get_secret_value(), found.staff_bot.updates)
            found.routers.append(door.router())


def _twilio(house: House) -> list[APIRouter]:
    settings = house.settings
    client = connect_twilio(settings)
    if client is None or settings.twilio_auth_token is None:
        return []
    guard = TwilioGuard(settings.twilio_auth_token.get_secret_value(), settings.base_url)
    ours = settings.twilio_from_number
    lines = Lines(settings.base_url, settings.city, settings.phone_person, ours, settings.answered)
    voice = speech.voice(settings) if house.ears else None
    phone = Phone(house, guard, lines, TwilioCalls(client), house.ears, speaks=voice is not None)
    room = settings.room_number or settings.phone_person
    duty = DutyPhone(house, guard, room, settings.twilio_from_number)
    routers = [phone.router(), TwilioMessages(house, guard).router(), duty.router()]
    if house.ears is not None:
        routers.append(MediaDoor(house, guard, house.ears, phone.question, voice).router())
    return routers
