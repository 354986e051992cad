"""What the room's search finds: every word typed, whatever its accents, in a card or in its procedure's name."""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, func, or_, select

from routing.domain.procedure import Catalogue
from routing.domain.redaction import plain, readable
from routing.domain.reference import normalise
from routing.store.models import Incident, Report

LONGEST = 80
WORDS = 8
# Done in SQL without an extension, which a city's database may not have.
ACCENTED = "àâäáãçéèêëíìîïñóòôöõúùûüÿÀÂÄÁÃÇÉÈÊËÍÌÎÏÑÓÒÔÖÕÚÙÛÜŸ"
PLAIN = "aaaaaceeeeiiiinooooouuuuyaaaaaceeeeiiiinooooouuuuy"


def found_by(catalogue: Catalogue, query: str) -> ColumnElement[bool] | None:
    """The condition on Incident that ``query`` means; None when it holds no word."""
    words = plain(readable(query)[:LONGEST]).split()[:WORDS]
    if not words:
        return None
    titles = {one.id: plain(f"{one.title} {one.id}") for one in catalogue.procedures.values()}
    reported = select(Report.incident_id).where(Report.reference == normalise("".join(words)))
    short = select(Report.incident_id).where(Report.reference.endswith(f"-{''.join(words).upper()}"))
    return or_(
        and_(*(_holds(word, [id_ for id_, title in titles.items() if word in title]) for word in words)),
        Incident.id.in_(reported),
        Incident.id.in_(short),
    )


def _holds(word: str, procedures: list[str]) -> ColumnElement[bool]:
    fields = (Incident.reference, Incident.place, Incident.commune, Incident.excerpt, Incident.acknowledged_by)
    written = func.replace(func.concat_ws(" ", *fields), "œ", "oe")
    folded = func.lower(func.translate(written, ACCENTED, PLAIN))
    return or_(folded.contains(word, autoescape=True), Incident.procedure_id.in_(procedures))
