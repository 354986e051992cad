"""What the citizen is told. Danger first; nothing promised that the city could not keep."""

from __future__ import annotations

from collections.abc import Sequence

from routing.domain.procedure import Catalogue
from routing.domain.understanding import Danger

EMERGENCY = (
    "Appelez le 112 tout de suite si quelqu'un est en danger (15, 17 ou 18 ; par SMS au 114). "
    "Ce service automatique ne prévient pas les secours à votre place."
)
RECEIPT = "Bien reçu, votre signalement porte le numéro {reference}. Suivi : {link}"
ALSO = " Votre message parle aussi d'autre chose, suivi à part : {reference}, {link}"
LATE = "Merci, votre réponse est transmise à la personne qui suit votre signalement {reference}."
NONE_FITS = "Aucune ne convient"
TRY_AGAIN = (
    "Votre message n'a pas pu être enregistré. En cas de danger, appelez le 112. Sinon, réécrivez dans un instant."
)
ADDED = "Merci, c'est ajouté à votre signalement {reference}."
ONLY_MEDIA = "(image ou message vocal sans texte)"
ONLY_PLACE = "(position envoyée sans texte)"
CALLED = "Votre appel est enregistré sous le numéro {reference}. Gardez ce message : nous vous tiendrons au courant."


def advice(danger: Danger | None) -> str | None:
    """The safety words when danger was heard. What was heard is not repeated: others may see the screen."""
    return EMERGENCY if danger else None


def receipt(reference: str, link: str, safety: str | None, also: tuple[str, str] | None = None) -> str:
    """The first answer to a message; safety words come before everything else.

    ``also`` is the reference and link of the message's second matter.
    """
    received = RECEIPT.format(reference=reference, link=link)
    if also:
        received += ALSO.format(reference=also[0], link=also[1])
    return f"{safety} {received}" if safety else received


def question(candidates: Sequence[str], catalogue: Catalogue) -> str:
    """The closed question that tells candidates apart, answered by a digit."""
    lines = [f"{index}. {catalogue.procedures[id_].label}" for index, id_ in enumerate(candidates, 1)]
    lines.append(f"{len(candidates) + 1}. {NONE_FITS.lower()}")
    return "Pour bien vous orienter, de quoi s'agit-il ? Répondez par un chiffre. " + " ; ".join(lines) + "."


def chosen(answer: str, candidates: Sequence[str]) -> str | None:
    """The candidate a citizen's answer names by its digit; "" when none fits, None when it is not an answer."""
    signs = answer.strip().rstrip(".!").strip()
    if not signs.isdecimal() or len(signs) > 1:
        return None
    number = int(signs)
    if 1 <= number <= len(candidates):
        return candidates[number - 1]
    return "" if number == len(candidates) + 1 else None
