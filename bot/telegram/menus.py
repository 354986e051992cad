"""What opens under a card when a button is pressed. Pure; a menu carries keys to look up and gives no right."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from bot.staff.card_words import likelihood
from bot.telegram.cards import Shown, data, escape, shortened
from routing.domain.card import Card, Guess, Mobilised
from routing.domain.procedure import Catalogue, Procedure
from routing.service.reclassify import NONE_FITS
from routing.service.resolve import REASONS

WORDS = 60  # units on a button
LINES = 40  # lines of checklists in one menu
NAME, LONGEST_LINE, ROOM = 40, 300, 2000  # units; all names and lines together fit a message
LIKELY = 5
PER_ROW = 5
NONE_LABEL = "Aucune procédure ne convient"
QUESTION = "✍️ Question au citoyen"
SEARCH = "🔎 Autre procédure"

Rows = list[list[InlineKeyboardButton]]


def _button(words: str, *packed: str) -> InlineKeyboardButton:
    return InlineKeyboardButton(shortened(words, WORDS), callback_data=data(*packed))


def _menu(title: str, reference: str, rows: Rows, words: str = "") -> Shown:
    text = f"<b>{title}</b> · {escape(reference)}" + (f"\n{words}" if words else "")
    return Shown(text, InlineKeyboardMarkup([*rows, [_button("Fermer", "fermer", reference)]]))


def end(reference: str) -> Shown:
    """Resolve with a reason."""
    rows = [[_button(reason, "fin", reference, str(number))] for number, reason in enumerate(REASONS)]
    return _menu("Résoudre", reference, rows, "Le motif est dit aux habitants.")


def duty(reference: str) -> Shown:
    """Call the on-call person: asked once more, a thumb slips."""
    return _menu("Appeler l'astreinte ?", reference, [[_button("Oui, appeler maintenant", "appeler", reference)]])


def other_procedure(reference: str, ranking: Sequence[Guess]) -> Shown:
    """Another procedure among the likeliest, or one to search for."""
    rows = [
        [_button(f"{guess.title} ({likelihood(guess)})", "choisir", reference, digest(guess.procedure))]
        for guess in ranking[:LIKELY]
    ]
    rows.append([_button(NONE_LABEL, "choisir", reference, digest(NONE_FITS))])
    rows.append([_button("Chercher parmi toutes", "chercher", reference)])
    return _menu("Reclasser", reference, rows)


def found(reference: str, procedures: Iterable[Procedure]) -> Shown:
    """Search results."""
    rows = [[_button(item.title, "choisir", reference, digest(item.id))] for item in procedures]
    return _menu("Reclasser", reference, rows, "" if rows else "Aucune procédure ne contient ces mots.")


def digest(procedure: str) -> str:
    """A procedure's id in few bytes, however long a city's ids are."""
    return hashlib.sha256(procedure.encode()).hexdigest()[:10]


def chosen(catalogue: Catalogue, given: str) -> str | None:
    """The procedure with that digest, None when it is no longer in the catalogue."""
    return next((id_ for id_ in (NONE_FITS, *catalogue.procedures) if digest(id_) == given), None)


def steps(card: Card) -> Shown:
    """The checklists of the services that read here; each line has a number, each number a button."""
    words: list[str] = []
    buttons: list[InlineKeyboardButton] = []
    listed = [row for row in card.services if row.checklist]
    room = min(LONGEST_LINE, ROOM // min(LINES, sum(len(row.checklist) for row in listed) or 1))
    for row in listed:
        items = row.checklist[: LINES - len(buttons)]
        words += [f"<b>{escape(shortened(row.name, NAME))}</b>"] if items else []
        for item in items:
            number, mark = len(buttons) + 1, "☑" if item.done_by else "☐"
            by = f" — {shortened(item.done_by, room // 3)}" if item.done_by else ""
            words.append(f"{mark} {number}. {escape(shortened(item.text, room - len(by)) + by)}")
            buttons.append(_button(f"{mark} {number}", "cocher", card.reference, *_line(row, item.position)))
    rows = [buttons[at : at + PER_ROW] for at in range(0, len(buttons), PER_ROW)]
    return _menu("Étapes", card.reference, rows, "\n".join(words) or "Ce groupe n'a pas d'étapes pour cet incident.")


def _line(row: Mobilised, position: int) -> tuple[str, str, str]:
    done = next(item.done_by for item in row.checklist if item.position == position)
    return str(row.dispatch), str(position), "0" if done else "1"


def prompt(title: str, reference: str, user: int, name: str) -> Shown:
    """What an agent answers with words; the mention opens their keyboard only."""
    who = f'<a href="tg://user?id={user}">{escape(shortened(name, WORDS))}</a>'
    return Shown(f"{title} · {escape(reference)}\n{who}, répondez à ce message.")
