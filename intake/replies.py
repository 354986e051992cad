"""What the citizen is told, in their language. Danger first; nothing promised that the city could not keep."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from intake.wording import DEFAULT, say, spoken
from routing.domain.call import Step
from routing.domain.procedure import Catalogue
from routing.domain.triage import advice_for
from routing.domain.understanding import Danger, Understanding
from routing.ports import Choice

# What stands for the words of a message without any; people of the room read it.
ONLY_MEDIA = "(image ou message vocal sans texte)"
ONLY_PLACE = "(position envoyée sans texte)"
VOICEMAIL = "Message vocal de {seconds} s, à écouter dans la salle"
UNCLEAR = "Paroles que la reconnaissance vocale n'a pas comprises, à écouter dans la salle"

BY_KEYS = "Choisi au clavier du téléphone : {words}"


def wordless(text: str) -> bool:
    """Whether a report's text only stands for a sound, a picture or keys."""
    return text in (ONLY_MEDIA, UNCLEAR) or text.startswith(VOICEMAIL.partition("{")[0]) or by_keys(text)


def by_keys(text: str) -> bool:
    """Whether a report's text only names the family that its caller chose by a key."""
    return text.startswith(BY_KEYS.partition("{")[0])


def emergency(language: str | None = None) -> str:
    """The safety words; beside the French ones in English, for whoever speaks neither language of ours."""
    ours = say("emergency", language)
    return ours if spoken(language) else f"{ours} {say('emergency', 'en')}"


def advice(danger: Danger | None, language: str | None = None) -> str | None:
    """The safety words when danger was heard. What was heard is not repeated: others may see the screen."""
    return emergency(language) if danger else None


def advice_about(read: Understanding, catalogue: Catalogue) -> str | None:
    """The safety words of what a matter may be. The catalogue's are French: others read the general ones."""
    found = advice_for(read, catalogue)
    return emergency(read.language) if found and spoken(read.language) != DEFAULT else found


def receipt(
    reference: str,
    link: str,
    safety: str | None,
    also: tuple[str, str] | None = None,
    *,
    asks: str | None = None,
    told: str | None = None,
    language: str | None = None,
    again: bool = False,
) -> str:
    """The first answer to a message, or to an answer ("again"); safety words come before everything else.

    ``also`` is the reference and link of the message's second matter; ``asks`` the question that ends it, if any;
    ``told`` says who is competent instead of us.
    """
    said = [safety] if safety else []
    said.append(say("added" if again else "receipt", language, reference=reference, link=link))
    if told:
        said.append(say("told", language, told=told))
    if also:
        said.append(say("receipt.also", language, reference=also[0], link=also[1]))
    if asks:
        said.append(asks)
    return " ".join(said)


def open_question(asked: Collection[str], language: str | None = None) -> str:
    """What exactly is happening; and where, when that is among what is ``asked``."""
    return say("question.what_where" if Step.WHERE in asked else "question.what", language)


def question(candidates: Sequence[str], catalogue: Catalogue) -> str:
    """The closed question that tells candidates apart, answered by a digit; the labels are the catalogue's, French."""
    communes = about_communes(candidates, catalogue)
    lines = [f"{index}. {label(choice, catalogue)}" for index, choice in enumerate(candidates, 1)]
    lines.append(f"{len(candidates) + 1}. {say('another_commune' if communes else 'none_fits')}")
    return say("question.commune" if communes else "question", options=" ; ".join(lines))


def about_communes(candidates: Sequence[str], catalogue: Catalogue) -> bool:
    """Whether the question is which commune is meant, and not which matter."""
    return bool(candidates) and candidates[0] in catalogue.communes


def label(choice: str, catalogue: Catalogue) -> str:
    """What a citizen reads of a choice: a procedure in their words, or a commune."""
    procedure = catalogue.procedure(choice)
    return procedure.label if procedure else choice


def choices(candidates: Sequence[str], catalogue: Catalogue) -> list[Choice]:
    """The same question as buttons, each of which says its digit."""
    other = say("another_commune" if about_communes(candidates, catalogue) else "none_fits").capitalize()
    labels = (*(label(choice, catalogue) for choice in candidates), other)
    return [Choice(words, str(number)) for number, words in enumerate(labels, 1)]


def chosen(answer: str, candidates: Sequence[str]) -> str | None:
    """The candidate a citizen's answer names by its digit; "" when none fits, None when it is not an answer."""
    signs = answer.strip().rstrip(".!").strip()
    if not signs.isdecimal() or len(signs) > 1:
        return None
    number = int(signs)
    if 1 <= number <= len(candidates):
        return candidates[number - 1]
    return "" if number == len(candidates) + 1 else None
