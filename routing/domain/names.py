"""Names people give of themselves and of theirs, found by the words around them. Pure.

A name in the middle of a sentence looks like a street ("Jean Jaurès"), and a hidden street costs more than a name that
stays: only what is announced as a name is one.
"""

from __future__ import annotations

import re

HIDDEN = "[nom]"

# After "je m'appelle" come one to three words of a name, up to a word that no name is.
_NO_NAME = (
    "et je j pour à a au aux dans sur car parce il elle on nous y c ça qui que bonjour habite suis voilà encore"
    " le la les un une du des en avec près devant derrière chez ne pas l"
    " and there here i in at on from the my a und ich es da in im am auf hay yo en el los c'è sono"
)
_NAME = rf"(?!(?:{'|'.join(_NO_NAME.split())})\b)[^\W\d_][\w'’-]*"
# A first name and a family name as people write them of themselves. "Je suis Place Darcy" says where somebody is.
_PLACES = (
    "Rue Avenue Boulevard Place Quai Route Chemin Impasse Allée Cours Square Passage Parc Parking Pont Porte Gare Stade"
    " Station Arrêt Tram Bus Ligne Cité Résidence Zone Centre Mairie Hôpital École Collège Lycée Théâtre Musée Église"
    " Saint Sainte Notre Le La Les"
)
_PROPER = rf"(?!(?:{'|'.join(_PLACES.split())})\b)[A-ZÉÈÀÂÎÔÇ][\w’'-]+"
_PARTICLE = r"(?:Le|El|Al|Ben|Bin|Da|Dos|[Vv]an|[Vv]on)[ \t]+"
_FULL = rf"{_PROPER}[ \t]+(?:de[ \t]+|d['’]|{_PARTICLE})?{_PROPER}"
_SELF = r"[Jj]e suis|[Ii]ci|[Dd]e la part de|[Aa]u nom de|[Ss]igné|[Dd]emande[rz]|[Mm]oi,? c['’]est|I['’]m|[Tt]his is"
_GREETING = r"(?i:bonjour|bonsoir|salut|all[ôo]|oui)[ \t,.;:!-]+(?i:c['’]est|ici)"
_INTRODUCES = r"je (?:vous|t['’]appelle|télé|voudrais|souhaite|suis|me permets)|j['’](?:appelle|habite|aimerais)"
_KIN = (
    "fils fille mari femme père mère frère sœur soeur voisin voisine ami amie collègue enfant compagnon compagne"
    " grand-père grand-mère oncle tante"
)
_OWN = rf"(?i:m(?:on|a)|notre|votre)[ \t]+(?i:{'|'.join(_KIN.split())})"
_CLOSING = r"(?i:cordialement|bien à vous|salutations|merci(?: d['’]avance)?)"
_TITLE = r"monsieur|madame|mademoiselle|mme|mlle|m\.|mr"
# Spoken, without capitals, "madame" is also somebody who walks by.
_MET = r"c['’]est|ici|je suis|de la part de|chez|voisine?|au nom de"
_CALLED = (
    r"je m['’ ]?appel+e|mon (?:pré)?nom (?:est|c['’]est)|je me nomme|my name is|my name['’]s"
    r"|ich hei(?:ß|ss)e|mein name ist|me llamo|mi nombre es|mi chiamo"
)

# "*+" takes all white space and gives none back: thousands of blanks cost no more than one.
_RULES = (
    (re.compile(rf"(?i)\b({_CALLED})\s+{_NAME}(?:\s+{_NAME}){{0,2}}"), rf"\1 {HIDDEN}"),
    (re.compile(rf"(?i)\b((?:pré)?nom(?: de famille)?[ \t]*:[ \t]*){_NAME}(?:[ \t-]+{_NAME}){{0,2}}"), rf"\1{HIDDEN}"),
    (re.compile(rf"\b({_SELF})([ \t:,]+){_FULL}\b"), rf"\1\2{HIDDEN}"),
    (re.compile(rf"\b({_GREETING})([ \t]+){_FULL}\b"), rf"\1\2{HIDDEN}"),
    # "c'est Ahmed Ben Salah, …": who begins so says who they are.
    (re.compile(rf"^(\s*+[Cc]['’]est)([ \t]+)(?:M\.|Mme|Mlle)?[ \t]*{_FULL}(?=[ \t]*[,.;:(])"), rf"\1\2{HIDDEN}"),
    # An ear that writes no capitals: whoever says what they call for has just said who they are.
    (re.compile(rf"(?i)\b({_GREETING})\s+{_NAME}(?:\s+{_NAME})?(?=[\s,]+(?:{_INTRODUCES}))"), rf"\1 {HIDDEN}"),
    (re.compile(rf"\b({_OWN})([ \t,]+){_PROPER}(?:[ \t]+{_PROPER})?"), rf"\1\2{HIDDEN}"),
    (re.compile(rf"({_CLOSING}[ \t]*[,.;:!\n-][\s,.;:!-]*){_FULL}(?=\s*+\.?\s*+$)"), rf"\1{HIDDEN}"),
    (
        re.compile(
            rf"\b((?i:{_TITLE}))\s+(?!(?:Le|La|Les)\b)[A-ZÉÈÀÂÎÔÇ][\w'’-]+"
            rf"(?:[ \t]+{_PARTICLE}{_PROPER}|[ \t]+{_PROPER})?"
        ),
        rf"\1 {HIDDEN}",
    ),
    (re.compile(rf"(?i)\b((?:{_MET})\s+(?:{_TITLE}))\s+{_NAME}"), rf"\1 {HIDDEN}"),
    (re.compile(rf"(?i)\b{_NAME}(?:[ \t]+{_NAME})?(?=[ \t]+à l['’]appareil\b)"), HIDDEN),
    # A line that is nothing but a name, above the number to call back or at the end.
    (re.compile(rf"(?m)^[ \t]*{_FULL}[ \t]*(?=\n[ \t]*\[téléphone\])"), HIDDEN),
    (re.compile(rf"(?<=\n)[ \t]*{_PROPER}[ \t]+{_PROPER}[ \t]*+\.?(?=\s*+\Z)"), HIDDEN),
)


def without_names(text: str) -> str:
    """``text`` with a sign in the place of every name that is announced as one."""
    for pattern, shown in _RULES:
        text = pattern.sub(shown, text)
    return text
