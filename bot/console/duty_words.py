"""The French words of the on-call page."""

from __future__ import annotations

from routing.domain.oncall import Why
from routing.domain.oncall.outlook import Trouble

WHYS = {Why.OVERRIDE: "changement", Why.SWAP: "échange", Why.REPLACEMENT: "remplacement", Why.STAY: "relève attendue"}
TROUBLES = {
    Trouble.GAP: "Personne de garde",
    Trouble.UNREACHABLE: "De garde et injoignable",
    Trouble.SILENT: "De garde et ne répond pas",
    Trouble.REST: "Moins de 11 h de repos",
}
LENGTHS = {  # of a mute, in minutes
    30: "30 minutes",
    60: "1 heure",
    120: "2 heures",
    240: "4 heures",
    480: "8 heures",
    720: "12 heures",
    1440: "24 heures",
}
DAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
MONTHS = (
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
)
