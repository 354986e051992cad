"""A card and its lines in Block Kit. Pure. Source of the limits: https://docs.slack.dev/reference/block-kit/blocks.

What citizens wrote is only ever plain text, or escaped: nobody is mentioned and no link is made by their words.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from bot.staff.card_words import DONE, NAME, Flag, flags, headline, map_label, mark, services, why
from bot.staff.words import SEVERITIES, cut, standing, where
from routing.domain.card import Card, Line
from routing.domain.incident import IncidentState

Block = dict[str, Any]

HEADER, SECTION, WHY, BUTTON = 150, 2900, 600, 75
EXCERPT, FLAG = 1500, 500  # Slack takes 13 200 characters in all the blocks of a message
AGO = " ({ago})"  # how long ago, as it is when the card is read
FALLBACK = 3000  # characters of the text shown in notifications; an edit takes 4 000


def escape(words: str) -> str:
    """``words`` as mrkdwn shows them. Slack asks for these three signs only."""
    return words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def plain(words: str, longest: int = SECTION) -> Block:
    """A text object that no sign can turn into anything else; Slack takes no empty one."""
    return {"type": "plain_text", "text": cut(words, longest) or "…", "emoji": False}


def marked(words: str) -> Block:
    """A text object in mrkdwn; ``words`` are already escaped."""
    return {"type": "mrkdwn", "text": cut(words, SECTION), "verbatim": True}


def fallback(card: Card) -> str:
    """The text beside the blocks."""
    return cut(escape(headline(card)), FALLBACK)


def blocks(card: Card, zone: ZoneInfo) -> list[Block]:
    """The card, gravest first: what, where, danger, words, services, who has it, what can be done."""
    shown: list[Block] = [
        {"type": "header", "text": plain(f"{mark(card)} {card.title}", HEADER)},
        {"type": "section", "text": marked(_facts(card, zone))},
    ]
    shown += [_flag(flag) for flag in flags(card)]
    shown.append(
        {
            "type": "section",
            "text": plain(f"«\u202f{cut(card.excerpt, EXCERPT)}\u202f»" if card.excerpt else "(sans paroles)"),
        }
    )
    shown.append({"type": "context", "elements": [plain(why(card), WHY)]})
    if card.services:
        shown.append({"type": "section", "text": plain(services(card, zone))})
    shown.append({"type": "section", "text": marked(_standing(card, zone))})
    return [*shown, {"type": "actions", "block_id": "gestes", "elements": buttons(card)}]


def _facts(card: Card, zone: ZoneInfo) -> str:
    place = f"*{escape(cut(where(card.place, card.commune), 300))}*"
    if card.map_url:
        place += f" · <{card.map_url}|{map_label(card)}>"
    severity = f"*{SEVERITIES[card.severity]}* · {escape(card.reference)} · ouvert {_moment(card.opened_at, zone, AGO)}"
    return f"{place}\n{severity}"


def _moment(at: datetime, zone: ZoneInfo, more: str = "") -> str:
    """An instant that Slack shows on each reader's own clock, with the city's for those who cannot."""
    shown = f"{{date_short_pretty}} à {{time}}{more}"
    return f"<!date^{int(at.timestamp())}^{shown}|{at.astimezone(zone):%d/%m à %H:%M}>"


def _flag(flag: Flag) -> Block:
    about = f"*{flag.about}* : " if flag.about else ""
    then = f". {flag.then}" if flag.then else ""
    return {"type": "section", "text": marked(f"{flag.sign} {about}{escape(cut(flag.words, FLAG))}{then}")}


def _standing(card: Card, zone: ZoneInfo) -> str:
    if card.state is IncidentState.RESOLVED:
        by = f" par {escape(cut(card.holder, NAME))}" if card.holder else ""
        return f"{DONE} *Résolu{by}* : {escape(cut(card.resolution or '', FLAG))}"
    if card.holder:
        since = f" {_moment(card.held_at, zone)}" if card.held_at else ""
        return f"🙋 *Pris en charge par {escape(cut(card.holder, NAME))}*{since}"
    return f"⏳ *{escape(standing(card.state, card.at_work))}*"


def buttons(card: Card) -> list[Block]:
    """What can be done now."""
    if card.state is IncidentState.RESOLVED:
        return [_button(card, "rouvrir", "Rouvrir")]
    taken = card.state is IncidentState.ACKNOWLEDGED
    first = [] if taken else [_button(card, "prendre", "Je prends en charge", style="primary")]
    return [
        *first,
        _button(card, "etapes", "Étapes"),
        _button(card, "resoudre", "Résoudre"),
        _button(card, "reclasser", "Reclasser"),
        _button(card, "demander", "Demander au citoyen"),
        _button(card, "astreinte", "Appeler l'astreinte", style="danger"),
    ]


def _button(card: Card, action: str, words: str, *, style: str | None = None) -> Block:
    found = {"type": "button", "action_id": action, "text": plain(words, BUTTON), "value": card.reference}
    return found | ({"style": style} if style else {})


def line_text(line: Line) -> str:
    """One line of a thread."""
    return cut(escape(line.text), SECTION)


def line_blocks(line: Line) -> list[Block]:
    """One line of a thread; small, so that what people write stands out."""
    return [{"type": "section", "text": plain(line.text)}]
