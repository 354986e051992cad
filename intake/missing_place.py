"""The place that nobody said: whether a matter lacks it, and asking for it once in what is written to its citizen.

And the place without a matter: names of streets mean nothing by themselves, whatever a classifier makes of them.
"""

from __future__ import annotations

import re

from intake import replies
from routing.domain.call import Step
from routing.domain.procedure import Severity
from routing.domain.redaction import plain
from routing.domain.understanding import Decision
from routing.service.desk import Desk
from routing.service.tell import door_back
from routing.store.models import Report

# What people say around the name of a place, beside its words.
_AROUND = re.compile(
    r"\d+|arret|station|quartier|c|est|a|au|aux|en|de|du|des|d|la|le|les|l|sur|dans|devant|derriere|pres|cote|angle|face|vers|rue|numero|n|bis|ter"
    r"|et|ici|chez|moi|oui|euh|alors|ben|bonjour|merci|svp|s|il|y|vous|plait|ville|commune|france|bus|tram|un|une"
    r"|non|ah|pardon|plutot|mais|excusez|desolee?|je|j|me|suis|trompee?|voulais|dire|vois|trouve"
)


def only_a_place(text: str, place: str | None, commune: str | None) -> bool:
    """Whether ``text`` names the place that was heard in it and nothing else: "c'est rue de Gray, à Dijon"."""
    if not place:
        return False
    named = {*plain(place).split(), *plain(commune or "").split()}
    return all(word in named or _AROUND.fullmatch(word) for word in plain(text).split())


def somewhere(report: Report) -> bool:
    """Whether somebody has named a place, or sent a position, and has not said what is happening there."""
    if report.heard and report.heard.get("nameless"):
        return True  # several places, one after the other: "rue Monge", "non, rue Berbisey"
    return report.text == replies.ONLY_PLACE or only_a_place(report.text, report.place, report.commune)


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
