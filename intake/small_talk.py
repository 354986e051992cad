"""Words that carry no matter: greetings, hesitations, announcements, wishes. Pure; by plain words."""

from __future__ import annotations

import re

from intake.answers import A_WISH
from routing.domain.redaction import plain

_POLITE = r"s il (?:vous|te) plait|svp|please|(?:la )?question|that|je (?:n )?ai (?:rien|pas) (?:entendu|compris)"
_AGAIN = re.compile(
    r"^(?:euh |oui |non |alors |ah |pardon )*"
    r"(?:pardon|hein|quoi|comment|plait il|sorry|what|repet\w+|redites|repeat"
    r"|(?:vous pouvez|tu peux|pouvez vous|peux tu|can you|could you) (?:me |le |la )*(?:repeter|redire|repeat)"
    r"|(?:je )?(?:n ai |ai |j ai )?(?:pas|rien) (?:bien )?(?:entendu|compris)|(?:encore )?une fois"
    r"|(?:je )?(?:ne )?(?:comprends|comprend) (?:pas|rien))"
    rf"(?: (?:{_POLITE}))*$"
)
_ENGLISH = frozenset(("hello", "hi", "good", "morning", "evening", "please"))
# A sentence of nothing else has not said what is happening: "allô, bonjour madame, c'est pour signaler un problème".
_NO_MATTER = re.compile(
    r"(?:(?:allo|bonjour|bonsoir|salut|coucou|euh|heu|hum|ah|oh|ben|bah|alors|voila|oui|ouais|non|ok|merci|pardon"
    r"|excusez|moi|madame|monsieur|messieurs|mesdames|s|il|vous|te|plait|svp|je|j|tu|on|nous|y|est|ce|que|qu|quelqu"
    r"|quelque|un|une|le|la|les|l|de|du|des|d|a|au|et|en|c|ca|chose|m|entendez|entends|ecoutez|attendez|seconde"
    r"|minute|instant|suis|appelle|appeler|appel|appelais|voudrais|veux|voulais|aimerais|souhaite|souhaiterais"
    r"|pourrais|peux|pour|signaler|signale|signalement|declarer|remonter|probleme|souci|truc|dire|faire|etes|robot"
    r"|machine|mais|ici|pas|mairie|ville|metropole|hello|hi|good|morning|evening|yes|please|the|to|i|is|there|would|like|want"
    r"|report|problem|thanks?|you|very|much|ok|okay|bye|goodbye|fine|great|revoir|accord|parfait|super|beaucoup|bien"
    r"|bonne|journee|soiree|recu)(?: |$))*"
)


def wants_it_again(words: str) -> bool:
    """Whether somebody did not catch what they were told: "pardon ?", "vous pouvez répéter"."""
    return bool(_AGAIN.match(plain(words)))


def says_nothing(words: str) -> bool:
    """Whether words only greet, hesitate or announce; silence does too. Other scripts than ours are always a matter."""
    unread = any(sign.isalpha() and not plain(sign) for sign in words)
    return not unread and bool(_NO_MATTER.fullmatch(plain(words)))


def greeted_in(words: str) -> str | None:
    """The language of a greeting that is not the city's own."""
    return "en" if _ENGLISH & set(plain(words).split()) else None


def beside_the_wish(words: str) -> str:
    """What a wish for a person says besides, in plain words; "" when it is nothing but the wish."""
    left = " ".join(A_WISH.sub(" ", plain(words)).split())
    return "" if says_nothing(left) else left
