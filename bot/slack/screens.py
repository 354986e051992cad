"""What opens over Slack when an agent presses a button, and the app's home tab. Pure.

A modal carries the incident's reference and the channel it was opened from in its private metadata, never anything that
gives a right: who may act is looked at again when it is sent.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from bot.slack.cards import BUTTON, Block, escape, marked, plain
from bot.staff import DutyShift, Line
from bot.staff.card_words import likelihood
from bot.staff.words import SEVERITIES, ago, cut, day_and_time, taken
from routing.domain.card import Card, Guess
from routing.service.reclassify import NONE_FITS
from routing.service.resolve import REASONS

LONGEST = 400
OPTION = 75
TITLE = 24
STEP = 500
VIEW_BLOCKS = 95
NONE_LABEL = "Aucune procédure ne convient"


@dataclass(frozen=True, slots=True)
class Subject:
    """What a modal is about: an incident, and the channel (Slack's id) the agent saw it in."""

    reference: str
    channel: str

    def packed(self) -> str:
        """As private metadata."""
        return json.dumps({"reference": self.reference, "channel": self.channel})

    @staticmethod
    def of(view: dict[str, Any]) -> Subject:
        """From a view's private metadata."""
        given = json.loads(view.get("private_metadata") or "{}")
        return Subject(str(given.get("reference", "")), str(given.get("channel", "")))


def _modal(action: str, title: str, subject: Subject, blocks: list[Block], submit: str | None = None) -> Block:
    view = {
        "type": "modal",
        "callback_id": action,
        "title": plain(title, TITLE),
        "close": plain("Fermer", TITLE),
        "private_metadata": subject.packed(),
        "blocks": blocks,
    }
    return view | ({"submit": plain(submit, TITLE)} if submit else {})


def _words(block: str, label: str, *, optional: bool, lines: bool = True) -> Block:
    field = {"type": "plain_text_input", "action_id": "texte", "multiline": lines, "max_length": LONGEST}
    return {
        "type": "input",
        "block_id": block,
        "label": plain(label, 200),
        "element": field,
        "optional": optional,
    }


def duty(subject: Subject) -> Block:
    """Call the on-call person."""
    words = _words("motif", "Pourquoi ?", optional=True)
    return _modal("astreinte", "Appeler l'astreinte", subject, [words], "Appeler")


def question(subject: Subject) -> Block:
    """Put a question to the citizen."""
    words = _words("question", "Question, envoyée telle quelle", optional=False)
    return _modal("demander", "Demander au citoyen", subject, [words], "Envoyer")


def again(subject: Subject) -> Block:
    """Reopen."""
    words = _words("motif", "Pourquoi ?", optional=True)
    return _modal("rouvrir", f"Rouvrir {subject.reference}", subject, [words], "Rouvrir")


def end(subject: Subject) -> Block:
    """Resolve with a reason."""
    options = [_option(reason, reason) for reason in REASONS]
    choice = {
        "type": "static_select",
        "action_id": "choix",
        "options": options,
        "initial_option": options[0],
    }
    block = {"type": "input", "block_id": "motif", "label": plain("Motif, dit aux habitants", 200), "element": choice}
    return _modal("resoudre", f"Résoudre {subject.reference}", subject, [block], "Résoudre")


def other_procedure(subject: Subject, guesses: Sequence[Guess]) -> Block:
    """Choose another procedure: among the likeliest, or searched for by words."""
    likely = [
        _option(f"{cut(guess.title, OPTION - 9)} ({likelihood(guess)})", guess.procedure) for guess in guesses[:8]
    ]
    radio = {"type": "radio_buttons", "action_id": "choix", "options": [*likely, _option(NONE_LABEL, NONE_FITS)]}
    search = {
        "type": "external_select",
        "action_id": "recherche",
        "min_query_length": 2,
        "placeholder": plain("un mot : trou, lampadaire, fuite…", 150),
    }
    blocks = [
        {
            "type": "input",
            "block_id": "likely",
            "label": plain("Les plus probables", 200),
            "element": radio,
            "optional": True,
        },
        {
            "type": "input",
            "block_id": "search",
            "label": plain("Ou une autre procédure", 200),
            "element": search,
            "optional": True,
        },
    ]
    return _modal("reclasser", f"Reclasser {subject.reference}", subject, blocks, "Reclasser")


def options(found: Iterable[tuple[str, str]]) -> list[Block]:
    """Search results (id, title) as choices."""
    return [_option(title, id_) for id_, title in found]


def _option(words: str, value: str) -> Block:
    return {"text": plain(words, OPTION), "value": value}


def steps(subject: Subject, card: Card) -> Block:
    """The checklists of the services that read in this channel; each line is ticked by its own button."""
    blocks: list[Block] = []
    for row in (row for row in card.services if row.checklist):
        blocks.append({"type": "header", "text": plain(row.name, 150)})
        for item in row.checklist:
            mark, ask = ("☑", "Décocher") if item.done_by else ("☐", "Cocher")
            by = f" — {item.done_by}" if item.done_by else ""
            value = f"{row.dispatch}:{item.position}:{0 if item.done_by else 1}"
            button = {"type": "button", "action_id": "cocher", "text": plain(ask, BUTTON), "value": value}
            blocks.append(
                {
                    "type": "section",
                    "block_id": f"etape-{row.dispatch}-{item.position}",
                    "text": plain(f"{mark} {cut(item.text, STEP)}{by}", STEP + 100),
                    "accessory": button,
                }
            )
    nothing = {"type": "section", "text": plain("Ce canal n'a pas d'étapes pour cet incident.")}
    return _modal("etapes", f"Étapes {subject.reference}", subject, blocks[:VIEW_BLOCKS] or [nothing])


def notice(words: str) -> Block:
    """A modal that only says something."""
    return _modal("avis", "Vigie", Subject("", ""), [{"type": "section", "text": plain(words)}])


def home(name: str, mine: Sequence[Line], shifts: Sequence[DutyShift], now: datetime, zone: ZoneInfo) -> Block:
    """The home tab: what this person holds or is called for, and their shifts."""
    blocks: list[Block] = [{"type": "header", "text": plain(f"Bonjour {name}", 150)}]
    blocks.append({"type": "section", "text": marked("*Mes incidents en cours*")})
    blocks += [{"type": "section", "text": marked(_one(line, now))} for line in mine[:40]]
    blocks += [] if mine else [{"type": "section", "text": plain("Aucun incident en cours pour vous.")}]
    blocks += [{"type": "divider"}, {"type": "section", "text": marked("*Mes gardes*")}]
    said = [_shift(shift, zone) for shift in shifts] or ["Aucune garde prévue pour vous."]
    blocks.append({"type": "section", "text": plain("\n".join(said))})
    blocks.append({"type": "context", "elements": [plain("/vigie aide : tout ce que je sais faire")]})
    return {"type": "home", "blocks": blocks}


def _one(line: Line, now: datetime) -> str:
    state = taken(line.holder, line.at_work)
    rest = f"{SEVERITIES[line.severity]} · {line.place} · {ago(line.opened_at, now)} · {state}"
    return f"*{escape(line.reference)}* {escape(cut(line.title, 200))}\n{escape(cut(rest, 600))}"


def _shift(shift: DutyShift, zone: ZoneInfo) -> str:
    now = "maintenant : " if shift.now else ""
    return f"• {now}{shift.rotation}, du {day_and_time(shift.begins, zone)} au {day_and_time(shift.ends, zone)}"
