"""The shape of the catalogue's YAML files. A row checks its own form; loader.py checks what rows say of one another."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, model_validator

from routing.domain.procedure import (
    TO_WRITE,
    Commune,
    Condition,
    Fact,
    Level,
    OnCall,
    Procedure,
    Service,
    Severity,
    Step,
)

Id = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=60)]


def _written(text: str) -> str:
    if text.startswith(TO_WRITE):
        raise ValueError("still to be written")
    return text


French = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=3, max_length=400), AfterValidator(_written)
]
EMERGENCY_OPENING = "Appelez le 112"
_EMERGENCY = re.compile(r"(?:[^\W\d]+\s+){1,3}112\b")  # "Appelez le 112", "Call 112", "Llame al 112": in any language


def _as_list(value: object) -> object:
    return [value] if isinstance(value, str) else value


Facts = Annotated[list[Annotated[Fact, Field(strict=False)]], BeforeValidator(_as_list)]


class Row(BaseModel):
    """No unknown key, nothing coerced from another type."""

    model_config = ConfigDict(extra="forbid", strict=True, populate_by_name=True)


class StepRow(Row):
    """One step; ``after`` is minutes after the incident was opened."""

    service: Id
    after: int = Field(ge=0, le=7 * 24 * 60)
    needs: Facts = Field(default=[], alias="if")
    refuses: Facts = Field(default=[], alias="unless")
    copy_only: bool = Field(default=False, alias="copy")
    do: list[French] = Field(min_length=2, max_length=6)
    tell: French | None = None

    @model_validator(mode="after")
    def _possible(self) -> StepRow:
        both = set(self.needs) & set(self.refuses)
        if both:
            raise ValueError(f"contradictory: needs and refuses {', '.join(sorted(both))}; keep one")
        if self.after == 0 and Fact.ACKNOWLEDGED in self.needs:
            raise ValueError("unreachable: at minute 0 nobody has acknowledged yet; give it a later minute")
        if self.after == 0 and Fact.ACKNOWLEDGED in self.refuses:
            raise ValueError(
                "contradictory: 'unless: acknowledged' means nothing at minute 0; drop it or delay the step"
            )
        return self

    def noun(self) -> Step:
        """The step as the head knows it."""
        return Step(
            service=self.service,
            after=timedelta(minutes=self.after),
            checklist=tuple(self.do),
            condition=Condition(frozenset(self.needs), frozenset(self.refuses)),
            tell=self.tell,
            copy=self.copy_only,
        )


class ProcedureRow(Row):
    """One file of procedures/<family>/<id>.yaml."""

    id: Id
    title: French
    family: Id
    lead: Id
    level: Level = Field(strict=False)
    severity: Severity = Field(strict=False)
    on_call: OnCall = Field(strict=False)
    emergency_first: bool
    label: Annotated[str, StringConstraints(min_length=3, max_length=90), AfterValidator(_written)]
    cue: French
    neighbours: list[Id] = []
    advice: French | None = None
    steps: list[StepRow] = Field(min_length=1, max_length=14)

    @model_validator(mode="after")
    def _danger_speaks_first(self) -> ProcedureRow:
        if self.emergency_first and not _EMERGENCY.match(self.advice or ""):
            raise ValueError(
                f"emergency_first needs an advice that begins with “{EMERGENCY_OPENING}”, “Call 112” or the like"
            )
        if not self.id.startswith(f"{self.family}-"):
            raise ValueError(f"the id must begin with its family: {self.family}-…")
        return self

    def noun(self) -> Procedure:
        """The procedure as the head knows it, its steps in time order."""
        return Procedure(
            id=self.id,
            title=self.title,
            family=self.family,
            lead=self.lead,
            level=self.level,
            severity=self.severity,
            on_call=self.on_call,
            emergency_first=self.emergency_first,
            label=self.label,
            cue=self.cue,
            steps=tuple(sorted((step.noun() for step in self.steps), key=lambda step: step.after)),
            neighbours=tuple(self.neighbours),
            advice=self.advice,
        )


class FallbacksFile(Row):
    """fallbacks.yaml: the steps when no procedure can be named."""

    fallbacks: list[ProcedureRow] = Field(min_length=1)


class ServiceRow(Row):
    """One service of services.yaml; ``post`` is its post in the control room, if it has one."""

    code: Id
    name: French
    level: Level = Field(strict=False)
    post: Id | None = None
    description: French

    def noun(self) -> Service:
        """The service as the head knows it."""
        return Service(self.code, self.name, self.level, self.post, self.description)


class ServicesFile(Row):
    """services.yaml"""

    services: list[ServiceRow] = Field(min_length=1)


class CommuneRow(Row):
    """One commune of communes.yaml. ``former``: codes of communes that became part of it, still in older drawings."""

    insee: Annotated[str, StringConstraints(pattern=r"^[0-9A-Z]{3,9}$")]
    name: French
    postal: Annotated[str, StringConstraints(pattern=r"^[0-9A-Z ]{3,10}$")]
    lat: float = Field(ge=-90, le=90)
    lon: float = Field(ge=-180, le=180)
    population: int = Field(gt=0)
    police: bool
    former: list[Annotated[str, StringConstraints(pattern=r"^[0-9A-Z]{3,9}$")]] = []

    def noun(self) -> Commune:
        """The commune as the head knows it."""
        former = tuple(self.former)
        return Commune(self.insee, self.name, self.postal, self.lat, self.lon, self.population, self.police, former)


class CommunesFile(Row):
    """communes.yaml; ``count`` says how many the territory has, so that a lost line is noticed."""

    count: int
    communes: list[CommuneRow] = Field(min_length=1)


class PagingRow(Row):
    """Seconds without acknowledgement before the first page, by on-call engagement; null: nobody is paged."""

    none: int | None = Field(ge=0)
    direction: int | None = Field(ge=0)
    astreinte: int | None = Field(ge=0)


class LevelRow(Row):
    """One level: its targets are paged ``after`` seconds from the start of the round, ``apart`` from one another."""

    after: int = Field(ge=0)
    apart: int = Field(default=0, ge=0)
    targets: list[Annotated[str, StringConstraints(pattern=r"^(rotation|person):[a-z0-9][a-z0-9_-]*$")]] = Field(
        min_length=1
    )


class PolicyRow(Row):
    """An escalation policy."""

    id: Id
    levels: list[LevelRow] = Field(min_length=1)
    repeat: bool = True

    @model_validator(mode="after")
    def _in_time_order(self) -> PolicyRow:
        delays = [level.after for level in self.levels]
        if delays != sorted(set(delays)):
            raise ValueError(
                "each level must come later than the one before it (after: seconds from the start of the round)"
            )
        return self


class ServicePolicyRow(Row):
    """The policy a service's incidents follow."""

    policy: Id


class PoliciesFile(Row):
    """escalation_policies.yaml: when paging begins, whom it reaches, and how long whoever took it may be silent."""

    paging: dict[Literal["critique", "urgent", "normal", "info"], PagingRow]
    holds: dict[Literal["critique", "urgent", "normal", "info"], Annotated[int, Field(ge=300)] | None] = {}
    policies: list[PolicyRow]
    services: dict[Id, ServicePolicyRow]
