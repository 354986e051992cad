"""Which language a message is in: by its script, else by the small words and letters that only one language uses. Pure.

Our own rather than a library: messages are short, misspelt and nearly always in the expected language, which general
detectors (made for sentences of any language) do not know; a few hundred words decide here, and can be read.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter

from nlp_models.folding import fold

_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)?")
# Small or very common words, folded; those that French messages hold too are left out of the other lists.
_COMMON_WORDS = {
    "fr": "le les des du une est et dans pour sur avec je nous vous il elle pas que qui mon ma chez ca ce cette j'ai au"
    " aux sont mais ont etes depuis devant rue bonjour faut fait plus tres trop ya votre notre ne se son leur y"
    " c'est qu'on j'habite ou quand comment est-ce on ils elles mes ses nos vos bonsoir merci allo voila euh quel"
    " quelle tout toute tous deux peut suis avez avait etait encore deja rien personne ici la-bas maison l'eau d'eau ds"
    " pr svp slt jai sa ki c jsuis moi sans par aussi bien eau voiture gens ete tombe casse madame monsieur",
    "en": "the is are there my of and you with have has been please what where they this that was not help street how"
    " someone hello need can i'm don't it's do does when which who your we our he she his her from at be will would"
    " could should want get today tomorrow water road house building fire out man woman child children broken light"
    " near passed smell blood open everywhere breathing been",
    "es": "el los las una hay por esta para mi y del al se muy tengo calle buenos buenas dias hola donde necesito"
    " ayuda alguien cuando abre hora cuanto pero mucho mucha tiene puedo quiero gracias senor senora hijo hija agua"
    " casa perro nino madre padre nuestro su esto aqui desde hasta noche manana roto luz basura hombre mujer"
    " respira huele cara fuegos escalera pecho duele incendio cuchillo piscina",
    "de": "der die das und ist ein eine einen einer nicht ich auf mit bitte bei vor meine mein gibt wir haben hat"
    " strasse hilfe jemand seit guten tag kein keine brennt wo wann wie warum sie er ihr im zu zum von aus nach fur"
    " heute morgen wasser haus kind mann frau kaputt licht geschlossen danke nein sehr viel riecht stark uberall"
    " brauche rechnung herzen rathaus",
    "it": "il gli della dei delle che per una sono c'e nella nel davanti mia mio ho buongiorno strada aiuto"
    " qualcuno dove questo questa scusi grazie di quando come quanto apre posso vorrei anche piu molto tanto acqua"
    " padre madre bambino uomo donna rotto luce rifiuti sento ha perche ore mi bolletta parcheggiare sta"
    " non respira sangue coltello annegando piscina incendio cuore",
    "pt": "os uma nao em na da do dos das com meu minha esta rua ajuda bom dia obrigado alguem voce por ha eu"
    " onde ola quando horas abre quero preciso muito muita agua casa pai mae filho crianca homem mulher luz lixo ele"
    " ela isto aqui ao pelo mais tem fica conta cheira respira fogo que horas predio socorro crianca piscina coracao",
    "nl": "het een van ik niet er op met mijn straat hulp iemand voor goedendag waar dat wij hebben wanneer hoe huis",
    "tr": "bir ve bu var yok icin benim sokak yardim lutfen nerede merhaba cok biz degil kac saat nasil ev babam annem"
    " cocuk adam kadin acik kapali bozuk cadde belediye havuz otobus kokusu geldi oldu icinde burada kalp almiyor acil"
    " tesekkurler saatte faturasi duragi kaybediyor imdat yangin zaman"
    " kotu kokuyor buyuk",
    "pl": "jest nie sie w i do prosze ulica ulicy pomoc ktos dzien dobry mam gdzie przed kiedy jak czy od moj moja"
    " jestem bardzo woda dziecko ojciec matka pani tutaj dziekuje ktorej rachunek za duzo urzad jego na otwarty basen"
    " miasta pokaz pomocy",
    "ro": "este si nu sunt rog strada ajutor cineva buna ziua unde apa casa copil tata multumesc avem nevoie cand",
    "ar": "salam salem 3andi 3andna kayn kayna kayen wach fin feen ana ndir bghit 3afak mouchkil chari3 3la hna dial"
    " chokran bezaf bzaf baba weld dar walo rah had dyal ma3a",
}  # fmt: skip
_SPOKEN_IN: dict[str, list[str]] = {}
for _name, _listed in _COMMON_WORDS.items():
    for _word in set(_listed.split()):
        _SPOKEN_IN.setdefault(_word, []).append(_name)
# Letters and signs (before folding) that betray a language at once.
_LETTERS = {
    "es": "ñ¿¡", "de": "ßäö", "tr": "ğışİ", "pl": "łąężźśćń", "pt": "ãõ", "it": "òì", "ro": "ășțţ",
    "fr": "êèàùœ",
}  # fmt: skip
_ARABIC_IN_LETTERS = re.compile(r"(?<!\w)(?:[a-z]{2,}[379]\w*|[379][a-z]{3,})(?!\w)")  # 3awnouni, bez7al; not 3eme, b9
_ORDINAL = re.compile(r"\d+(?:e|eme|er|h|km|ans|jours|min)\w*")
_SCRIPTS = (
    ("ARABIC", "ar"), ("CYRILLIC", "ru"), ("HEBREW", "he"), ("GREEK", "el"), ("HIRAGANA", "ja"), ("KATAKANA", "ja"),
    ("CJK", "zh"), ("HANGUL", "ko"), ("ARMENIAN", "hy"), ("GEORGIAN", "ka"), ("TAMIL", "ta"), ("THAI", "th"),
)  # fmt: skip
_UKRAINIAN = frozenset("іїєґ")
_LEAD = 2  # signs more than the expected language before another one is believed


def detect_language(text: str, expected: str = "fr") -> str:
    """Return the ISO 639-1 code of a text; ``expected`` whenever the evidence is thin."""
    folded = fold(text)
    if script := _foreign_script(folded):
        return "uk" if script == "ru" and _UKRAINIAN & set(folded) else script
    signs = _signs(text.lower(), folded)
    best = max(signs, key=signs.__getitem__)
    return best if signs[best] >= signs.get(expected, 0) + _LEAD else expected


def rather_in(language: str, text: str) -> bool:
    """Whether no other language has more signs in a text, however few: stricter than ``detect_language``."""
    folded = fold(text)
    if _foreign_script(folded):
        return False
    signs = _signs(text.lower(), folded)
    return signs.get(language, 0) >= max(signs.values())


def _signs(lowered: str, folded: str) -> dict[str, int]:
    """How many words and letters speak for each language."""
    words = _WORD.findall(folded) + (folded.replace("'", " ").split() if "'" in folded else [])
    signs = dict.fromkeys(_COMMON_WORDS, 0)
    for word in filter(_SPOKEN_IN.__contains__, words):
        for name in _SPOKEN_IN[word]:
            signs[name] += 1
    if not lowered.isascii():
        for name, letters in _LETTERS.items():
            signs[name] += sum(letter in lowered for letter in letters)
    if "3" in folded or "7" in folded or "9" in folded:
        signs["ar"] += sum(not _ORDINAL.fullmatch(word) for word in _ARABIC_IN_LETTERS.findall(folded))
    return signs


def _foreign_script(text: str) -> str | None:
    """The language of the script most letters are in, when that is not the Latin script."""
    if text.isascii():
        return None
    letters = [c for c in text[:400] if c.isalpha()]
    foreign = [c for c in letters if not c.isascii()]
    if len(foreign) * 2 <= len(letters):
        return None
    names = Counter(code for c in foreign for script, code in _SCRIPTS if script in unicodedata.name(c, ""))
    return names.most_common(1)[0][0] if names else None
