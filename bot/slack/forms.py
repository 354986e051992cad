"""Modals that are sent, and the search inside one of them."""

from __future__ import annotations

from typing import Any

from slack_bolt.async_app import AsyncAck

from bot.slack import screens
from bot.slack.gestures import Gesture, Hands
from bot.slack.screens import Subject
from bot.staff import find_procedures, verbs
from bot.staff.afterwards import Afterwards
from bot.staff.verbs import Verb
from routing.domain.procedure import Catalogue
from routing.service.reclassify import NONE_FITS

Body = dict[str, Any]

LISTED = 50  # search results; Slack takes a hundred
CHOOSE = "Choisissez une procédure, ou « aucune »."


class Forms:
    """Done within two seconds, the outcome stands in the modal; later, it is whispered."""

    def __init__(self, hands: Hands, catalogue: Catalogue, after: Afterwards) -> None:
        self._hands = hands
        self._catalogue = catalogue
        self._after = after

    async def on_submit(self, ack: AsyncAck, body: Body) -> None:
        """Do what the modal says; a refusal is shown under the field it is about."""
        view = body["view"]
        verb, field = _chosen(view["callback_id"], view["state"]["values"])
        if verb is None:
            await ack(response_action="errors", errors={field: CHOOSE})
            return
        # Sent twice by Slack or by an impatient hand, the same screen acts once.
        gesture = Gesture.of(body, Subject.of(view), f"{view['id']}/{view['hash']}")
        task = self._after.start(self._hands.do(gesture, verb))
        if not await self._after.within(task):
            await ack()
            self._after.start(self._hands.tell(gesture, task))
        elif refusal := task.result():
            await ack(response_action="errors", errors={field: refusal})
        else:
            await ack()

    async def on_search(self, ack: AsyncAck, body: Body) -> None:
        """Procedures that hold the words typed."""
        found = find_procedures(self._catalogue, str(body.get("value", "")), LISTED)
        await ack(options=screens.options((item.id, item.title) for item in found))


def _chosen(action: str, values: Body) -> tuple[Verb | None, str]:
    """The verb of a submitted modal (None when nothing was chosen), and the block errors are shown at."""
    if action == "reclasser":
        likely, found = values["likely"]["choix"], values["search"]["recherche"]
        choice = found.get("selected_option") or likely.get("selected_option")
        return (verbs.other(choice["value"] if choice else NONE_FITS) if choice else None), "search"
    if action == "resoudre":
        return verbs.end(values["motif"]["choix"]["selected_option"]["value"]), "motif"
    field = "question" if action == "demander" else "motif"
    words = values[field]["texte"].get("value") or ""
    makers = {"demander": verbs.question, "astreinte": verbs.duty, "rouvrir": verbs.again}
    return makers[action](words), field
