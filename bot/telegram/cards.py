"""A card and its lines in Telegram's HTML, and the buttons under it. Pure.

What citizens and agents wrote is escaped. Lengths count UTF-16 units, as Telegram's limit does, before escaping: it
counts what people read, not the markup.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from bot.staff.card_words import DONE, NAME, Flag, flags, map_label, mark, services, why
from bot.staff.words import SEVERITIES, cut, day_and_time, standing, where
from routing.domain.card import Card, Line
from routing.domain.incident import IncidentState

LONGEST = 4096
TITLE, PLACE, FLAG, EXCERPT, WHY, SERVICES = 200, 200, 220, 1000, 300, 900  # together under the limit
TOPIC = 128
DATA = 64  # bytes
TAG = re.compile(r"<[^>]*>")


@dataclass(frozen=True, slots=True)
class Shown:
    """One message: HTML, and the keyboard under it."""

    text: str
    keyboard: InlineKeyboardMarkup | None = None

    @property
    def plain(self) -> str:
        """The same words without markup."""
        return html.unescape(TAG.sub("", self.text))


def escape(words: str) -> str:
    """``words`` as HTML shows them."""
    return html.escape(words, quote=False)


def shortened(words: str, longest: int) -> str:
    """``words`` in at most so many UTF-16 units."""
    while len(words.encode("utf-16-le")) // 2 > longest:
        over = len(words.encode("utf-16-le")) // 2 - longest
        words = cut(words, max(1, len(words) - max(1, over // 2)))
    return words


def said(words: str, longest: int = LONGEST) -> Shown:
    """Plain words as a message."""
    return Shown(escape(shortened(words, longest)) or "…")


def data(action: str, *parts: str) -> str:
    """What a button carries: only keys to look up, never anything that gives a right."""
    packed = ":".join((action, *parts))
    assert len(packed.encode()) <= DATA, packed
    return packed


def card_shown(card: Card, zone: ZoneInfo) -> Shown:
    """The card, gravest first: what, where, danger, words, services, who has it, what can be done."""
    words = escape(shortened(f"« {card.excerpt} »" if card.excerpt else "(sans paroles)", EXCERPT))
    parts = [
        f"{mark(card)} <b>{escape(shortened(card.title, TITLE))}</b>",
        _facts(card, zone),
        *(_flag(flag) for flag in flags(card)),
        f"<blockquote>{words}</blockquote>",
        f"<i>{escape(shortened(why(card), WHY))}</i>",
        escape(shortened(services(card, zone), SERVICES)),
        _standing(card, zone),
    ]
    return Shown("\n".join(part for part in parts if part), keyboard(card))


def topic_name(card: Card) -> str:
    """What a forum's list shows of the incident."""
    return shortened(f"{card.reference} {card.title}", TOPIC)


def _facts(card: Card, zone: ZoneInfo) -> str:
    place = f"📍 {escape(shortened(where(card.place, card.commune), PLACE))}"
    if card.map_url:
        place += f' · <a href="{html.escape(card.map_url)}">{map_label(card)}</a>'
    opened = day_and_time(card.opened_at, zone)
    return f"{place}\n<b>{SEVERITIES[card.severity]}</b> · {escape(card.reference)} · ouvert {opened}"


def _flag(flag: Flag) -> str:
    about = f"<b>{flag.about}</b> : " if flag.about else ""
    then = f". {flag.then}" if flag.then else ""
    return f"{flag.sign} {about}{escape(shortened(flag.words, FLAG))}{then}"


def _standing(card: Card, zone: ZoneInfo) -> str:
    holder = escape(shortened(card.holder or "", NAME))
    if card.state is IncidentState.RESOLVED:
        by = f" par {holder}" if holder else ""
        return f"{DONE} <b>Résolu{by}</b> : {escape(shortened(card.resolution or '', FLAG))}"
    if holder:
        since = f" depuis {day_and_time(card.held_at, zone)}" if card.held_at else ""
        return f"🙋 <b>Pris en charge par {holder}</b>{since}"
    return f"⏳ <b>{escape(standing(card.state, card.at_work))}</b>"


def keyboard(card: Card) -> InlineKeyboardMarkup:
    """What can be done now."""
    if card.state is IncidentState.RESOLVED:
        return _rows(card, [("rouvrir", "Rouvrir")])
    taken = card.state is IncidentState.ACKNOWLEDGED
    return _rows(
        card,
        [] if taken else [("prendre", "Je prends en charge")],
        [("etapes", "Étapes"), ("resoudre", "Résoudre"), ("reclasser", "Reclasser")],
        [("demander", "Demander au citoyen"), ("astreinte", "Appeler l'astreinte")],
    )


def _rows(card: Card, *rows: list[tuple[str, str]]) -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup(
        [[InlineKeyboardButton(words, callback_data=data(action, card.reference)) for action, words in row]
         for row in rows if row]
    )  # fmt: skip


def line_shown(line: Line) -> Shown:
    """One line of a thread."""
    return said(line.text)
