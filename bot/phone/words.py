"""What people on duty hear and read. Pure; French."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from routing.domain.paging import Call, Purpose, Subject
from routing.domain.procedure import Severity

TOLD_AT_ONCE = 3  # incidents one can keep in mind from one call
WRITTEN_AT_ONCE = 4
# The names French speakers spell with, by their first letter.
NAMES = (
    "Anatole",
    "Berthe",
    "Célestin",
    "Désiré",
    "Eugène",
    "François",
    "Gaston",
    "Henri",
    "Irma",
    "Joseph",
    "Kléber",
    "Louis",
    "Marcel",
    "Nicolas",
    "Oscar",
    "Pierre",
    "Québec",
    "Raoul",
    "Suzanne",
    "Thérèse",
    "Ursule",
    "Victor",
    "William",
    "Xavier",
    "Yvonne",
    "Zoé",
)
LETTERS = {name[0]: name for name in NAMES}
CODES = {
    "20003": "le compte de l'opérateur est refusé",
    "21211": "numéro invalide",
    "21217": "numéro invalide",
    "21610": "ne veut plus de SMS",
    "21614": "ce numéro ne reçoit pas de SMS",
    "30003": "téléphone éteint ou sans réseau",
    "30004": "SMS bloqué",
    "30005": "numéro inconnu",
    "30006": "ligne fixe ou injoignable",
    "30007": "SMS filtré par l'opérateur",
    "30008": "SMS non remis",
}
MENU = (
    "Faites le 1 : je prends. Le 2 : je ne peux pas, et quelqu'un d'autre est appelé tout de suite. "
    "Le 3 pour réécouter{room}."
)
MENU_ROOM = ". Le 9 pour joindre la salle"
MENU_HOLD = "Faites le 1 : oui, je m'en occupe. Le 2 : non, appelez quelqu'un d'autre. Le 3 pour réécouter."
MENU_TRIAL = "Faites le 1 pour confirmer que vous entendez cet appel. Le 3 pour réécouter."
WRONG_KEY = "Cette touche ne correspond à rien."
NO_KEY = "Vous n'avez appuyé sur aucune touche."
GIVE_UP = "Sans réponse de votre part, quelqu'un d'autre est appelé. Au revoir."
YOURS = "C'est noté : vous prenez {what}. Merci et bon courage. Au revoir."
STILL_YOURS = "Merci, c'est noté : vous vous en occupez toujours. Au revoir."
TRIED = "Merci, l'essai est réussi. Au revoir."
NOT_YOURS = "C'est noté, quelqu'un d'autre est appelé. Au revoir."
NOBODY_NEEDED = "Cet appel n'a plus lieu d'être : quelqu'un s'en occupe, ou c'est terminé. Merci, au revoir."
HAS_IT = "{said} Au revoir."
TWICE = "Vous recevez un autre appel de Vigie pour la même chose. Répondez à celui-là. Au revoir."
TO_ROOM = "Je vous passe la salle. Ne quittez pas."
NO_ROOM = "La salle ne répond pas."
BROKEN = "Vigie ne peut pas enregistrer votre réponse. Appelez la salle. Au revoir."


def spelled(reference: str) -> str:
    """A reference as it is understood on a bad line: ``4, K comme Kléber, 7, Q comme Québec``."""
    signs = reference.rpartition("-")[2]
    return ", ".join(f"{sign} comme {LETTERS[sign]}" if sign in LETTERS else sign for sign in signs)


def spoken(call: Call, city: str) -> str:
    """Who calls, what it is about, where, and its reference."""
    who = f"Ici Vigie, l'astreinte de {city}."
    if call.purpose in (Purpose.TRIAL, Purpose.DRILL):
        return f"{who} Ceci est un essai, il n'y a pas d'incident."
    if call.purpose is Purpose.HOLD:
        return f"{who} Vous occupez-vous toujours de cet incident ? {_told(call.subjects[0])}"
    if len(call.subjects) == 1:
        return f"{who} Incident {call.subjects[0].severity}. {_told(call.subjects[0])}"
    first = call.subjects[:TOLD_AT_ONCE]
    told = " ".join(f"{number}. {_told(one)}" for number, one in enumerate(first, 1))
    rest = len(call.subjects) - len(first)
    more = f" Et {rest} de plus, à lire dans la salle." if rest else ""
    return f"{who} {counted(call.subjects).capitalize()}. {told}{more}"


def _told(subject: Subject) -> str:
    return f"{subject.title}. Lieu : {subject.place}. Référence : {spelled(subject.reference)}."


def counted(subjects: Sequence[Subject]) -> str:
    """``trois incidents critiques``, ``4 incidents, dont 2 critiques``."""
    number = NUMBERS.get(len(subjects), str(len(subjects)))
    severities = Counter(one.severity for one in subjects)
    if len(severities) == 1:
        severity = subjects[0].severity
        return f"{number} incidents {PLURAL[severity]}"
    gravest = max(severities, key=lambda severity: severity.rank)
    many = severities[gravest]
    return f"{number} incidents, dont {many} {PLURAL[gravest] if many > 1 else gravest}"


NUMBERS = {2: "deux", 3: "trois", 4: "quatre", 5: "cinq", 6: "six", 7: "sept", 8: "huit", 9: "neuf", 10: "dix"}
PLURAL = {
    Severity.INFO: "pour information",
    Severity.NORMAL: "normaux",
    Severity.URGENT: "urgents",
    Severity.CRITICAL: "critiques",
}


def menu(call: Call, *, room: bool) -> str:
    """Which key does what."""
    if call.purpose is Purpose.HOLD:
        return MENU_HOLD
    if call.purpose in (Purpose.TRIAL, Purpose.DRILL):
        return MENU_TRIAL
    return MENU.format(room=MENU_ROOM if room else "")


def taken(call: Call, count: int) -> str:
    """After the key 1, for ``count`` incidents."""
    if call.purpose is Purpose.HOLD:
        return STILL_YOURS
    if call.purpose in (Purpose.TRIAL, Purpose.DRILL):
        return TRIED
    what = "l'incident" if count < 2 else f"{count} incidents"
    return YOURS.format(what=what)


def written(call: Call) -> str:
    """A text message: what, where, and how to answer."""
    if call.purpose in (Purpose.TRIAL, Purpose.DRILL):
        return "VIGIE : ceci est un essai, il n'y a pas d'incident. Répondez OK ESSAI."
    code = _code(call.subjects[0])
    if call.purpose is Purpose.HOLD:
        return f"VIGIE {_line(call.subjects[0])}. Vous en occupez-vous toujours ? Répondez OK {code} ou NON {code}."
    if len(call.subjects) == 1:
        first = call.subjects[0]
        how = f"Répondez OK {code} (je prends) ou NON {code} (je ne peux pas)."
        return f"VIGIE {first.severity.upper()} {_line(first)}. {how}"
    shown = call.subjects[:WRITTEN_AT_ONCE]
    lines = "\n".join(_line(one) for one in shown)
    rest = len(call.subjects) - len(shown)
    more = f"\nEt {rest} de plus." if rest else ""
    return f"VIGIE, {counted(call.subjects)} :\n{lines}{more}\nRépondez OK {code}, NON {code} ou OK TOUT."


def _line(subject: Subject) -> str:
    return f"{subject.reference} : {subject.title}, {subject.place}"


def _code(subject: Subject) -> str:
    return subject.reference.rpartition("-")[2]
