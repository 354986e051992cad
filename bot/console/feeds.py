"""Calendars to subscribe to from a telephone (RFC 5545): one's own duty, or a whole rotation's."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.exceptions import HTTPException

from bot.house import House
from routing.domain.oncall import Holding, Roster, Why
from routing.store import roster

if TYPE_CHECKING:
    from icalendar import Event

BEHIND, AHEAD = timedelta(days=31), timedelta(days=366)
REFRESH = timedelta(hours=1)
PERSON, ROTATION = "person", "rotation"
TITLES = {Why.SWAP: " (échange)", Why.OVERRIDE: " (changement)", Why.REPLACEMENT: " (remplacement)"}

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class Feed:
    """Whose calendar: ``kind`` is person or rotation, ``id`` its roster id."""

    kind: str
    id: str

    def token(self, secret: str) -> str:
        """What its address ends with: nobody guesses it, and it changes with the API token."""
        signed = hmac.new(secret.encode(), f"vigie feed {self.kind} {self.id}".encode(), hashlib.sha256).digest()
        return base64.urlsafe_b64encode(signed[:24]).decode()

    def address(self, house: House) -> str:
        """The whole address to subscribe to."""
        return f"{house.settings.base_url}/astreinte/flux/{self.token(house.api_token)}.ics"


@router.get("/astreinte/flux/{token}.ics")
async def feed(request: Request, token: str) -> Response:
    """The calendar behind an address; 404 for any other."""
    house: House = request.app.state.house

    async def work(session: AsyncSession) -> bytes | None:
        people = await roster.load(session)
        found = _behind(people, token, house.api_token)
        return None if found is None else written(people, found, house.clock.now(), house.desk.zone)

    body = await house.run(work)
    if body is None:
        raise HTTPException(404, "Cette adresse n'est pas celle d'un calendrier.")
    return Response(body, media_type="text/calendar; charset=utf-8", headers={"Cache-Control": "private, max-age=300"})


def _behind(people: Roster, token: str, secret: str) -> Feed | None:
    known = [Feed(PERSON, id_) for id_ in people.people] + [Feed(ROTATION, id_) for id_ in people.rotations]
    given = token.encode()
    return next((one for one in known if hmac.compare_digest(one.token(secret).encode(), given)), None)


def written(people: Roster, of: Feed, now: datetime, zone: ZoneInfo) -> bytes:
    """The feed's text: from a month ago to a year ahead, on the wall clock of ``zone``."""
    from icalendar import Calendar  # a tenth of a second that no start needs

    held = people.calendar.all_holdings(now - BEHIND, now + AHEAD)
    if of.kind == PERSON:
        name, mine = f"Astreinte de {people.people[of.id].name}", (one for one in held if one.person == of.id)
    else:
        name, mine = f"Astreinte {of.id}", (one for one in held if one.rotation == of.id)
    calendar = Calendar()
    calendar.add("prodid", "-//Vigie//astreinte//FR")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", name)
    calendar.add("x-wr-timezone", zone.key)
    calendar.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    for event in _events(people, mine, now, zone):
        calendar.add_component(event)
    calendar.add_missing_timezones()
    return bytes(calendar.to_ical())


def _events(people: Roster, held: Iterable[Holding], now: datetime, zone: ZoneInfo) -> Iterable[Event]:
    from icalendar import Event

    for one in held:
        if one.why is Why.CLOSED:
            continue
        person = people.people.get(one.person or "")
        who = "PERSONNE" if one.why is Why.GAP else person.name if person else one.person
        event = Event()
        event.add("uid", f"{one.rotation}-{one.begins:%Y%m%dT%H%M%SZ}@vigie")
        event.add("dtstamp", now)
        event.add("dtstart", one.begins.astimezone(zone))
        event.add("dtend", one.ends.astimezone(zone))
        event.add("summary", f"{one.rotation} : {who}{TITLES.get(one.why, '')}")
        event.add("transp", "TRANSPARENT")  # on duty is not busy
        yield event
