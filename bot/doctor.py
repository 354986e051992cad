"""``vigie doctor``: everything a running Vigie needs, looked at one by one."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text

from bot.bootstrap import build, read_channels
from bot.house import House
from bot.school import untaught
from bot.settings import Settings
from bot.telegram.standing import standing
from nlp_models.errors import PlacesError
from nlp_models.street_book import StreetBook
from routing.domain.oncall import Roster
from routing.domain.oncall.outlook import AHEAD, outlook
from routing.service.heal import heal
from routing.service.trial import silent_people
from routing.store import audit, channels, roster, timers

SHOWN = 5

MOST_TROUBLES = 5  # of the calendar, in one line


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at; ``grave`` when Vigie cannot do its work without it."""

    what: str
    said: str
    well: bool
    grave: bool = False

    def line(self) -> str:
        """As printed."""
        mark = "ok  " if self.well else "STOP" if self.grave else "look"
        return f"{mark}  {self.what}: {self.said}"


async def examine(settings: Settings, url: str) -> list[Finding]:
    """Every finding, the catalogue first. A wrong catalogue raises CatalogueError."""
    house = build(settings, url)
    read_channels(settings.channels_file, house.desk.catalogue)
    findings = [Finding("catalogue", f"{len(house.desk.catalogue.procedures)} procedures in order", well=True)]
    try:
        findings += await _database(house)
    finally:
        await house.database.close()
    findings += _slack(settings)
    findings += [Finding(f"telegram, {bot}", said, well=well) for bot, said, well in await standing(settings)]
    findings.append(_addresses(settings))
    findings += _examples(settings)
    if settings.public_base_url is None and not settings.embedded:
        findings.append(
            Finding("address", "VIGIE_PUBLIC_BASE_URL is not set: links to citizens lead nowhere", well=False)
        )
    return findings


def _slack(settings: Settings) -> list[Finding]:
    if settings.slack_bot_token is None:
        return []
    heard = settings.slack_signing_secret or settings.slack_app_token
    way = "Socket Mode" if settings.slack_app_token else "HTTP"
    lame = "cards are posted, but clicks reach nobody: set VIGIE_SLACK_SIGNING_SECRET or VIGIE_SLACK_APP_TOKEN"
    return [Finding("slack", way if heard else lame, well=bool(heard))]


def _addresses(settings: Settings) -> Finding:
    if not settings.streets_file.is_file():
        said = "none imported: only the streets callers name most are known (vigie places import)"
        return Finding("addresses", said, well=False)
    try:
        book = StreetBook(settings.streets_file)
    except PlacesError as error:
        return Finding("addresses", str(error), well=False)
    return Finding("addresses", f"{book.facts['addresses']} imported, {len(book)} names of streets", well=True)


def _examples(settings: Settings) -> list[Finding]:
    silent = untaught(settings)
    if not silent:
        return []
    said = f"no examples of {', '.join(silent[:SHOWN])}: no message is understood as one of these {len(silent)}"
    return [Finding("understanding", said, well=False)]


async def _database(house: House) -> list[Finding]:
    async with house.database.transaction() as session:
        version = await session.scalar(text("SHOW server_version"))
        revision = await session.scalar(text("SELECT version_num FROM alembic_version"))
        people, silent = await roster.load(session), await silent_people(session, house.desk)
        stuck = await timers.overdue(session, house.clock.now())
        workers = await session.scalar(
            text("SELECT count(*) FROM procrastinate_workers WHERE last_heartbeat > now() - interval '10 seconds'")
        )
        healed = await heal(session, house.desk)
        refusing = [f"{row.address} ({row.refusal})" for row in await channels.refusing(session)]
        forged = await audit.faults(session)
    return [
        Finding("database", f"PostgreSQL {version}, schema {revision}", well=True),
        Finding("worker", f"{workers} lanes with a heartbeat", well=bool(workers)),
        Finding("timers", f"{len(stuck)} failing again and again" if stuck else "none is stuck", well=not stuck),
        Finding(
            "invariant", f"set again: {healed}" if healed else "whatever is outstanding has a timer", well=not healed
        ),
        Finding("channels", "refused: " + ", ".join(refusing) if refusing else "none refuses", well=not refusing),
        _audit(forged),
        *_oncall(house, people, silent),
    ]


def _audit(faults: list[str]) -> Finding:
    if not faults:
        return Finding("audit log", "every entry follows the one before", well=True)
    more = f" and {len(faults) - SHOWN} more" if len(faults) > SHOWN else ""
    return Finding("audit log", f"{'; '.join(faults[:SHOWN])}{more}", well=False, grave=True)


def _oncall(house: House, people: Roster, silent: Collection[str]) -> list[Finding]:
    if not people.people:
        return [Finding("on-call", "nobody can be paged: vigie oncall import FILE.yaml", well=False, grave=True)]
    dead = [f"{where}: {what}" for where, what in people.dead_targets()]
    now = house.clock.now()
    alone = [code for code in house.desk.catalogue.services if not _reached(people, code, now)]
    findings = [Finding("on-call", "; ".join(dead) or f"{len(people.people)} people", well=not dead)]
    if alone:
        findings.append(Finding("on-call", f"nobody on call now for {', '.join(alone)}", well=False))
    return [*findings, _calendar(house, people, silent)]


def _calendar(house: House, people: Roster, silent: Collection[str]) -> Finding:
    """Gaps, people whom nothing reaches or who never answer, and short rests of the next two weeks."""
    found = outlook(people, house.clock.now(), tuple(house.pagers), silent)
    said = [
        f"{one.trouble} {one.rotation} {one.person} {one.begins.astimezone(house.desk.zone):%Y-%m-%d %H:%M}"
        for one in found
    ]
    words = "; ".join(" ".join(line.split()) for line in said[:MOST_TROUBLES])
    more = f"; and {len(said) - MOST_TROUBLES} more" if len(said) > MOST_TROUBLES else ""
    return Finding("calendar", words + more or f"no gap in the next {AHEAD.days} days", well=not found)


def _reached(people: Roster, service: str, now: datetime) -> bool:
    policy = people.policy_for(service)
    return bool(policy and people.people_for(policy.levels[0].targets, now))
