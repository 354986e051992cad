"""What the on-call file says, as people read it in the log: ``plan`` is « plan de contact », ``monday`` « lundi »."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from routing.domain.oncall import WEEKDAYS
from routing.service.contact import in_words

FIELDS = {
    "name": "nom",
    "phone": "numéro de téléphone",
    "slack": "compte Slack",
    "telegram": "compte Telegram",
    "plan": "plan de contact",
    "time_zone": "fuseau horaire",
    "every": "rythme",
    "handoff": "relève",
    "start": "premier jour",
    "members": "membres",
    "days": "jours de relève",
    "only": "horaires",
    "layers": "couches",
    "shifts": "gardes écrites",
    "levels": "niveaux",
    "repeat": "nouveau tour après le dernier niveau",
    "policy": "politique",
}
PACES = {"hour": "heure", "day": "jour", "week": "semaine", "month": "mois"}
DAYS = dict(zip(WEEKDAYS, ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"), strict=True))
KINDS = {"rotation": "tour", "person": "personne"}


NOTHING: Mapping[str, Any] = {"plan": [], "repeat": False}  # what a field says that is left out or empty


def changed(was: Mapping[str, Any], now: Mapping[str, Any], fields: Sequence[str]) -> str:
    """``numéro de téléphone ; relève : lundi 08:00 devient mardi 08:00``; long or private values are only named."""
    return " ; ".join(_changed(field, was.get(field), now.get(field)) for field in fields)


def _changed(field: str, was: Any, now: Any) -> str:
    name, told = FIELDS.get(field, field), SAID.get(field)
    if told is None:
        return name
    before, after = (told(value or NOTHING.get(field)) if value or field in NOTHING else "rien" for value in (was, now))
    return f"{name} : {before} devient {after}"


def _levels(levels: Sequence[Mapping[str, Any]]) -> str:
    return ", puis ".join(_level(level) for level in levels)


def _level(level: Mapping[str, Any]) -> str:
    targets = (target.partition(":") for target in level["targets"])
    whom = " et ".join(f"{KINDS.get(kind, kind)} {name}" for kind, _, name in targets) or "personne"
    return f"{whom} (après {level['after']} s)" if level.get("after") else f"{whom} (tout de suite)"


def _members(members: Sequence[Any]) -> str:
    return ", ".join(one if isinstance(one, str) else str(one["person"]) for one in members)


def _handoff(written: str) -> str:
    day, _, clock = written.rpartition(" ")
    return f"{DAYS.get(day, f'le {day}')} {clock}" if day else clock


SAID: Mapping[str, Callable[[Any], str]] = {
    "name": str,
    "plan": in_words,
    "every": lambda value: f"chaque {PACES[value]}",
    "handoff": _handoff,
    "start": str,
    "members": _members,
    "levels": _levels,
    "repeat": lambda value: "oui" if value else "non",
    "policy": str,
}
