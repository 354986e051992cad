"""The doors of providers whose account is connected."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field

from fastapi import APIRouter
from telegram import Bot

from bot import speech
from bot.console.gateway import ConsoleChat
from bot.house import DatabaseAway, House
from bot.phone.callbacks import DutyPhone
from bot.phone.gateway_door import GatewayDoor
from bot.slack.account import connect as connect_slack
from bot.slack.app import SlackApp
from bot.slack.door import SlackDoor, socket_mode
from bot.slack.guard import SlackGuard
from bot.staff import VERBS
from bot.telegram.account import connect as connect_telegram
from bot.telegram.account import number_of
from bot.telegram.reach import reached
from bot.telegram.staff import WANTED as STAFF_WANTED
from bot.telegram.staff import StaffBot
from bot.telegram.texts import TelegramTexts
from bot.twilio.account import connect as connect_twilio
from bot.twilio.texts import TwilioCalls
from intake.channels.media_stream import MediaDoor
from intake.channels.phone import Phone
from intake.channels.phone_ports import Lines
from intake.channels.telegram import WANTED, CitizenBot
from intake.channels.telegram_commands import COMMANDS, Commands
from intake.channels.telegram_updates import TelegramDoor, Updates
from intake.channels.twilio_guard import TwilioGuard
from intake.channels.twilio_messages import TwilioMessages
from routing.service.erase import ERASED

STAFF_PATH, CITIZEN_PATH = "/webhooks/telegram/staff", "/webhooks/telegram/citizen"


@dataclass(slots=True)
class Doors:
    """The webhooks of the connected accounts, and what stays open beside them."""

    house: House
    routers: list[APIRouter] = field(default_factory=list)
    slack: SlackApp | None = None
    staff_bot: StaffBot | None = None
    citizen_bot: tuple[Bot, Updates] | None = None

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
                bot, updates = self.staff_bot.bot, self.staff_bot.updates
                await stack.enter_async_context(reached(self.house, bot, updates, STAFF_PATH, STAFF_WANTED, VERBS))
            if self.citizen_bot is not None:
                bot, updates = self.citizen_bot
                await stack.enter_async_context(reached(self.house, bot, updates, CITIZEN_PATH, WANTED, COMMANDS))
            yield


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
    """Two bots: a citizens' token that leaks must not be able to speak to agents."""
    settings = house.settings
    if bot := connect_telegram(settings.telegram_staff_token, settings.telegram_base_url):
        found.staff_bot = StaffBot(house, bot)
        _listen(house, found, STAFF_PATH, found.staff_bot.updates)
    if bot := connect_telegram(settings.telegram_citizen_token, settings.telegram_base_url):
        updates = _citizens(house, bot)
        found.citizen_bot = bot, updates
        _listen(house, found, CITIZEN_PATH, updates)


def _listen(house: House, found: Doors, path: str, updates: Updates) -> None:
    if secret := house.settings.telegram_webhook_secret:
        found.routers.append(TelegramDoor(path, secret.get_secret_value(), updates).router())


def _citizens(house: House, bot: Bot) -> Updates:
    texts, room = TelegramTexts(bot, house.database, house.clock), ConsoleChat(house.database, house.clock)

    async def forget(contact: str, lines: Sequence[str]) -> None:
        await room.rewrite(lines, ERASED)
        await texts.forget(contact)

    name = f"telegram/{number_of(bot)}"
    commands = Commands(house, texts, forget, name, house.settings.base_url)
    return Updates(house, name, CitizenBot(house, texts, commands, name, DatabaseAway).hear, DatabaseAway)


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
