"""Composition root: which adapter stands behind which port.

A provider's adapters, and its SDK with them, are imported where an account is connected: each is a tenth of a second
at start and twenty megabytes.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy.ext.asyncio import AsyncEngine

from bot import speech
from bot.clock import SystemClock
from bot.console.gateway import ConsoleChat, ConsolePager, ConsolePhone
from bot.geocoding import connect as connect_geocoder
from bot.house import House
from bot.pagers import duty_pagers
from bot.queue import make_jobs
from bot.settings import Settings
from bot.staff import read_rights
from intake.handle import Hearing
from intake.ports import Classifier, MediaSource
from intake.wording import say
from nlp_models.danger_rules import find_danger
from routing.catalogue import loader, oncall_file
from routing.catalogue.oncall_file import RosterFile
from routing.catalogue.source import Source
from routing.domain.attachment import Kind
from routing.domain.procedure import Catalogue
from routing.domain.understanding import Channel
from routing.errors import CatalogueError
from routing.ports import ChatGateway, CitizenGateway, Clock
from routing.service.desk import Desk
from routing.service.import_roster import import_roster
from routing.store import reports, roster
from routing.store.base import Database, make_engine

SCHEMES = ("console", "slack", "telegram")


class Channels:
    """Directory from the city's channels file; a service that is absent lives in the console."""

    def __init__(self, channels: Mapping[str, tuple[str, ...]] | None = None) -> None:
        self._channels = channels or {}

    def channels_of(self, service: str) -> tuple[str, ...]:
        """Full addresses, the main one first. The room sees everything, wherever a service reads."""
        room = f"console:{service}"
        named = self._channels.get(service, ())
        return named if room in named else (*named, room)


def read_channels(path: Path | None, catalogue: Catalogue) -> Channels:
    """The channels file. Raises CatalogueError for an unknown service or an address nobody could serve."""
    if path is None:
        return Channels()
    source = Source(path, root=path.parent)
    rows: Any = source.data or {}
    if not source.problems and not isinstance(rows, dict):
        source.problems.append(source.at((), 'expected lines such as  voirie: ["slack:C0VOIRIE"]'))
    for service, addresses in rows.items() if not source.problems else ():
        if service not in catalogue.services:
            source.problems.append(source.at((service,), f"unknown service '{service}'"))
        if not isinstance(addresses, list) or not all(
            isinstance(address, str) and address.partition(":")[0] in SCHEMES and address.partition(":")[2]
            for address in addresses
        ):
            expected = f'expected a list such as ["slack:C0VOIRIE", "console:{service}"]'
            source.problems.append(source.at((service,), f"{service}: {expected}"))
    if source.problems:
        raise CatalogueError(source.problems)
    return Channels({service: tuple(addresses) for service, addresses in rows.items()})


def build(
    settings: Settings,
    url: str,
    *,
    clock: Clock | None = None,
    classifier: Classifier | None = None,
    catalogue: Catalogue | None = None,
    engine: AsyncEngine | None = None,
) -> House:
    """The whole house on a database that is up to date. Raises CatalogueError when what the city wrote is wrong."""
    clock = clock or SystemClock()
    catalogue = catalogue or loader.load(settings.catalogue_dir or loader.FOLDER)
    jobs = make_jobs(url)
    database = Database(engine or make_engine(url), jobs)
    geocoder = connect_geocoder(settings, catalogue, clock)
    desk = Desk(
        clock=clock,
        catalogue=catalogue,
        directory=read_channels(settings.channels_file, catalogue),
        zone=settings.zone,
        say=say,
        quiet=settings.quiet,
        most_of_a_number=settings.messages_per_hour,
        most_of_a_connection=settings.forms_per_hour,
        looks_up=geocoder is not None,
        question_time=timedelta(seconds=settings.question_seconds),
        keep_time={Kind.PHOTO: timedelta(days=settings.photo_days), Kind.AUDIO: timedelta(days=settings.audio_days)},
    )
    phone = ConsolePhone(database, clock)
    citizens: dict[str, CitizenGateway] = {
        channel.value: phone for channel in (Channel.SMS, Channel.WHATSAPP, Channel.TELEGRAM)
    }
    citizens |= citizen_gateways(settings, clock, database)
    ears = speech.ears(settings, recordings=classifier is not None)
    return House(
        settings=settings,
        clock=clock,
        database=database,
        jobs=jobs,
        desk=desk,
        danger=find_danger,
        hearing=Hearing(classifier, settings.base_url, ears is not None and ears.able) if classifier else None,
        room=partial(ConsoleChat, clock=clock),
        chats=staff_chats(settings, database, clock),
        pagers={"console": ConsolePager(database, clock), **duty_pagers(settings, clock, api_token(settings))},
        citizens=citizens,
        media=media_sources(settings),
        api_token=api_token(settings),
        rights=read_rights(settings.rights_file, catalogue.services),
        ears=ears,
        geocoder=geocoder,
    )


def api_token(settings: Settings) -> str:
    """The configured token; the embedded default makes one and keeps it in the data folder."""
    if settings.api_token:
        return settings.api_token.get_secret_value()
    path = settings.data_dir / "api_token"
    if not path.exists() or not path.read_text(encoding="utf-8").strip():
        path.parent.mkdir(parents=True, exist_ok=True)
        made = path.with_suffix(f".{os.getpid()}")
        made.touch(mode=0o600)
        made.write_text(secrets.token_urlsafe(24), encoding="utf-8")
        made.replace(path)  # whole or not at all
    return path.read_text(encoding="utf-8").strip()


def citizen_gateways(settings: Settings, clock: Clock, database: Database) -> dict[str, CitizenGateway]:
    """Citizens' messages by the connected accounts; without one, the telephones drawn at /demo."""
    found = _twilio_texts(settings, clock, database)
    if settings.telegram_citizen_token:
        from bot.telegram.account import connect
        from bot.telegram.texts import TelegramTexts

        bot = connect(settings.telegram_citizen_token, settings.telegram_base_url)
        found[Channel.TELEGRAM] = TelegramTexts(bot, database, clock)
    return found


def _twilio_texts(settings: Settings, clock: Clock, database: Database) -> dict[str, CitizenGateway]:
    if settings.twilio is None:
        return {}
    from bot.twilio.account import connect
    from bot.twilio.texts import Template, TwilioTexts

    client = connect(*settings.twilio, settings.twilio_base_url)

    async def heard(contact: str) -> datetime | None:
        async with database.transaction() as session:
            return await reports.last_heard(session, contact, Channel.WHATSAPP)

    status = f"{settings.base_url}/webhooks/twilio/status?ref="
    found: dict[str, CitizenGateway] = {}
    if settings.twilio_from_number:
        found[Channel.SMS] = TwilioTexts(client, clock, settings.twilio_from_number, status)
    if settings.twilio_whatsapp_number:
        template = Template(settings.twilio_whatsapp_template, heard)
        found[Channel.WHATSAPP] = TwilioTexts(
            client, clock, settings.twilio_whatsapp_number, status, "whatsapp:", template
        )
    return found


def media_sources(settings: Settings) -> dict[str, MediaSource]:
    """Where citizens' photos and sounds are fetched, by the scheme of their sources."""
    found: dict[str, MediaSource] = {}
    if settings.twilio:
        from bot.twilio.media import TwilioMedia

        account, token = settings.twilio
        found["twilio"] = TwilioMedia(account, token.get_secret_value(), settings.twilio_base_url)
    if settings.telegram_citizen_token:
        from bot.telegram.account import connect
        from bot.telegram.media import TelegramMedia

        found["telegram"] = TelegramMedia(connect(settings.telegram_citizen_token, settings.telegram_base_url))
    return found


def staff_chats(settings: Settings, database: Database, clock: Clock) -> dict[str, ChatGateway]:
    """Departments' chats whose account is connected, by the scheme of their addresses."""
    found: dict[str, ChatGateway] = {}
    if settings.slack_bot_token:
        from bot.slack.account import connect as connect_slack
        from bot.slack.gateway import SlackChat

        found["slack"] = SlackChat(connect_slack(settings.slack_bot_token, settings.slack_base_url), settings.zone)
    if settings.telegram_staff_token:
        from bot.telegram.account import connect
        from bot.telegram.gateway import TelegramChat

        bot = connect(settings.telegram_staff_token, settings.telegram_base_url)
        found["telegram"] = TelegramChat(bot, database, clock, settings.zone)
    return found


def read_roster(settings: Settings, catalogue: Catalogue) -> tuple[RosterFile, bool]:
    """The city's on-call file, or the invented example; True when it is the city's."""
    services = set(catalogue.services)
    if settings.oncall_file is not None:
        return oncall_file.read(settings.oncall_file, services), True
    home = settings.catalogue_dir or loader.FOLDER
    return oncall_file.read(home / loader.EXAMPLE_ROSTER, services, policies=home / loader.POLICIES), False


async def ensure_roster(house: House) -> bool:
    """Import the city's file at every start, the example only where there is nobody; True when it is the city's."""
    file, of_the_city = read_roster(house.settings, house.desk.catalogue)
    async with house.database.transaction() as session:
        await roster.one_at_a_time(session)  # web and worker may start together
        if of_the_city or await roster.is_empty(session):
            by = "le fichier de la ville" if of_the_city else "l'exemple fourni"
            await import_roster(session, house.desk, file, by=by)
    return of_the_city
