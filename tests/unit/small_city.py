"""Three procedures are enough to judge a message: a hole in the road, a fire, a birth certificate."""

from __future__ import annotations

from datetime import timedelta

from routing.domain.procedure import Catalogue, Fallback, Level, OnCall, Procedure, Severity, Step
from routing.domain.understanding import Candidate, Danger, Decision, Understanding

GAS = Danger("gaz", "une odeur de gaz", "ça sent le gaz")


def procedure(
    id_: str, severity: Severity = Severity.NORMAL, *, emergency: bool = False, lead: str = "voirie"
) -> Procedure:
    """A procedure whose lead comes at once."""
    return Procedure(
        id=id_,
        title=id_.capitalize(),
        family=id_.partition("-")[0],
        lead=lead,
        level=Level.METROPOLIS,
        severity=severity,
        on_call=OnCall.NONE,
        emergency_first=emergency,
        label=f"une affaire de {id_}",
        cue="",
        steps=(Step(lead, timedelta(), ("Aller voir", "Rendre compte")),),
        advice=f"Appelez le 112. ({id_})" if emergency else f"Patientez. ({id_})",
    )


HOLE = procedure("voirie-trou")
FIRE = procedure("securite-feu", Severity.CRITICAL, emergency=True, lead="secours")
FLOOD = procedure("eau-inondation", Severity.URGENT, emergency=True, lead="eau")
BIRTH = procedure("administratif-naissance", Severity.INFO, lead="etat-civil")
UNFORESEEN = procedure("cas-imprevu", Severity.URGENT, lead="astreinte")
TO_CONFIRM = procedure("cas-a-confirmer", lead="appels-entrants")
OUT_OF_SCOPE = procedure("cas-hors-sujet", Severity.INFO, lead="appels-entrants")

CITY = Catalogue(
    procedures={item.id: item for item in (HOLE, FIRE, FLOOD, BIRTH)},
    services={},
    communes={},
    paging={},
    fallbacks={
        Fallback.UNFORESEEN: UNFORESEEN,
        Fallback.TO_CONFIRM: TO_CONFIRM,
        Fallback.OUT_OF_SCOPE: OUT_OF_SCOPE,
    },
)


def read(decision: Decision, *ranking: tuple[Procedure | str, float], danger: Danger | None = None) -> Understanding:
    """What was understood: candidates best first; a procedure the catalogue no longer has is a mere id."""
    candidates = tuple(
        Candidate(item if isinstance(item, str) else item.id, probability) for item, probability in ranking
    )
    confidence = candidates[0].probability if candidates else 0.0
    return Understanding(decision, confidence, candidates, danger)
