"""The words of the question a call is at. Pure."""

from __future__ import annotations

from intake.call_turn import Talk
from intake.channels import phone_words
from intake.wording import say
from routing.domain.call import Step
from routing.domain.procedure import Catalogue
from routing.store.models import Report


def question(talk: Talk, catalogue: Catalogue, city: str) -> str:
    """What the caller is asked now, in the language of the call."""
    call, report, language = talk.call, talk.report, talk.call.language
    match call.step:
        case Step.ABOUT if talk.about is not None:
            asked = say("voice.about", language, label=_label(talk.about, catalogue), place=_place(talk.about))
            return asked if call.turn else f"{welcome(city, language)} {asked}"
        case Step.FAMILY:
            options = " ".join(f"{item.words}, le {key}." for key, item in enumerate(catalogue.keypad, 1))
            return say("voice.family", language, options=options[:1].upper() + options[1:])
        case Step.WHERE if report is not None and report.communes and report.commune is None:
            return say("voice.which_commune", language, communes=", ".join(report.communes))
        case Step.WHERE:
            return say("voice.around" if _asked_where_before(report) else "voice.where", language)
        case Step.CONFIRM if report is not None and report.ranking:
            label = catalogue.procedures[report.ranking[0]["procedure"]].label
            return say("voice.confirm", language, label=label, place=_place(report))
        case Step.CHOOSE if report is not None:
            labels = {id_: catalogue.procedures[id_].label for id_ in report.candidates if id_ in catalogue.procedures}
            return phone_words.choices(report.candidates, labels, language)
    return _what(talk, city)


def _what(talk: Talk, city: str) -> str:
    """What is happening, or what there is to add, or once more."""
    call, language = talk.call, talk.call.language
    if talk.report is not None:
        return say("voice.more", language)
    if talk.unknown:
        return say("voice.no_report", language)
    if call.tries:
        return say("voice.again", language)
    if talk.about is not None:
        state = say(f"state.{talk.state}", language)
        return say("voice.add", language, reference=phone_words.spelled(talk.about.reference), state=state)
    what = say("voice.what", language)
    return what if call.turn else f"{welcome(city, language)} {what}"


def welcome(city: str, language: str | None = None) -> str:
    """Who speaks, what to do in danger, what becomes of one's words."""
    return say("voice.welcome", language, city=city)


def _asked_where_before(report: Report | None) -> bool:
    return report is not None and report.asked.count(Step.WHERE) > 1


def _label(report: Report, catalogue: Catalogue) -> str:
    named = report.answer or (report.ranking[0]["procedure"] if report.ranking else None)
    procedure = catalogue.procedure(named)
    return procedure.label if procedure else report.reference


def _place(report: Report) -> str:
    """ ", rue Monge, Dijon", "" when nobody said where."""
    return "".join(f", {part}" for part in (report.place or report.address, report.commune) if part)
