"""Citizens' words made fit for a department's channel: no telephone number, address or plate of a person."""

from __future__ import annotations

import re
import unicodedata

_GAP = r"[\s.,\-/()\u00ad\u2010-\u2015]{0,3}"  # what people put between the figures of a number
_DATE = r"(?!(?:0\d|[12]\d|3[01])[./-](?:0\d|1[0-2])[./-](?:19|20)\d\d)"
# After "je m'appelle" come one to three words of a name, up to a word that no name is.
_NO_NAME = (
    "et je j pour à a au aux dans sur car parce il elle on nous y c ça qui que bonjour habite suis"
    " le la les un une du des"
)
_NAME = rf"(?!(?:{'|'.join(_NO_NAME.split())})\b)[\w'’-]+"
# A first name and a family name as people write them of themselves. "Je suis Place Darcy" says where somebody is.
_PLACES = (
    "Rue Avenue Boulevard Place Quai Route Chemin Impasse Allée Cours Square Passage Parc Parking Pont Porte Gare Stade"
    " Station Arrêt Tram Bus Ligne Cité Résidence Zone Centre Mairie Hôpital École Collège Lycée Théâtre Musée Église"
    " Saint Sainte Notre Le La Les"
)
_PROPER = rf"(?!(?:{'|'.join(_PLACES.split())})\b)[A-ZÉÈÀÂÎÔÇ][\w’'-]+"
_FULL = rf"{_PROPER}[ \t]+(?:de[ \t]+|d['’])?{_PROPER}"
_SELF = r"[Jj]e suis|[Ii]ci|[Dd]e la part de|[Aa]u nom de|[Ss]igné|[Dd]emande[rz]"
_CLOSING = r"(?i:cordialement|bien à vous|salutations|merci(?: d['’]avance)?)"
_RULES = (
    (
        re.compile(rf"(?i)\b(je m['’ ]?appel+e|mon nom (?:est|c['’]est)|je me nomme)\s+{_NAME}(?:\s+{_NAME}){{0,2}}"),
        r"\1 [nom]",
    ),
    (re.compile(rf"\b({_SELF})([ \t:,]+){_FULL}\b"), r"\1\2[nom]"),
    (re.compile(rf"({_CLOSING}[ \t]*[,.;:!\n-][\s,.;:!-]*){_FULL}(?=\s*\.?\s*$)"), r"\1[nom]"),
    (
        re.compile(r"\b([Mm]onsieur|[Mm]adame|Mme|Mlle|M\.|Mr)\s+(?!(?:Le|La|Les)\b)[A-ZÉÈÀÂÎÔÇ][\w'’-]+"),
        r"\1 [nom]",
    ),
    (re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}"), "[courriel]"),
    (re.compile(r"(?<!\d)[12](?:[\s.]?\d){12}(?:[\s.]?\d{2})?(?!\d)"), "[numéro]"),
    (re.compile(rf"(?:\+|(?<!\d)00)\d(?:{_GAP}\d){{7,14}}(?!\d)"), "[téléphone]"),
    (re.compile(rf"(?<!\d){_DATE}0(?:{_GAP}\d){{9}}(?!\d)"), "[téléphone]"),
    (re.compile(rf"(?<!\d)33{_GAP}[1-9](?:{_GAP}\d){{8}}(?!\d)"), "[téléphone]"),
    (re.compile(r"\b[A-HJ-NP-TV-Z]{2}[\s-]?\d{3}[\s-]?[A-HJ-NP-TV-Z]{2}\b"), "[plaque]"),
    (re.compile(r"\b[a-hj-np-tv-z]{2}(?P<by>-?)\d{3}(?P=by)[a-hj-np-tv-z]{2}\b"), "[plaque]"),
)
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
    """``text`` for a channel: personal numbers hidden, at most ``limit`` characters."""
    text = unicodedata.normalize("NFKC", text)
    for pattern, shown in _RULES:
        text = pattern.sub(shown, text)
    return text if len(text) <= limit else f"{text[: limit - 1].rstrip()}…"
