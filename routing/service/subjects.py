"""What a person is called about, as a call or message says it."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from routing.domain.paging import Call, Purpose, Subject
from routing.service.desk import Desk
from routing.store import pages
from routing.store.models import Incident, OncallPerson, Page

NOWHERE = "lieu inconnu"
TRIALS = {
    Purpose.TRIAL: "Vigie : appel d'essai, demandé par vous. Il n'y a pas d'incident.",
    Purpose.DRILL: "Vigie : essai hebdomadaire de votre astreinte. Il n'y a pas d'incident.",
}


async def call_of(session: AsyncSession, desk: Desk, page: Page) -> Call:
    """The call or message that carries ``page``, about everything on it that still waits for an answer."""
    leader = page.joined_id or page.id
    carried = await pages.carried_by(session, leader)
    waiting = [one for one in carried if one.state in pages.ANSWERABLE and one.incident_id]
    subjects = await subjects_of(session, desk, waiting)
    person = await session.get(OncallPerson, page.person)
    return Call(
        page=leader,
        purpose=page.purpose,
        person=page.person,
        name=page.name,
        level=page.level,
        text=_text(page.purpose, subjects),
        subjects=subjects,
        phone=person.phone if person else None,
        slack=person.slack if person else None,
        telegram=person.telegram if person else None,
        again=page.attempts > 1,
        waits=bool(subjects) or (page.incident_id is None and page.state in pages.ANSWERABLE),
    )


async def subjects_of(session: AsyncSession, desk: Desk, waiting: list[Page]) -> tuple[Subject, ...]:
    """The incidents of these pages, gravest and oldest first."""
    ids = {page.incident_id for page in waiting}
    found = {row.id: row for row in await session.scalars(select(Incident).where(Incident.id.in_(ids)))} if ids else {}
    subjects = [_subject(desk, page.id, found[page.incident_id]) for page in waiting if page.incident_id in found]
    return tuple(sorted(subjects, key=lambda one: (-one.severity.rank, one.page)))


def _subject(desk: Desk, page_id: int, incident: Incident) -> Subject:
    where = ", ".join(part for part in (incident.place, incident.commune) if part) or NOWHERE
    return Subject(page_id, incident.reference, incident.severity, desk.plan_of(incident).title, where)


def _text(purpose: Purpose, subjects: tuple[Subject, ...]) -> str:
    if not subjects:
        return TRIALS.get(purpose, "Vigie : cet incident n'a plus besoin de vous. Merci.")
    first = subjects[0]
    what = f"incident {first.severity} {first.reference} : {first.title}. {first.place}."
    if purpose is Purpose.HOLD:
        return f"Vigie : êtes-vous toujours sur l'{what}"
    others = f" Et {len(subjects) - 1} de plus." if len(subjects) > 1 else ""
    return f"Vigie, {what}{others} Personne ne l'a pris."
