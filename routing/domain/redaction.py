"""Citizens' words made fit for a department's channel: no name, telephone number, address or plate of a person."""

from __future__ import annotations

import re
import unicodedata

from routing.domain.names import without_names

_GAP = r"[\s.,\-/()\u00ad\u2010-\u2015]{0,3}"  # what people put between the figures of a number
_DATE = r"(?!(?:0\d|[12]\d|3[01])[./-](?:0\d|1[0-2])[./-](?:19|20)\d\d)"
# Telephone numbers as they are said: "zéro six trente-neuf…", by an ear that writes no figures.
_SAID = (
    "zéro zero un une deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize vingt"
    " vingts trente quarante cinquante soixante cent cents septante huitante nonante et"
    " one two three four five seven eight nine oh double"
)
_DIGITS = rf"(?:{'|'.join(_SAID.split())}|\d{{1,4}})"
_BY = r"[\s,.-]{1,3}"
# An address as it is said: "marie point curie arobase exemple point fr".
_SPELT = r"\s++(?:point|dot|punto|tiret(?: du (?:bas|six))?|underscore)\s++"
_AT = r"\s++(?:arr?obase?|at)\s++"
# What people call a plate; what stands near it may then be written in any way.
_PLATE = (
    r"(?i:\b(?:immatricul\w*|plaques?|matr[ií]cula|number plate|registration)\b)[\s:,]++"
    r"(?:(?i:est|c['’]est|is|es|n[°o])[\s:]++)?"
)
_NO_PLATE = r"(?!\d+[ -]?(?i:rue|av|bd|pl|bis|ter|all|imp|che|cm|m|km|h|ans?|jrs?|fois)\b)"
_RULES = (
    (re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}"), "[courriel]"),
    (
        re.compile(
            rf"(?i)\b[\w.-]{{1,64}}(?:{_SPELT}[\w.-]{{1,64}}){{0,4}}{_AT}[\w.-]{{1,64}}(?:{_SPELT}\w{{2,20}}){{1,3}}\b"
        ),
        "[courriel]",
    ),
    (re.compile(r"\b[A-Z]{2}\d{2}(?:[ ]?[A-Z0-9]{4}){3,7}(?:[ ]?[A-Z0-9]{1,4})?\b"), "[compte]"),
    (re.compile(r"(?<!\d)[12](?:[\s.]?\d){12}(?:[\s.]?\d{2})?(?!\d)"), "[numéro]"),
    (re.compile(rf"(?:\+|(?<!\d)00)\d(?:{_GAP}\d){{7,14}}(?!\d)"), "[téléphone]"),
    (re.compile(rf"(?<!\d){_DATE}0(?:{_GAP}\d){{9}}(?!\d)"), "[téléphone]"),
    (re.compile(rf"(?<!\d)33{_GAP}[1-9](?:{_GAP}\d){{8}}(?!\d)"), "[téléphone]"),
    (re.compile(r"(?<![\d.,-])[67](?:[ .-]\d\d){4}(?!\d)"), "[téléphone]"),
    (
        re.compile(
            rf"(?i)\b(?:z[ée]ro|oh|0|plus{_BY}trente{_BY}trois)(?:{_BY}|(?=\d)){_DIGITS}(?:{_BY}{_DIGITS}){{4,}}\b"
        ),
        "[téléphone]",
    ),
    (
        re.compile(
            rf"({_PLATE}){_NO_PLATE}"
            r"(?:(?i:[a-z]{2}[ -]?\d{3}[ -]?[a-z]{2})|\d{1,4}[ -]?[A-Z]{1,3}(?:[ -]?(?:\d{2}|2[AB]))?)\b"
        ),
        r"\1[plaque]",
    ),
    (re.compile(r"\b[A-HJ-NP-TV-Z]{2}[\s-]?\d{3}[\s-]?[A-HJ-NP-TV-Z]{2}\b"), "[plaque]"),
    (re.compile(r"\b[a-hj-np-tv-z]{2}(?P<by>-?)\d{3}(?P=by)[a-hj-np-tv-z]{2}\b"), "[plaque]"),
)
WIDER = 10_000  # signs that hide are longer than some of what they hide
# Controls that reorder or hide text on a screen (bidirectional overrides, zero-width signs, C0 and C1 controls).
_HIDDEN = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\u00ad\u061c\u180e\ud800-\udfff\U000e0000-\U000e007f]"
)


def readable(text: str) -> str:
    """``text`` without the control characters that a database refuses or a screen would obey; new lines stay."""
    return unicodedata.normalize("NFC", _HIDDEN.sub("", text)).strip()


def plain(text: str) -> str:
    """``text`` reduced to what is compared: lower case, no accents, words and numbers only."""
    spread = unicodedata.normalize("NFD", text.lower().replace("œ", "oe").replace("æ", "ae"))
    letters = "".join(sign for sign in spread if not unicodedata.combining(sign))
    return " ".join(re.sub(r"[^a-z0-9]+", " ", letters).split())


def redact(text: str, limit: int = 600) -> str:
    """``text`` for a channel: names and personal numbers hidden, at most ``limit`` characters."""
    text = unicodedata.normalize("NFKC", text)
    for pattern, shown in _RULES:
        text = pattern.sub(shown, text)
    text = without_names(text)
    return text if len(text) <= limit else f"{text[: limit - 1].rstrip()}…"


def hidden_words(text: str) -> frozenset[str]:
    """Words of ``text`` (as `plain` shows them) that a channel is not shown."""
    return frozenset(plain(text).split()) - frozenset(plain(redact(text, len(text) + WIDER)).split())
