"""The place of an incident is looked up after it was opened: its door on the map, or the address at its position."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from routing.domain.incident import IncidentState
from routing.domain.place import Place
from routing.ports import Geocoder
from routing.service.desk import Desk
from routing.service.open_incident import lacks
from routing.service.record import stale
from routing.service.rejoin import rejoin
from routing.store import incidents, timers
from routing.store.base import Database
from routing.store.models import Incident


async def locate(database: Database, desk: Desk, geocoder: Geocoder | None, incident_id: int) -> None:
    """Look one incident's place up, bring its cards up to date, find the older one it may be. Safe to run twice."""
    async with database.transaction() as session:
        incident = await incidents.by_id(session, incident_id)
        here = _here(incident) if incident is not None and lacks(incident) else None
    found = await _look_up(geocoder, here) if geocoder is not None and here is not None else None
    async with database.transaction() as session:
        if found is not None:
            await _note(session, desk, incident_id, found)
        await timers.disarm(session, timers.Verb.LOCATE, incident_id)
    async with database.transaction() as session:
        await rejoin(session, desk, incident_id)


def _here(incident: Incident) -> Place:
    return Place(incident.place, incident.commune, incident.latitude, incident.longitude)


async def _look_up(geocoder: Geocoder, here: Place) -> Place | None:
    if here.lat is not None and here.lon is not None:
        return await geocoder.name(here.lat, here.lon)
    return await geocoder.find(here)


async def _note(session: AsyncSession, desk: Desk, incident_id: int, found: Place) -> None:
    """Only what is still lacking is filled in: what people said or corrected meanwhile stands."""
    incident = await incidents.by_id(session, incident_id, lock=True)
    if incident is None or incident.state is IncidentState.RESOLVED or not lacks(incident):
        return
    if incident.commune is not None and found.commune not in (None, incident.commune):
        return
    incident.place = incident.place or found.label
    incident.commune = incident.commune or found.commune
    if incident.latitude is None or incident.longitude is None:
        incident.latitude, incident.longitude = found.lat, found.lon
    await stale(session, desk, incident)
