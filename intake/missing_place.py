"""The place that nobody said: whether a matter lacks it, and asking for it once in what is written to its citizen."""

from __future__ import annotations

from routing.domain.call import Step
from routing.domain.procedure import Severity
from routing.domain.understanding import Decision
from routing.service.desk import Desk
from routing.service.tell import door_back
from routing.store.models import Report


def lacks_place(desk: Desk, report: Report, procedure_id: str | None) -> bool:
    """Whether the matter has a place that nobody said, or that may be in several communes; information has none."""
    procedure = desk.catalogue.procedure(procedure_id)
    return procedure is not None and procedure.severity is not Severity.INFO and _placeless(report)


def lacks_place_on_the_line(desk: Desk, report: Report, procedure_id: str | None) -> bool:
    """The same for a caller, of whom a person could not ask it later: also when nothing foreseen fits."""
    if desk.catalogue.procedure(procedure_id) is not None:
        return lacks_place(desk, report, procedure_id)
    return report.decision != Decision.OUT_OF_SCOPE and _placeless(report)


def _placeless(report: Report) -> bool:
    in_doubt = bool(report.communes) and report.commune is None
    return in_doubt or not (report.place or report.address or report.latitude)


def after_call(desk: Desk, report: Report) -> bool:
    """Whether the text that follows a call asks for the place, even when it was asked for aloud: signs can be read.

    What is asked is noted with the report, so that the answer finds it.
    """
    chosen = report.answer or (report.ranking[0]["procedure"] if report.ranking else None)
    named = chosen if report.answer or report.decision == Decision.ROUTE else None
    if report.danger or door_back(report) is None or not lacks_place_on_the_line(desk, report, named):
        return False
    if Step.WHERE not in report.asked:
        report.asked = [*report.asked, Step.WHERE]
    return True
