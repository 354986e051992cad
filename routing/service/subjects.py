"""What a person is called about, as a call or message says it."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy.ext.asyncio import AsyncSession

from routing.domain.paging import Call, Purpose, Subject
from routing.service.desk import Desk
from routing.store import pages, roster
from routing.store.models import Incident, Page

NOWHERE = "lieu inconnu"
TRIALS = {
    Purpose.TRIAL: "Vigie : appel d'essai, demandé par vous. Il n'y a pas d'incident.",
    Purpose.DRILL: "Vigie : essai hebdomadaire de votre astreinte. Il n'y a pas d'incident.",
}


async def call_of(session: AsyncSession, desk: Desk, page: Page) -> Call:
    """The call or message that carries ``page``, about everything on it that still waits for an answer."""
    leader = page.joined_id or page.id
    carried = await pages.carried_with_incidents(session, leader)
    waiting = [(one.id, incident) for one, incident in carried if incident and one.state in pages.ANSWERABLE]
    subjects = subjects_of(desk, waiting)
    person = (await roster.load(session)).people.get(page.person)
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


def subjects_of(desk: Desk, waiting: Iterable[tuple[int, Incident]]) -> tuple[Subject, ...]:
    """The incidents of these pages (by number), gravest and oldest first."""
    subjects = [_subject(desk, page, incident) for page, incident in waiting]
    return tuple(sorted(subjects, key=lambda one: (-one.severity.rank, one.page)))


def _subject(desk: Desk, page_id: int, incident: Incident) -> Subject:
    where = ", ".join(part for part in (incident.place, incident.commune) if part) or NOWHERE
    return Subject(page_id, incident.reference, incident.severity, desk.plan_of(incident).title, where)


def _text(purpose: Purpose, subjects: tuple[Subject, ...]) -> str:
    if not subjects:
        return TRIALS.get(purpose, "Vigie : cet incident n'a plus besoin de vous. Merci.")
    first = subjects[0]
    what = f"incident {first.severity} {first.reference} : {first.title}. {first.place[:1].upper()}{first.place[1:]}."
    if purpose is Purpose.HOLD:
        return f"Vigie : vous en occupez-vous toujours ? I{what[1:]}"
    others = f" Et {len(subjects) - 1} de plus." if len(subjects) > 1 else ""
    return f"Vigie, {what}{others} Personne ne l'a pris."
