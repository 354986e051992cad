"""``OK 4K7Q`` and ``NON 4K7Q``: people on duty answer by text message."""

from __future__ import annotations

import re
from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from routing.domain.incident import IncidentState
from routing.domain.paging import Purpose
from routing.domain.redaction import plain
from routing.service.desk import Desk
from routing.service.talk import answer_all
from routing.store import pages, reports
from routing.store.models import Incident, OncallPerson, Page

# As the text asks for it, as the call and the buttons say it, and a thumb.
SHAPE = re.compile(
    r"(?:(?P<yes>ok|oui|(?:(?:ok|oui|d accord) )?je prends)|non|(?:non )?je (?:ne )?peux pas)"
    r"(?: (?:in )?(?P<what>[a-z0-9]{4,8}))?"
)
THUMBS = re.compile("[👍👌🫡✅][\U0001f3fb-\U0001f3ff\ufe0f]?")
# A telephone's "like" of our text comes as a text that quotes it.
LIKED = re.compile(r"\s*(?:👍\S* (?:à|to)|a aimé|a adoré|liked|loved)\s*[«“\"]\s*VIGIE\b(?P<quoted>.*)", re.I | re.S)
REFERENCE = re.compile(r"\bIN-([A-Z0-9]{4,8})\b")
# What people write instead when they are in a hurry. Any other word, and it is a message like everybody's.
BEGINS = r"(?:ok|oui|non|d accord|recu|je|j)\b"
LIKE_AN_ANSWER = re.compile(
    rf"{BEGINS}(?: (?:je|j|y|m en|ne|pas|c est|prends|vais|arrive|pars|occupe|peux|suis|dispo"
    r"|disponible|impossible|desole|bon|bien|note|recu|merci|tout|de|suite|la|le|l|in|[a-z]*[0-9][a-z0-9]*)){1,8}"
)
ALL, TRIAL = "tout", "essai"
TAKEN = "VIGIE : c'est noté, {what} pour vous. Merci."
DECLINED = "VIGIE : c'est noté, quelqu'un d'autre est appelé pour {what}."
HELD = "VIGIE : merci, c'est noté pour {what}."
TRIED = "VIGIE : merci, l'essai est réussi."
WHICH = "VIGIE : plusieurs appels vous attendent. Répondez OK ou NON suivi de la référence : {references}. Ou OK TOUT."
UNREAD = "VIGIE : votre réponse ne se lit pas. Répondez {answers}."
NONE = "VIGIE : aucun appel en attente pour {what}."


async def answer_by_text(
    session: AsyncSession, desk: Desk, number: str, text: str, *, provider: str, external_id: str
) -> str | None:
    """What to write back; None when ``number`` is nobody's on duty, or the text is no answer to a page.

    ``external_id`` is the provider's name for the message: it acts once, and what was answered is not answered again.
    """
    words = _in_words(text)
    shape = _shape(words)
    if shape is None and not re.match(BEGINS, words):
        return None
    called = await _called(session, number)
    if shape is None:
        codes = {reference.rpartition("-")[2].lower() for _, reference in called}
        return _how_to_answer(called) if like_an_answer(words, codes) else None
    what = (shape["what"] or "").upper()
    if not called or (not what and not any(page.state in pages.ANSWERABLE for page, _ in called)):
        return None
    if await reports.keep_event(session, provider, f"duty/{external_id}", "text/plain", b"", desk.now()) is None:
        return ""
    chosen = [(page, reference) for page, reference in called if _meant(page, reference, what)]
    references = list(dict.fromkeys(reference for _, reference in chosen))
    if not chosen:
        return NONE.format(what=what)
    if not what and len(references) > 1:
        return WHICH.format(references=", ".join(reference.rpartition("-")[2] for reference in references[:6]))
    takes = shape["yes"] is not None
    refusal = await answer_all(session, desk, _one_each([page for page, _ in chosen]), takes=takes)
    return f"VIGIE : {refusal}." if refusal else _thanks(chosen[0][0], references, takes=takes)


def _in_words(text: str) -> str:
    """The text in plain words: a thumb says « ok », to what it quotes if that is one incident."""
    if liked := LIKED.match(text):
        references = set(REFERENCE.findall(liked["quoted"]))
        return f"ok {references.pop()}".lower() if len(references) == 1 else "ok"
    words = plain(text)
    return f"ok {words}".strip() if THUMBS.match(text.strip()) and not re.match(BEGINS, words) else words


def _shape(words: str) -> re.Match[str] | None:
    """An answer as it is asked for; « ok merci » names no reference."""
    shape = SHAPE.fullmatch(words)
    if shape is None or shape["what"] in (None, ALL, TRIAL) or not shape["what"].isalpha():
        return shape
    return None if LIKE_AN_ANSWER.fullmatch(words) else shape


def like_an_answer(words: str, codes: Collection[str]) -> bool:
    """Whether plain words are what people write in a hurry, around the ``codes`` they were called with or not."""
    return LIKE_AN_ANSWER.fullmatch(" ".join(word for word in words.split() if word not in codes)) is not None


def _how_to_answer(called: list[tuple[Page, str]]) -> str | None:
    """Somebody who was just called seems to answer: what to write. None when nothing waits for their answer."""
    waiting = dict.fromkeys(reference for page, reference in called if page.state in pages.ANSWERABLE and reference)
    codes = [reference.rpartition("-")[2] for reference in waiting]
    return UNREAD.format(answers=" ; ".join(f"OK {code} ou NON {code}" for code in codes[:4])) if codes else None


async def _called(session: AsyncSession, number: str) -> list[tuple[Page, str]]:
    """Pages of the persons with this number that left, with their reference, the newest first."""
    persons = select(OncallPerson.id).where(OncallPerson.phone == number)
    query = (
        select(Page, Incident)
        .outerjoin(Incident, Incident.id == Page.incident_id)
        .where(Page.person.in_(persons), Page.sent_at.is_not(None))
        .order_by(Page.id.desc())
        .limit(500)
    )
    rows = (await session.execute(query)).all()
    over = IncidentState.RESOLVED
    return [
        (page, incident.reference if incident else "")
        for page, incident in rows
        if not incident or incident.state is not over
    ]


def _meant(page: Page, reference: str, what: str) -> bool:
    if what and what not in (ALL.upper(), TRIAL.upper()):
        return reference.rpartition("-")[2] == what
    if page.state not in pages.ANSWERABLE:
        return False
    trial = page.purpose in (Purpose.TRIAL, Purpose.DRILL)
    return trial if what == TRIAL.upper() else not (what and trial)


def _one_each(found: list[Page]) -> list[Page]:
    """One page of each incident: the one that still waits, else the newest."""
    ordered = sorted(found, key=lambda page: (page.state in pages.ANSWERABLE, page.id))
    return list({(page.incident_id, page.purpose): page for page in ordered}.values())


def _thanks(page: Page, references: list[str], *, takes: bool) -> str:
    what = ", ".join(reference for reference in references if reference)
    if page.purpose in (Purpose.TRIAL, Purpose.DRILL):
        return TRIED
    if not takes:
        return DECLINED.format(what=what)
    return HELD.format(what=what) if page.purpose is Purpose.HOLD else TAKEN.format(what=what)
