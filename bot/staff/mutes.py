"""Keeping an incident or a service silent by words: ``sourdine``."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from bot.staff.swaps import UNKNOWN_PERSON
from nlp_models.folding import fold
from routing.domain.oncall import instant
from routing.domain.oncall.wall_clock import shown
from routing.errors import Conflict
from routing.service.desk import Desk
from routing.service.mute import mute_incident, mute_service, told, unmute, until_when
from routing.store import incidents, mutes

HOW = """{prefix}sourdine IN-4K7Q 2h panne Enedis en cours : plus d'appel pour cet incident pendant deux heures
{prefix}sourdine SERVICE 06:00 MOTIF : plus d'appel pour ce qui peut attendre dans ce service, jusqu'à six heures
{prefix}sourdine lever N : la sourdine N de la liste est finie
Ce qui est critique ou met quelqu'un en danger appelle toujours."""
DAY = timedelta(days=1)
LENGTH = re.compile(r"(?P<hours>\d{1,2})\s?h(?P<minutes>\d{2})?|(?P<only>\d{1,3})\s?min")
CLOCK = re.compile(r"(?P<hour>[01]?\d|2[0-3]):(?P<minute>[0-5]\d)")
WHEN = re.compile(rf"(?:{LENGTH.pattern})|(?:{CLOCK.pattern})")
REFERENCE = re.compile(r"in-?[0-9a-z]{4,6}")


async def mute(session: AsyncSession, desk: Desk, name: str, person: str | None, words: str, prefix: str) -> str:
    """Keep silent, or end it. Raises RoutingError (a refusal in words). Only people of the roster may."""
    if person is None:
        return UNKNOWN_PERSON
    first, _, rest = words.strip().partition(" ")
    if fold(first) == "lever":
        return await _lift(session, desk, name, rest)
    asked = WHEN.match(rest.strip())
    if asked is None:
        return HOW.format(prefix=prefix)
    until, reason = end_of(desk, asked), rest.strip()[asked.end() :].strip(" :,-")
    if REFERENCE.fullmatch(fold(first)):
        row = await mute_incident(session, desk, first, until=until, reason=reason, by=name)
        incident = await incidents.by_id(session, row.incident_id or 0)
        return f"{incident.reference if incident else ''} est en sourdine {until_when(desk, row)}."
    return await _service(session, desk, name, first, until, reason)


async def _service(session: AsyncSession, desk: Desk, name: str, word: str, until: datetime, reason: str) -> str:
    codes = services_meant(desk, word)
    if not codes:
        return f"Je ne connais ni incident ni service « {word[:60]} »."
    if len(codes) > 1:
        return "Plusieurs services possibles : " + ", ".join(f"{desk.service_name(code)} ({code})" for code in codes)
    row, waiting = await mute_service(session, desk, codes[0], until=until, reason=reason, by=name)
    many = f" {waiting} incident(s) attendent jusque-là." if waiting else ""
    return (
        f"En sourdine {until_when(desk, row)} : {desk.service_name(codes[0])}.{many}"
        " Ce qui est critique ou met quelqu'un en danger appelle toujours."
    )


async def _lift(session: AsyncSession, desk: Desk, name: str, rest: str) -> str:
    if not re.fullmatch(r"\d{1,9}", rest.strip()):
        return "Dites un numéro de la liste, par exemple : sourdine lever 3"
    row = await unmute(session, desk, int(rest), by=name)
    return f"La sourdine {row.id} est levée : ce qui attendait appelle maintenant."


async def silent_now(session: AsyncSession, desk: Desk, prefix: str) -> str:
    """What is kept silent now, and how to change that."""
    rows = await mutes.lasting(session, desk.now())
    if not rows:
        return "Rien n'est en sourdine.\n" + HOW.format(prefix=prefix)
    said = [f"{row.id} · {words}" for row, words in zip(rows, await told(session, desk, rows), strict=True)]
    return "\n".join(["En sourdine", *said, HOW.format(prefix=prefix)])


def services_meant(desk: Desk, words: str) -> list[str]:
    """Codes of the services that a person may mean: an exact code, else every one whose name holds the words."""
    wanted = fold(words)
    services = desk.catalogue.services
    if wanted in services:
        return [wanted]
    return [
        code for code, row in services.items() if all(word in fold(f"{code} {row.name}") for word in wanted.split())
    ]


def end_of(desk: Desk, asked: re.Match[str]) -> datetime:
    """``2h``, ``1h30`` and ``45 min`` count from now; ``06:00`` is the next time clocks show that. Raises Conflict."""
    if asked["hour"] is None:
        minutes = int(asked["only"] or 0) + int(asked["hours"] or 0) * 60 + int(asked["minutes"] or 0)
        if not minutes:
            raise Conflict("La fin est déjà passée")
        return desk.now() + timedelta(minutes=minutes)
    local = shown(desk.now(), desk.zone).replace(tzinfo=None)
    ends = local.replace(hour=int(asked["hour"]), minute=int(asked["minute"]), second=0, microsecond=0)
    return instant(ends if ends > local else ends + DAY, desk.zone)
