"""A person answers a page: by a key, a word, a click. Only that counts as reached."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from routing.domain.incident import Event, IncidentState, PageState
from routing.domain.paging import Purpose
from routing.errors import Conflict, NotFound
from routing.service.acknowledge import acknowledge
from routing.service.audit import note_trial
from routing.service.desk import Desk
from routing.service.escalate import start_again
from routing.service.page import end
from routing.service.pass_on import call_next
from routing.service.record import record
from routing.store import pages, timers
from routing.store.models import Incident, Page

OVER = "Cet appel est déjà terminé"
MISSING = "Cet appel n'existe pas"
ABOUT = {Purpose.HOLD: "toujours dessus ?", Purpose.TRIAL: "essai", Purpose.DRILL: "essai"}
NOTED = "c'est noté, merci."
REFUSED = "c'est noté, quelqu'un d'autre est appelé."


async def take(session: AsyncSession, desk: Desk, page_id: int) -> Page:
    """The person takes what they were called for; taking it twice changes nothing. Raises Conflict, NotFound."""
    page, incident = await _found(session, page_id)
    if page.purpose is Purpose.INCIDENT and incident is not None:
        await acknowledge(session, desk, incident.reference, by=page.name)
        if page.told_at is None:
            page.told_at = desk.now()
    elif page.state in pages.ANSWERABLE:
        await end(session, desk, page, f"{ABOUT[page.purpose]} : {NOTED}", PageState.ACKNOWLEDGED)
        await timers.arm(session, timers.Verb.PAGE, page.id, desk.now(), desk.now())
        await _reached(session, desk, page, incident)
    return page


async def _reached(session: AsyncSession, desk: Desk, page: Page, incident: Incident | None) -> None:
    """Somebody who was asked whether they are there is."""
    for other in await pages.of_trial(session, page):
        await end(session, desk, other, f"{ABOUT[page.purpose]} : {NOTED}")
        await timers.arm(session, timers.Verb.PAGE, other.id, desk.now(), desk.now())
    if incident is not None:
        await record(session, desk, incident, Event.HELD, f"{page.name} s'en occupe toujours", by=page.name)
    else:
        text = f"{page.name} a répondu à l'essai ({page.channel})"
        note_trial(session, desk, page.person, "answered", text, channel=page.channel, page=page.id)


async def decline(session: AsyncSession, desk: Desk, page_id: int) -> Page:
    """The person cannot: who comes next is called at once. Raises Conflict, NotFound."""
    page, incident = await _found(session, page_id)
    if page.state not in pages.ANSWERABLE:
        raise Conflict(OVER)
    about = incident.reference if incident else ABOUT[page.purpose]
    await end(session, desk, page, f"{about} : {REFUSED}", PageState.DECLINED)
    await timers.arm(session, timers.Verb.PAGE, page.id, desk.now(), desk.now())
    if incident is None:
        text = f"{page.name} a répondu à l'essai par un refus ({page.channel})"
        note_trial(session, desk, page.person, "answered", text, channel=page.channel, page=page.id)
        return page
    said = f"{page.name} ne peut pas"
    await record(
        session, desk, incident, Event.DECLINED, said, by=page.name, broadcast=True, person=page.person, page=page.id
    )
    await _leave_alone(session, desk, page, incident.reference)
    if page.purpose is Purpose.HOLD and incident.state is IncidentState.ACKNOWLEDGED:
        await start_again(session, desk, incident, f"{page.name} ne s'en occupe plus", by=page.name)
    elif incident.state is IncidentState.OPEN:
        page.passed_on = True
        await call_next(session, desk, incident, page)
    return page


async def _leave_alone(session: AsyncSession, desk: Desk, declined: Page, reference: str) -> None:
    """Who cannot is not called again by the rest of their contact plan."""
    assert declined.incident_id is not None
    now = desk.now()
    for page in await pages.of_incident(session, declined.incident_id, pages.ANSWERABLE, declined.person):
        await end(session, desk, page, f"{reference} : {REFUSED}")
        await timers.disarm(session, timers.Verb.PAGE, page.id)
        if page.last_word:
            await timers.arm(session, timers.Verb.PAGE, page.id, now, now)


async def _found(session: AsyncSession, page_id: int) -> tuple[Page, Incident | None]:
    page, incident = await pages.with_incident(session, page_id)
    if page is None:
        raise NotFound(MISSING)
    return page, incident
