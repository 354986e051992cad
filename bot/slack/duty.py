"""Pager by direct message: one message with buttons, edited when somebody has it."""

from __future__ import annotations

from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.account import sorted_problems
from bot.slack.cards import Block, escape, marked, plain
from bot.staff.card_words import MARKS
from routing.domain.paging import Call, Purpose, Rung, Subject
from routing.ports import PermanentProblem

NAME = "slack"
TAKE, DECLINE = "duty-take", "duty-decline"
EVENT = "vigie-page"
SHOWN = 10  # incidents with buttons of their own in one message
LATEST = 20
QUESTIONS = {
    Purpose.HOLD: "Vous en occupez-vous toujours ?",
    Purpose.TRIAL: "Ceci est un essai, demandé par vous. Il n'y a pas d'incident.",
    Purpose.DRILL: "Ceci est l'essai hebdomadaire de votre astreinte. Il n'y a pas d'incident.",
}


class SlackPager:
    """Writes to a person's direct messages with the bot."""

    name = NAME

    def __init__(self, client: AsyncWebClient) -> None:
        self._client = client

    async def ring(self, call: Call) -> Rung:
        """Post the message; one that may have arrived is looked for first."""
        if call.slack is None:
            raise PermanentProblem("aucun compte Slack")
        with sorted_problems():
            opened = await self._client.conversations_open(users=call.slack)
            channel = str(opened["channel"]["id"])
            if call.again and (found := await self._find(channel, call.page)):
                return Rung(reference(channel, found))
            posted = await self._client.chat_postMessage(
                channel=channel,
                text=escape(call.text),
                blocks=blocks(call),
                metadata={"event_type": EVENT, "event_payload": {"page": call.page}},
                unfurl_links=False,
                unfurl_media=False,
            )
        return Rung(reference(channel, str(posted["ts"])))

    async def _find(self, channel: str, page: int) -> str | None:
        """The ts of the message about ``page``; None where the app may not read (a page prefers a duplicate)."""
        try:
            with sorted_problems():
                return await self._look(channel, page)
        except PermanentProblem:
            return None

    async def _look(self, channel: str, page: int) -> str | None:
        latest = await self._client.conversations_history(channel=channel, limit=LATEST, include_all_metadata=True)
        for message in latest["messages"]:
            metadata = message.get("metadata") or {}
            if metadata.get("event_type") == EVENT and metadata["event_payload"].get("page") == page:
                return str(message["ts"])
        return None

    async def close(self, call: Call, ref: str, said: str, *, theirs: bool) -> None:
        """The message says who has it; what else it was about keeps its buttons."""
        _, channel, ts = ref.split("/")
        said = (
            f"✅ {said.partition(' : ')[0]} : à vous. Merci." if theirs and call.purpose is Purpose.INCIDENT else said
        )
        left = blocks(call) if call.subjects else []
        with sorted_problems():
            await self._client.chat_update(
                channel=channel,
                ts=ts,
                text=escape(said),
                blocks=[{"type": "section", "text": plain(said)}, *left],
            )


def reference(channel: str, ts: str) -> str:
    """A direct message as pages know it."""
    return f"{NAME}/{channel}/{ts}"


def blocks(call: Call) -> list[Block]:
    """What it is about, with buttons for each incident."""
    if not call.subjects:
        return [{"type": "section", "text": plain(QUESTIONS.get(call.purpose, call.text))}, _buttons(call.page, call)]
    found: list[Block] = []
    for subject in call.subjects[:SHOWN]:
        found += [{"type": "section", "text": marked(_line(subject, call))}, _buttons(subject.page, call)]
    rest = len(call.subjects) - SHOWN
    return (
        [*found, {"type": "context", "elements": [plain(f"Et {rest} de plus, dans la salle.")]}] if rest > 0 else found
    )


def _line(subject: Subject, call: Call) -> str:
    head = f"{MARKS[subject.severity]} *{escape(subject.title)}*\n{escape(subject.place)} · {subject.reference}"
    return f"{head}\n{QUESTIONS[call.purpose]}" if call.purpose in QUESTIONS else head


def _buttons(page: int, call: Call) -> Block:
    take, decline = ("Je prends", "Je ne peux pas") if call.purpose is Purpose.INCIDENT else ("Oui", "Non")
    elements: list[dict[str, Any]] = [
        {"type": "button", "action_id": TAKE, "value": str(page), "style": "primary", "text": plain(take, 75)},
        {"type": "button", "action_id": DECLINE, "value": str(page), "text": plain(decline, 75)},
    ]
    return {"type": "actions", "block_id": f"page-{page}", "elements": elements}
