"""Whether somebody asks where their report stands, and says nothing else. Pure; by plain words, French and English.

"Où en est mon signalement ?" asks; "où en est le trou rue Monge ?" asks about something that must be theirs; whoever
tells of another matter in the same message has written a report.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

from intake.small_talk import says_nothing
from routing.domain.redaction import plain
from routing.domain.reference import ALPHABET, normalise

LINK = re.compile(r"(?:https?://)?[^\s/]*/suivi/([\w-]{20,80})")
# Behind the letters of a report's reference, as people write it: "VG-4K7Q", "vg 4k7q".
_REFERENCE = re.compile(rf"\bVG[- ]?([{ALPHABET}]{{4,6}})\b", re.IGNORECASE)
_CLAUSE = re.compile(r"[?!.,;:…\n()]+")
_CLAUSES = re.compile(r"[^?!.,;:…\n()]+[?!.,;:…\n()]*")
LONGEST = 30  # words; a longer message tells something
LETTER = 80  # words; nobody asks for news in the middle of one
TELLING = 4  # letters; shorter words hardly say which matter it is

_OURS = r"(?:signalements?|tickets?|reclamations?|problemes?|soucis?|appels?|messages?|reports?|issues?|complaints?)"
_PAPERS = r"(?:dossiers?|demandes?|declarations?|requetes?|affaires?|cases?|requests?)"  # the city has others than ours
_MY = r"(?:mon|ma|mes|notre|nos|le|la|les|ce|cette|l|my|the|our|this)(?: propre| dernier| derniere| last)?"
_MINE = rf"{_MY} ?(?:{_OURS}|{_PAPERS})"
_OF = (
    r"(?:de|du|des|d|pour|sur|avec|concernant|a propos d[eu]s?|au sujet d[eu]s?|par rapport (?:a|au|aux)"
    r"|of|on|for|with|about)"
)
_WHAT = r"(?P<what>(?: \w+){1,12})"
_OF_MINE = rf"(?: {_OF} ?{_MINE}(?: {_OF}\b{_WHAT})?)?"
_HEAD = (
    r"(?:(?:bonjour|bonsoir|allo|re|salut|svp|euh|heu|et|alors|oui|du coup|donc|juste|madame|monsieur|s il vous plait"
    r"|excusez moi|je (?:voudrais|voulais|souhaite|souhaiterais)|j (?:aimerais|aurais aime|aurais voulu)"
    r"|pourrais je|puis je|peut on|(?:c est |je vous |je |j )?(?:ecris |appelle |rappelle |contacte )?pour"
    r"|est ce que|savoir|connaitre|avoir|si"
    r"|(?:pouvez vous|pourriez vous|vous pouvez|peux tu|tu peux) (?:me |nous )?(?:dire|donner)|dites moi|dis moi"
    r"|hello|hi|hey|good (?:morning|evening)|please|so|and|sorry|excuse me|i (?:would|d) like|i want|can i|could i"
    r"|may i|(?:can|could|would) you|tell me|let me know|give me|to|know|have|get|ask|i (?:m|am) (?:calling|writing)"
    r"|calling|an|a|if there (?:is|are)|just|checking) )*"
)
_TAIL = (
    r"(?: (?:svp|s il (?:vous|te) plait|merci|maintenant|aujourd hui|exactement|depuis(?: \w+){1,4}|a ce jour"
    r"|actuellement|du coup|la|encore|deja|enfin|please|thanks|thank you|yet|now|today|so far|already|at the moment))*"
)
_HOW_FAR = (
    r"(?:ou (?:en (?:est|sont|sommes|etes)|(?:vous|on|ca|c|il|elle|tu) en (?:etes|est|es)|ca en est)(?: (?:vous|on"
    r"|il|elle|ca|nous))?"
    r"|(?:vous|on|ca|c|il|elle|tu) en (?:etes|est|es) ou|qu en est il|quid)"
)
_DONE = (
    r"(?:(?:pris\w*|prise?s?) en (?:compte|charge)|traite\w*|recu\w*|transmis\w*|resolu\w*|regle\w*|enregistre\w*"
    r"|avance\w*|repare\w*|fait\w*|termine\w*|taken(?: care of)?|fixed|received|handled|dealt with|solved|resolved"
    r"|processed|done|repaired)"
)
_HAVE = (
    r"(?:y a t il|il y a|y a|avez vous|avez|as tu|as|auriez vous|vous auriez|vous avez|a t on|on a|j ai|je n ai"
    r"|donnez moi|is there|are there|do you have|have you(?: got)?|got)"
)
_SOME = (
    r"(?:des|de|du|une?|d|quelques|les|aucunes?|(?:toujours )?pas (?:de|eu de)|toujours aucunes?|plus de|sans"
    r"|any|some|no)"
)
_ASKS = (
    rf"{_HOW_FAR}(?:(?: {_OF})? ?{_MINE}(?: {_OF}\b{_WHAT})?)?",
    rf"{_HOW_FAR}(?: {_OF}\b)?{_WHAT}",
    rf"{_MINE} (?:(?:il|elle|ils|elles|ca|c) )?en (?:est|sont) ou",
    rf"(?:ou est|ou sont|where is|where are|where s) {_MINE}",
    rf"(?:{_HAVE} )?(?:{_SOME} )?(?:nouvelles?|du nouveau|retours?|news|updates?){_OF_MINE}",
    rf"quoi de neuf{_OF_MINE}|toujours rien",
    rf"(?:{_HAVE} )?(?:(?:des|une|plus d|d|les) ?)?(?:infos?|informations?|suites?|reponses?) {_OF} ?{_MINE}",
    rf"(?:est ce que )?{_MINE} (?:a t (?:il|elle)|est (?:il|elle)|avance t (?:il"
    rf"|elle)) ?(?:bien )?(?:ete )?(?:bien )?(?:{_DONE})?",
    rf"(?:si|est ce que|if|whether) {_MINE} (?:a|est|avait|etait|sera|has|is|was)(?: bien)?(?: ete"
    rf"| been)?(?: bien)? {_DONE}",
    rf"(?:avez vous|vous avez|as tu|have you|did you) (?:bien )?(?:recu|lu|traite|transmis|received?|got|get|read"
    rf"|seen) {_MINE}",
    rf"(?:le |mon |l |quel est (?:le |l )?)?(?:suivi|statut|etat|avancement|etat d avancement) {_OF} ?{_MINE}",
    r"suivi|statut|(?:the )?status(?: update)?|follow(?:ing)? up|update",
    r"(?:je )?(?:viens|venais|reviens|prends) (?:aux|des|prendre des|chercher des) nouvelles",
    rf"(?:je )?(?:me permets de )?(?:vous )?relancer?(?: (?:sur |pour )?{_MINE})?",
    r"(?:j|on|nous) (?:attends?|attendons) (?:toujours |encore )*(?:une |des |votre |vos )?(?:reponses?|nouvelles?"
    r"|retours?)",
    rf"(?:what s|what is|whats) (?:the )?(?:latest )?(?:status|news|state|latest|progress|happening){_OF_MINE}",
    rf"how (?:is|s|are) {_MINE} (?:going|doing|progressing|coming along|getting on)",
    rf"(?:follow(?:ing)? up|update|status|where (?:are (?:we|you)|do (?:we|things) stand)) {_OF} {_MINE}"
    rf"|where does {_MINE} stand",
    rf"(?:has|is|was|have) (?:{_MINE}|it|that) (?:been )?{_DONE}",
    r"i (?:am|m) still waiting(?: for (?:an answer|news|a reply|an update))?",
)
# The same words would tell, and not ask, without a question mark.
_ASKS_IN_DOUBT = (
    rf"{_MINE}(?: {_OF}\b{_WHAT})?",
    rf"(?:c|ca|il|elle|ce|{_MINE}) ?(?:a|est|avait|sera|va etre)?(?: (?:bien|ete))* {_DONE}",
    rf"est ce (?:que )?(?:c est )?{_DONE}|(?:ca|{_MINE}) avance",
    r"(?:avez vous|vous avez) (?:bien )?(?:recu (?:mon|ma|mes) \w+|avance)",
    rf"(?:c est |ce sera |c )?(?:prevu )?pour quand|(?:c est|ce sera) {_DONE} quand",
    rf"quand(?: est ce que)? (?:ce|ca|cela|c) (?:sera|va etre|est|serait) {_DONE}",
)

_PLAINLY = re.compile(rf"\b(?:{_HOW_FAR}|{_MINE})\b")


def _compiled(cores: Iterable[str]) -> list[re.Pattern[str]]:
    return [re.compile(f"{_HEAD}(?:{core}){_TAIL}") for core in cores]


_QUESTIONS, _DOUBTFUL = _compiled(_ASKS), _compiled(_ASKS_IN_DOUBT)
# Beside the question, about the same.
_ASIDE = re.compile(
    rf"(?:(?:suite|relatif|relative|concernant|au sujet|a propos|par rapport|pour|de|du|a|au|c est|j ai|je|vous|ai"
    rf"|avais|fait|faite|depose|envoye|signale|un|une"
    rf"|il y a|(?:ca|cela) fait|depuis|deja|plus de|\d+|deux|trois|quatre|cinq|six|dix|quinze|quelques|plusieurs"
    rf"|jours?|semaines?|mois|heures?|hier|ce matin"
    rf"|cet apres midi|avant hier|numero|n|no|ref|reference|que|qu|j attends|on attend|attends|longtemps|toujours"
    rf"|{_OURS}|{_PAPERS}|mon|ma|mes|le|la|les"
    rf"|my|report|number|about|it|has|been|days?|weeks?|hours?|ago|for|since|yesterday|i|sent|made"
    rf"|filed|reported)(?: |$))+"
)
_ENGLISH = frozenset(
    ("my", "our", "news", "update", "any", "what", "where", "how", "has", "is", "been", "still", "you", "it")
)
# What was reported: "j'ai signalé un trou rue Monge il y a trois semaines", before or after the question.
_AGO = re.compile(r"\bil y a \w+ (?:jours?|semaines?|mois|heures?|ans?)\b")
_TOLD = re.compile(
    rf"(?:(?:bonjour|bonsoir|hello|hi) )*(?:j ai|j avais|nous avons|on a|on avait|i|i have|i ve)"
    rf"(?: deja| already| bien)?"
    rf" (?:signale|declare|reported|fait un signalement)(?: {_OF}\b)?(?P<what>(?: \w+){{1,16}})"
)
# What begins another matter, and words too common to say which matter is meant.
_ANOTHER = re.compile(r"\b(?:aussi|egalement|autre|en plus|y a|also|another|there is|there s)\b")
_COMMON = frozenset(
    (
        "dans",
        "rue",
        "avenue",
        "boulevard",
        "place",
        "dijon",
        "mais",
        "avec",
        "pour",
        "chez",
        "with",
        "from",
        "that",
        "this",
    )
)


@dataclass(frozen=True, slots=True)
class Asked:
    """``references`` and ``tokens`` of tracking links that are named; ``about``: words that say which matter is meant;
    ``papers``: it may be a file of the city that is no report; ``english``: the question is.
    """

    references: tuple[str, ...] = ()
    tokens: tuple[str, ...] = ()
    about: frozenset[str] = frozenset()
    papers: bool = False
    english: bool = False

    def may_mean(self, texts: Collection[str], place: str) -> bool:
        """Whether the matter that the question describes, if it does, is what was told in ``texts`` of that ``place``.

        Two matters of one street have their place in common, which says too little.
        """
        meant = self.about - _telling(place) or self.about
        return not self.about or any(meant & _telling(text) for text in texts)


def asked_for_news(text: str) -> Asked | None:
    """What a message asks about where a report stands, None when it says anything else."""
    tokens = tuple(LINK.findall(text))
    without = LINK.sub(" ", text)
    references = tuple(normalise(f"VG{signs}") for signs in _REFERENCE.findall(without))
    found = None
    for named in (" ", " mon signalement "):  # "pour mon dossier VG-4K7Q", "pour VG-4K7Q"
        found = found or _asked(_REFERENCE.sub(named, without), asks=bool(tokens or references))
    return replace(found, references=references, tokens=tokens) if found else None


def matter_beside(text: str) -> tuple[str, Asked] | None:
    """What a message tells besides asking where a report stands, and what it asks; None when it does not do both.

    "Je n'ai pas de nouvelles" alone asks nothing here: it may be said of a neighbour.
    """
    if len(text.split()) > LETTER or LINK.search(text) or asked_for_news(text):
        return None
    told, asks = "", None
    for clause in _CLAUSES.findall(text):
        found = asked_for_news(clause)
        asks_it = found is not None and not found.about and not found.papers and _asks_plainly(clause)
        told, asks = (told, asks or found) if asks_it else (told + clause, asks)
    return (told.strip(), asks) if asks is not None and not says_nothing(told) else None


def _asks_plainly(clause: str) -> bool:
    said = plain(_REFERENCE.sub(" mon signalement ", clause))
    return bool(_PLAINLY.search(said)) and _question(said, doubtful=False) is not None


def _asked(text: str, *, asks: bool) -> Asked | None:
    if len(text.split()) > LONGEST:
        return None
    papers, about = False, set[str]()
    for clause in filter(None, map(plain, _CLAUSE.split(text))):
        if (found := _question(clause, doubtful="?" in text)) is not None:
            asks, papers = True, papers or _papers(clause)
            about |= _described((found.groupdict().get("what") or "").strip())
        elif (told := _TOLD.fullmatch(clause)) and not _ANOTHER.search(_AGO.sub(" ", told["what"])):
            about |= _described(told["what"])
        elif not says_nothing(clause) and not _ASIDE.fullmatch(clause):
            return None
    english = bool(_ENGLISH & set(plain(text).split()))
    return Asked(about=frozenset(about), papers=papers, english=english) if asks else None


def _question(clause: str, *, doubtful: bool) -> re.Match[str] | None:
    patterns = (*_QUESTIONS, *_DOUBTFUL) if doubtful else _QUESTIONS
    found = next((match for pattern in patterns if (match := pattern.fullmatch(clause))), None)
    return None if found is None or _ANOTHER.search(found.groupdict().get("what") or "") else found


def _papers(clause: str) -> bool:
    words = clause.split()
    return any(re.fullmatch(_PAPERS, word) for word in words) and not any(re.fullmatch(_OURS, word) for word in words)


def _described(what: str) -> frozenset[str]:
    """The words that say which matter; none when they only say "my report of yesterday"."""
    return frozenset() if not what or _ASIDE.fullmatch(what) else _telling(what) or frozenset((what,))


def _telling(text: str) -> frozenset[str]:
    return frozenset(word for word in plain(text).split() if len(word) >= TELLING) - _COMMON
