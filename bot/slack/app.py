"""Bolt's side: which gesture leads where. Slack is answered first, within its three seconds; then the work is done."""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import Coroutine
from typing import Any, TypeVar

from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.response import BoltResponse
from slack_sdk.web.async_client import AsyncWebClient
from sqlalchemy.ext.asyncio import AsyncSession

from bot.house import DatabaseAway, House
from bot.slack import gestures, screens
from bot.slack.account import sorted_problems
from bot.slack.cards import escape
from bot.slack.gestures import AWAY, SCHEME, Gesture, Hands, Verb
from bot.slack.people import People
from bot.slack.screens import Subject
from bot.slack.threads import Threads
from bot.staff import Asked, agent_of, answer, find_procedures, incidents_of, parse, shifts_of
from routing.errors import RoutingError
from routing.ports import DeliveryProblem
from routing.service.reclassify import NONE_FITS

log = logging.getLogger(__name__)

Body = dict[str, Any]
Result = TypeVar("Result")

PATIENCE = 2.0  # seconds of Slack's three that a submission may wait for its outcome
LONGEST_ANSWER = 3900
COMMAND = "/vigie"
AGAIN = 503
WAIT = "Un instant, la réponse arrive ici."
EXPIRED = "L'écran n'a pas pu s'ouvrir : réessayez."


class SlackApp:
    """The listeners, and what still runs after Slack was answered."""

    def __init__(self, house: House, client: AsyncWebClient) -> None:
        self._house = house
        self._client = client
        self._people = People(client, house.clock.now)
        self._hands = Hands(house, client, self._people)
        self._threads = Threads(house, self._people)
        self._running: set[asyncio.Task[Any]] = set()
        self.bolt = _bolt(client)
        self._listen()

    def _listen(self) -> None:
        bolt = self.bolt
        bolt.action("prendre")(self.on_take)
        bolt.action("etapes")(self.on_screen)
        for action in ("resoudre", "reclasser", "demander", "astreinte", "rouvrir"):
            bolt.action(action)(self.on_screen)
            bolt.view(action)(self.on_submit)
        bolt.action("cocher")(self.on_tick)
        bolt.options("recherche")(self.on_search)
        bolt.command(COMMAND)(self.on_command)
        bolt.event("app_home_opened")(self.on_home)
        bolt.event("message")(self.on_message)
        bolt.error(_failed)

    # Buttons

    async def on_take(self, ack: AsyncAck, body: Body) -> None:
        """One click, one owner."""
        await ack()
        self._spawn(self._do(_on_card(body), gestures.take()))

    async def on_screen(self, ack: AsyncAck, body: Body) -> None:
        """Open the modal that belongs to the button."""
        await ack()
        self._spawn(self._open(body["actions"][0]["action_id"], body["trigger_id"], _on_card(body)))

    async def _open(self, action: str, trigger: str, gesture: Gesture) -> None:
        try:
            view = await self._view(action, gesture.subject)
        except (RoutingError, DatabaseAway) as problem:
            view = screens.notice(AWAY if isinstance(problem, DatabaseAway) else str(problem))
        try:
            with sorted_problems():
                await self._client.views_open(trigger_id=trigger, view=view)
        except DeliveryProblem as problem:
            log.warning("a screen did not open", extra={"screen": action, "problem": str(problem)})
            await self._hands.whisper(gesture.subject.channel, gesture.user, EXPIRED)

    async def _view(self, action: str, subject: Subject) -> Body:
        if action == "etapes":
            return screens.steps(subject, await self._hands.card(subject))
        if action == "reclasser":
            return screens.other_procedure(subject, (await self._hands.card(subject)).guesses)
        makers = {
            "resoudre": screens.end,
            "demander": screens.question,
            "astreinte": screens.duty,
            "rouvrir": screens.again,
        }
        return makers[action](subject)

    async def on_tick(self, ack: AsyncAck, body: Body) -> None:
        """A line of a checklist; the screen is redrawn."""
        await ack()
        subject, act = Subject.of(body["view"]), body["actions"][0]
        gesture = _gesture(body, subject, f"{body['view']['id']}/{act['block_id']}/{act['action_ts']}")
        self._spawn(self._tick(gesture, act["value"], body["view"]["id"]))

    async def _tick(self, gesture: Gesture, value: str, view: str) -> None:
        if refusal := await self._hands.do(gesture, gestures.check_off(value)):
            await self._hands.whisper(gesture.subject.channel, gesture.user, refusal)
        try:
            redrawn = screens.steps(gesture.subject, await self._hands.card(gesture.subject))
            with sorted_problems():
                await self._client.views_update(view_id=view, view=redrawn)
        except (DeliveryProblem, RoutingError, DatabaseAway) as problem:
            log.warning("a screen was not redrawn", extra={"problem": str(problem)})

    # Modals

    async def on_submit(self, ack: AsyncAck, body: Body) -> None:
        """Done within two seconds, the outcome stands in the modal; later, it is whispered."""
        view = body["view"]
        values = view["state"]["values"]
        verb, field = _chosen(view["callback_id"], values)
        if verb is None:
            await ack(response_action="errors", errors={field: "Choisissez une procédure, ou « aucune »."})
            return
        # Sent twice by Slack or by an impatient hand, the same screen acts once.
        gesture = _gesture(body, Subject.of(view), f"{view['id']}/{view['hash']}")
        task = self._spawn(self._hands.do(gesture, verb))
        if not await _within(task):
            await ack()
            self._spawn(self._tell_later(gesture, task))
        elif refusal := task.result():
            await ack(response_action="errors", errors={field: refusal})
        else:
            await ack()

    async def _tell_later(self, gesture: Gesture, task: asyncio.Task[str | None]) -> None:
        if refusal := await task:
            await self._hands.whisper(gesture.subject.channel, gesture.user, refusal)

    async def on_search(self, ack: AsyncAck, body: Body) -> None:
        """Procedures that hold the words typed."""
        found = find_procedures(self._house.desk.catalogue, str(body.get("value", "")))
        await ack(options=screens.options((item.id, item.title) for item in found))

    # Words

    async def on_command(self, ack: AsyncAck, body: Body) -> None:
        """/vigie: answered to the person alone."""
        task = self._spawn(self._answer(body))
        if await _within(task):
            await ack(task.result())
        else:
            await ack(WAIT)
            self._spawn(self._answer_later(body, task))

    async def _answer(self, body: Body) -> str:
        verb, rest = parse(str(body.get("text") or ""))
        asked = Asked(verb, rest, SCHEME, f"command/{_digest(body['trigger_id'])}", f"{COMMAND} ")
        shown = await self._people.name(body["user_id"], str(body.get("user_name") or ""))

        async def work(session: AsyncSession) -> str:
            agent = await agent_of(session, shown, slack=body["user_id"])
            return await answer(session, self._house.desk, agent, asked)

        try:
            words = await self._house.run(work)
        except RoutingError as refusal:
            words = str(refusal)
        except DatabaseAway:
            words = AWAY
        return escape(words)[:LONGEST_ANSWER]

    async def _answer_later(self, body: Body, task: asyncio.Task[str]) -> None:
        await self._hands.whisper(body["channel_id"], body["user_id"], await task)

    async def on_message(self, event: Body, body: Body) -> None:
        """A reply in a card's thread; kept before Slack is answered, so that a failure makes Slack repeat it."""
        await self._threads.hear(event, str(body.get("event_id", "")))

    async def on_home(self, event: Body) -> None:
        """The home tab, drawn anew each time it is opened."""
        if event.get("tab", "home") == "home":
            self._spawn(self._publish(event["user"]))

    async def _publish(self, user: str) -> None:
        shown, desk = await self._people.name(user), self._house.desk

        async def work(session: AsyncSession) -> Body:
            agent = await agent_of(session, shown, slack=user)
            mine = await incidents_of(session, desk, agent.name, agent.person)
            shifts = await shifts_of(session, desk, agent.person)
            return screens.home(agent.name, mine, shifts, desk.now(), desk.zone)

        try:
            view = await self._house.run(work)
            with sorted_problems():
                await self._client.views_publish(user_id=user, view=view)
        except (DeliveryProblem, DatabaseAway) as problem:
            log.warning("a home tab was not drawn", extra={"problem": str(problem)})

    # Work that goes on after the answer

    async def _do(self, gesture: Gesture, verb: Verb) -> None:
        if refusal := await self._hands.do(gesture, verb):
            await self._hands.whisper(gesture.subject.channel, gesture.user, refusal)

    def _spawn(self, work: Coroutine[Any, Any, Result]) -> asyncio.Task[Result]:
        task = asyncio.create_task(work)
        self._running.add(task)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._running.discard(task)
        if not task.cancelled() and (error := task.exception()):
            log.error("a gesture failed", exc_info=error)

    async def rest(self) -> None:
        """Until nothing runs any more."""
        while self._running:
            await asyncio.gather(*self._running, return_exceptions=True)


def _bolt(client: AsyncWebClient) -> AsyncApp:
    logger = logging.getLogger("slack_bolt")
    logger.setLevel(logging.ERROR)  # its warnings repeat bodies

    async def authorize(enterprise_id: str | None = None, team_id: str | None = None, **_: Any) -> AuthorizeResult:
        # One workspace, one token: asking Slack at each start who we are would make its silence ours.
        return AuthorizeResult(enterprise_id=enterprise_id, team_id=team_id, bot_token=client.token)

    return AsyncApp(
        logger=logger,
        authorize=authorize,
        client=AsyncWebClient(base_url=client.base_url, timeout=client.timeout, retry_handlers=[]),
        process_before_response=True,
        request_verification_enabled=False,  # the guard before it has verified the raw bytes
        ssl_check_enabled=False,
    )


async def _failed(error: Exception) -> BoltResponse:
    """Only what a later try may mend is answered with a failure: Slack then repeats the event."""
    if isinstance(error, DatabaseAway):
        return BoltResponse(status=AGAIN)
    log.error("a listener failed", exc_info=error)
    return BoltResponse(status=200)


def _on_card(body: Body) -> Gesture:
    """A button of a card."""
    act, container = body["actions"][0], body["container"]
    subject = Subject(str(act.get("value", "")), container["channel_id"])
    key = f"{container['channel_id']}/{container['message_ts']}/{act['action_id']}/{act['action_ts']}"
    return _gesture(body, subject, key)


def _gesture(body: Body, subject: Subject, key: str) -> Gesture:
    user = body["user"]
    return Gesture(user["id"], subject, f"{user['id']}/{key}", str(user.get("name") or user.get("username") or ""))


def _chosen(action: str, values: Body) -> tuple[Verb | None, str]:
    """The verb of a submitted modal (None when nothing was chosen), and the block errors are shown at."""
    if action == "reclasser":
        likely, found = values["likely"]["choix"], values["search"]["recherche"]
        choice = found.get("selected_option") or likely.get("selected_option")
        return (gestures.other(choice["value"] if choice else NONE_FITS) if choice else None), "search"
    if action == "resoudre":
        return gestures.end(values["motif"]["choix"]["selected_option"]["value"]), "motif"
    field = "question" if action == "demander" else "motif"
    words = values[field]["texte"].get("value") or ""
    makers = {"demander": gestures.question, "astreinte": gestures.duty, "rouvrir": gestures.again}
    return makers[action](words), field


def _digest(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()[:32]


async def _within(task: asyncio.Task[Any]) -> bool:
    done, _ = await asyncio.wait({task}, timeout=PATIENCE)
    return bool(done)
