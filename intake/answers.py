"""Short answers: yes, no, a number, "a person please". Pure; by plain words, whatever the door."""

from __future__ import annotations

import re

from routing.domain.redaction import plain

_SOMEBODY = (
    r"(?:humain|agent|conseill\w+|operat\w+|quelqu un|(?:vraie )?personne|standard\w*|secretaire|etre humain"
    r"|human|someone|somebody|person|operator|real person)"
)
_ASKS = (
    r"(?:parl\w+|passez|passer|passe moi|join\w+|veux|voudrais|aimerais|transfer\w+|mettez|besoin d"
    r"|talk|speak|want|need|give me)"
)
A_WISH = re.compile(rf"\b{_ASKS}\b.*?\b{_SOMEBODY}\b|\b{_SOMEBODY}\b")
_PERSON = re.compile(
    rf"^(?:euh |non |un |une |a |an |the |l )*{_SOMEBODY}(?: (?:humaine|s il (?:vous|te) plait|svp|please))*$"
    rf"|\b{_ASKS}\b.*\b{_SOMEBODY}\b"
)
_YES = re.compile(
    r"^(?:ah |ben |euh |et |alors )*"
    r"(?:oui|ouais|ouai|ok|okay|exact\w*|voila|tout a fait|c est (?:bien |tout a fait )?(?:ca|cela|bon|juste)"
    r"|affirmatif|d accord|parfait|absolument|bien sur|je confirme|yes|yeah)\b"
)
_NO = re.compile(
    r"^(?:ah |ben |euh |et |alors |mais )*"
    r"(?:non|nan|(?:c |ce n |ca n )?est pas (?:ca|cela|bon|juste)|pas (?:ca|du tout|encore|regle)|no|negatif|not)\b"
)
_NUMBER = r"^(?:le |la |l |numero |choix |reponse |number )*"
_NUMBERS = tuple(
    re.compile(rf"{_NUMBER}(?:{words})\b")
    for words in (
        "1|un|une|premier|premiere|prems|one|first",
        "2|deux|de|deuxieme|second|seconde|two",
        "3|trois|troisieme|three|third",
        "4|quatre|quatrieme|four",
    )
)
# Said anywhere: "c'est plutôt le deuxième je crois".
_ORDINALS = tuple(
    re.compile(rf"\b(?:le|la|the) (?:{words})\b")
    for words in ("premier|premiere|first", "deuxieme|second|seconde", "troisieme|third", "quatrieme|fourth")
)
SHORT = 14  # words; a longer sentence in which somebody appears is a report


def wants_a_person(words: str) -> bool:
    """A short wish to speak to somebody, or the zero that stands for it."""
    said = plain(words)
    return said == "0" or (len(said.split()) <= SHORT and bool(_PERSON.search(said)))


def says_yes(words: str) -> bool:
    """Whether the words begin with a yes."""
    return bool(_YES.match(plain(words)))


def says_no(words: str) -> bool:
    """Whether the words begin with a no."""
    return bool(_NO.match(plain(words)))


def after_no(words: str) -> str:
    """What follows the no, in plain words; "" when it is not worth understanding again."""
    said = plain(words)
    return _NO.sub("", said).strip() if len(said.split()) > 3 else ""


def number(words: str, options: int) -> int | None:
    """Which of ``options`` (1…) the words name; the last one is "none of these". None when they name none."""
    said = plain(words)
    if says_no(words) or re.search(r"\b(?:aucun|aucune|none|rien de tout)\b", said):
        return options
    found = next((index for index, pattern in enumerate(_NUMBERS, 1) if pattern.match(said)), None)
    found = found or next((index for index, pattern in enumerate(_ORDINALS, 1) if pattern.search(said)), None)
    return found if found is not None and found <= options else None
