"""Which language a message is in: by its script, else by the small words that only one language uses. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter

_WORD = re.compile(r"[^\W\d_]+")
# Small words, folded, that are frequent in one language and rare in the others listed here.
_SMALL_WORDS = {
    "fr": "le les des du une est et dans pour sur avec je nous vous il elle pas que qui mon ma chez ca ce cette j'ai au"
    " aux sont mais ont etes depuis devant rue bonjour faut fait plus tres trop ya votre notre ne se son leur y",
    "en": "the is are there my of and you with in on at have has been please what where they this that it was not help"
    " street someone hello need can i'm don't",
    "es": "el los las una hay por favor esta con para mi que y del al en no se muy tengo calle buenos dias hola donde"
    " necesito ayuda alguien",
    "de": "der die das und ist ein eine nicht ich auf mit bitte bei vor meine es gibt wir haben strasse hilfe jemand"
    " seit guten tag kein brennt",
    "it": "il gli della che per una sono c'e nella davanti con mia non ho buongiorno strada aiuto qualcuno dove questo"
    " mi scusi grazie e di",
    "pt": "os uma nao em na no da do com para meu minha tem esta rua ajuda bom dia obrigado alguem voce por favor ha eu"
    " onde ola",
    "nl": "het een van en ik niet is er op met mijn straat hulp iemand voor goedendag waar dat wij hebben",
    "tr": "bir ve bu var yok icin benim sokak yardim lutfen nerede merhaba cok biz degil",
    "pl": "jest nie na sie w i do prosze ulica pomoc ktos dzien dobry mam gdzie przed",
    "ro": "este si nu pe la un o cu va rog strada ajutor cineva buna ziua am unde sunt in",
    "ar": "salam salem 3andi 3andna kayn kayen wach fin feen ana ndir bghit 3afak mouchkil chari3 sa3douni 3la hna",
}
_VOCABULARY = {name: frozenset(words.split()) for name, words in _SMALL_WORDS.items()}
_SCRIPTS = (
    ("ARABIC", "ar"), ("CYRILLIC", "ru"), ("HEBREW", "he"), ("GREEK", "el"), ("HIRAGANA", "ja"), ("KATAKANA", "ja"),
    ("CJK", "zh"), ("HANGUL", "ko"), ("ARMENIAN", "hy"), ("GEORGIAN", "ka"), ("TAMIL", "ta"), ("THAI", "th"),
)  # fmt: skip
_LEAD = 2  # small words more than the expected language before another one is believed


def detect_language(folded: str, expected: str = "fr") -> str:
    """Return the ISO 639-1 code of a folded text; ``expected`` whenever the evidence is thin."""
    if script := _foreign_script(folded):
        return script
    words = Counter(_WORD.findall(folded)) + Counter(re.findall(r"[^\W_]+'[^\W_]+", folded))
    hits = {name: sum(words[word] for word in known if word in words) for name, known in _VOCABULARY.items()}
    best = max(hits, key=lambda name: (hits[name], name == expected))
    return best if hits[best] >= hits.get(expected, 0) + _LEAD else expected


def _foreign_script(text: str) -> str | None:
    """The language of the script most letters are in, when that is not the Latin script."""
    letters = [c for c in text[:400] if c.isalpha()]
    foreign = [c for c in letters if not c.isascii()]
    if len(foreign) * 2 <= len(letters):
        return None
    names = Counter(code for c in foreign for script, code in _SCRIPTS if script in unicodedata.name(c, ""))
    return names.most_common(1)[0][0] if names else None
