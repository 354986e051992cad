"""What every verb has at hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from routing.domain.attachment import Kind
from routing.domain.hours import Hours
from routing.domain.incident import facts_of
from routing.domain.paging import NAMES
from routing.domain.procedure import Catalogue, Fact, Fallback, Procedure
from routing.domain.understanding import Decision
from routing.ports import Clock, Directory, Phrases
from routing.store.models import Incident

FALLBACK_OF: Mapping[str, Fallback] = {
    Decision.ASK: Fallback.TO_CONFIRM,
    Decision.OUT_OF_SCOPE: Fallback.OUT_OF_SCOPE,
}


@dataclass(frozen=True, slots=True)
class Desk:
    """The clock, the catalogue, where services live, the zone in which calendars think, and what citizens are told.

    ``looks_up`` says that somebody can look places up. ``question_time`` is how long a citizen has to answer before a
    person takes over, ``keep_time`` how long what they sent beside words is kept. In ``quiet`` hours news that can wait
    does. ``most_of_…`` are messages an hour before somebody is told that they are many.
    """

    clock: Clock
    catalogue: Catalogue
    directory: Directory
    zone: ZoneInfo
    say: Phrases
    quiet: Hours | None = None
    most_of_a_number: int = 12
    most_of_a_connection: int = 30
    looks_up: bool = False
    question_time: timedelta = timedelta(minutes=3)
    keep_time: Mapping[Kind, timedelta] = field(
        default_factory=lambda: {Kind.PHOTO: timedelta(days=365), Kind.AUDIO: timedelta(days=30)}
    )

    def now(self) -> datetime:
        """The present instant, UTC."""
        return self.clock.now()

    def clock_time(self, at: datetime) -> str:
        """An instant as people of the room read it, e.g. ``14:02``."""
        return at.astimezone(self.zone).strftime("%H:%M")

    def ways(self, tries: Sequence[tuple[str, datetime]]) -> str:
        """Channels and when, as people read them: ``téléphone à 3 h 12, SMS à 3 h 13``."""
        return ", ".join(f"{NAMES.get(channel, channel)} à {self.clock_time(at)}" for channel, at in tries)

    def plan_of(self, incident: Incident) -> Procedure:
        """The incident's procedure, or the fallback that stands for it."""
        procedure = self.catalogue.procedure(incident.procedure_id)
        return procedure or self.catalogue.fallbacks[FALLBACK_OF.get(incident.decision, Fallback.UNFORESEEN)]

    def facts(self, incident: Incident, at: datetime) -> frozenset[Fact]:
        """What is true of the incident at that moment, for the conditions of steps."""
        return facts_of(
            acknowledged=incident.acknowledged_at is not None,
            danger=incident.danger is not None,
            commune=self.catalogue.communes.get(incident.commune or ""),
            at=at,
            zone=self.zone,
        )

    def service_name(self, code: str) -> str:
        """A service's French name, its code when it left the catalogue."""
        service = self.catalogue.services.get(code)
        return service.name if service else code

    @property
    def titles(self) -> Mapping[str, str]:
        """Procedure titles by id."""
        return {id_: procedure.title for id_, procedure in self.catalogue.procedures.items()}
