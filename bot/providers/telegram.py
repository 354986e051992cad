"""What connected Telegram bots open. Two bots: a citizens' token that leaks must not be able to speak to agents."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import SecretStr
from telegram import Bot

from bot.console.gateway import ConsoleChat
from bot.house import DatabaseAway, House
from bot.providers.opened import Doors
from bot.staff import VERBS
from bot.telegram.account import connect, number_of
from bot.telegram.reach import reached
from bot.telegram.staff import WANTED as STAFF_WANTED
from bot.telegram.staff import StaffBot
from bot.telegram.texts import TelegramTexts
from intake.channels.telegram import WANTED, CitizenBot
from intake.channels.telegram_commands import COMMANDS, Commands
from intake.channels.telegram_updates import TelegramDoor, Updates
from routing.service.erase import ERASED

STAFF_PATH, CITIZEN_PATH = "/webhooks/telegram/staff", "/webhooks/telegram/citizen"


def open_staff_doors(house: House, found: Doors, token: SecretStr) -> None:
    """Add the agents' bot."""
    staff = found.staff_bot = StaffBot(house, connect(token, house.settings.telegram_base_url))
    _listen(house, found, STAFF_PATH, staff.updates)
    found.at_the_end.append(staff.rest)
    found.standing.append(lambda: reached(house, staff.bot, staff.updates, STAFF_PATH, STAFF_WANTED, VERBS))


def open_citizen_doors(house: House, found: Doors, token: SecretStr) -> None:
    """Add the citizens' bot."""
    bot = connect(token, house.settings.telegram_base_url)
    updates = _citizens(house, bot)
    found.citizen_bot = bot, updates
    _listen(house, found, CITIZEN_PATH, updates)
    found.standing.append(lambda: reached(house, bot, updates, CITIZEN_PATH, WANTED, COMMANDS))


def _listen(house: House, found: Doors, path: str, updates: Updates) -> None:
    if secret := house.settings.telegram_webhook_secret:
        found.routers.append(TelegramDoor(path, secret.get_secret_value(), updates).router())


def _citizens(house: House, bot: Bot) -> Updates:
    texts = TelegramTexts(bot, house.database, house.clock)

    async def forget(contact: str, lines: Sequence[str]) -> None:
        async with house.database.transaction() as session:
            await ConsoleChat(session, house.clock).rewrite(lines, ERASED)
        await texts.forget(contact)

    name = f"telegram/{number_of(bot)}"
    commands = Commands(house, texts, forget, name)
    return Updates(house, name, CitizenBot(house, texts, commands, name, DatabaseAway).hear, DatabaseAway)
