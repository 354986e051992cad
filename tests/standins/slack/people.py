"""What people do in Slack, and what it makes the application hear."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from tests.standins.deliveries import Deliveries, Delivery, Reply
from tests.standins.slack import payloads, views
from tests.standins.slack.blocks import interactive
from tests.standins.slack.carriers import Carrier
from tests.standins.slack.response_urls import ResponseUrls
from tests.standins.slack.views import Triggers
from tests.standins.slack.workspace import Message, View, Workspace

RETRIES = (0.0, 60.0, 300.0)  # at once, after a minute, after five
Values = Mapping[str, Mapping[str, Any]]


def _no_retry(reply: Reply) -> bool:
    return reply.headers.get("x-slack-no-retry") == "1"


class People:
    """The hands of the workspace's people. Every act returns its `Delivery`.

    An act Slack would not allow on the screen (a button that is not there, a required field left empty) is a mistake of
    the test and fails at once. An act the application did not take within three seconds is shown to the person as a
    failure, and fails the test in the end unless ``failures_expected``.
    """

    def __init__(self, workspace: Workspace, triggers: Triggers, addresses: ResponseUrls) -> None:
        self._workspace = workspace
        self._triggers = triggers
        self._addresses = addresses
        self.carrier: Carrier | None = None
        self.deliveries = Deliveries(workspace.now, RETRIES, _no_retry)
        self.failures: list[str] = []
        self.failures_expected = False

    # On messages

    async def click(
        self, channel: str, message: Message | str, action: str, user: str, value: Any = None, *, copies: int = 1
    ) -> Delivery:
        """Press a button of a message, or choose ``value`` in one of its menus.

        ``action`` is the action_id or, for buttons, the words on it.
        """
        shown = self._workspace.channels[channel].messages[message if isinstance(message, str) else message.ts]
        assert shown.only_for in (None, user), f"{user} does not see this message"
        block, element = _element(shown.elements(), action)
        act = payloads.action(block, element, value, self._workspace.stamp())
        address = self._addresses.give(channel, user, shown)
        payload = self._acting(user) | payloads.on_message(self._workspace, shown, act, address)
        return await self._interact(f"click {action}", payload, copies)

    async def command(
        self, name: str, text: str, user: str, channel: str | None = None, *, copies: int = 1
    ) -> Delivery:
        """Type a slash command in a channel (the direct messages with the bot if none is named)."""
        place = self._workspace.channels[channel] if channel else self._workspace.direct(user)
        fields = payloads.command(self._workspace, name, text, user, place)
        fields |= {"response_url": self._addresses.give(place.id, user), "trigger_id": self._triggers.give(user)}
        delivery = await self._deliver(f"{name} {text}", "slash_commands", fields, copies=copies)
        if delivery.accepted and delivery.reply.body:
            self._addresses.say(fields["response_url"], _as_json(delivery.reply.body))
        return delivery

    # In views

    async def act(self, view: View, action: str, value: Any = None, *, copies: int = 1) -> Delivery:
        """Press a button of a modal or home tab, or choose ``value`` in one of its menus."""
        block, element = _element(_elements(view), action)
        return await self.press(view, payloads.action(block, element, value, self._workspace.stamp()), copies=copies)

    async def press(self, view: View, act: Mapping[str, Any], *, copies: int = 1) -> Delivery:
        """The same with one entry of ``actions``, for a button whose name is not its own."""
        payload = self._acting(view.user, view) | payloads.on_view(self._workspace, view, dict(act), _state(view, {}))
        return await self._interact(f"act {act['action_id']}", payload, copies)

    async def submit(self, view: View, values: Values | None = None, *, copies: int = 1) -> Delivery:
        """Fill a modal in, ``{block_id: {action_id: value}}``, and press its button; what the answer says happens."""
        assert view.open, "this modal is closed"
        state = _state(view, values or {})
        _demand(view, state)
        payload = self._acting(view.user, view) | payloads.submission(self._workspace, view, state)
        delivery = await self._interact(f"submit {view.body.get('callback_id')}", payload, copies)
        if delivery.accepted:
            self._obey(view, delivery.reply.body)
        return delivery

    async def suggest(self, view: View, action: str, query: str) -> list[dict[str, Any]]:
        """Type in a menu whose choices the application gives; returns the choices."""
        block, element = _element(_elements(view), action)
        asked = {"type": "block_suggestion", "action_id": element["action_id"], "block_id": block, "value": query}
        container = {"type": "view", "view_id": view.id}
        payload = payloads.base(self._workspace, view.user, "") | asked | {"container": container}
        del payload["trigger_id"]
        payload["view"] = payloads.on_view(self._workspace, view, {}, _state(view, {}))["view"]
        delivery = await self._interact(f"suggest {query}", payload, 1)
        return views.offered(_as_json(delivery.reply.body))

    async def close(self, view: View) -> Delivery | None:
        """Close a modal; the application hears of it only if it asked to."""
        view.open = False
        if not view.body.get("notify_on_close"):
            return None
        said = {
            "type": "view_closed",
            "view": payloads.submission(self._workspace, view, {})["view"],
            "is_cleared": False,
        }
        return await self._interact("close", self._acting(view.user) | said, 1)

    # Events

    async def write(self, channel: str, text: str, user: str, *, thread: Message | str | None = None) -> Delivery:
        """Write a message in a channel, or under another one."""
        root = thread.ts if isinstance(thread, Message) else thread
        message = Message(self._workspace.stamp(), channel, user, text, thread_ts=root)
        self._workspace.keep(message)
        return await self.event(payloads.message_event(self._workspace, message))

    async def open_home(self, user: str) -> Delivery:
        """Open the app's home tab."""
        at, direct = self._workspace.stamp(), self._workspace.direct(user).id
        inner = {"type": "app_home_opened", "user": user, "channel": direct, "tab": "home", "event_ts": at}
        home = self._workspace.homes.get(user)
        shown = {"view": payloads.submission(self._workspace, home, {})["view"]} if home else {}
        return await self.event(inner | shown)

    async def event(self, inner: Mapping[str, Any], *, copies: int = 1, id: str | None = None) -> Delivery:
        """Any event. A failed one is repeated by ``deliveries.due()`` at once, after one minute and after five."""
        name = id or f"Ev0{next(self._workspace.numbers):06d}"
        payload = payloads.event(self._workspace, dict(inner), name)
        return await self._deliver(str(inner["type"]), "events_api", payload, retried=True, copies=copies)

    async def challenge(self, words: str = "are-you-there") -> Delivery:
        """The question Slack asks when an address is set up."""
        payload = {"token": payloads.VERIFICATION_TOKEN, "challenge": words, "type": "url_verification"}
        return await self._deliver("url_verification", "events_api", payload)

    # Plumbing

    def _acting(self, user: str, view: View | None = None) -> dict[str, Any]:
        return payloads.base(self._workspace, user, self._triggers.give(user, view.id if view else None))

    async def _interact(self, label: str, payload: dict[str, Any], copies: int) -> Delivery:
        return await self._deliver(label, "interactive", payload, copies=copies)

    async def _deliver(
        self, label: str, kind: str, payload: Mapping[str, Any], *, retried: bool = False, copies: int = 1
    ) -> Delivery:
        async def send(attempt: int, failure: str | None) -> Reply:
            assert self.carrier is not None, "nobody listens: call through_http or through_socket first"
            reply = await self.carrier.carry(kind, payload, attempt, failure)
            if reply.failure is not None and kind != "events_api":
                self.failures.append(f"{label}: the person was shown a failure ({reply.failure}, {reply.status})")
            return reply

        return await self.deliveries.deliver(label, send, retried=retried, copies=copies)

    def _obey(self, view: View, body: bytes) -> None:
        """What the answer to a submission makes of the screen."""
        answer = _as_json(body) if body.strip() else {}
        what = answer.get("response_action")
        if what == "errors":
            views.show_errors(view, answer["errors"])
        elif what == "update":
            views.replace_checked(self._workspace, view, answer["view"])
        elif what == "push":
            views.push_checked(self._workspace, view, answer["view"])
        elif what == "clear":
            views.close_all(self._workspace, view.user)
        else:
            assert answer in ({}, None), f"Slack takes no such answer to a submission: {answer}"
            view.open = False


def _as_json(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return {"text": body.decode()}


def _elements(view: View) -> list[tuple[str, dict[str, Any]]]:
    return [(block["block_id"], each) for block in view.body["blocks"] for each in interactive(block)]


def _element(elements: list[tuple[str, dict[str, Any]]], action: str) -> tuple[str, dict[str, Any]]:
    found = [(block, each) for block, each in elements if action in (each["action_id"], _words(each))]
    assert found, f"no {action!r} among {[each['action_id'] for _, each in elements]}"
    assert len(found) == 1 or len({str(each) for _, each in found}) == 1, f"several elements are called {action!r}"
    return found[0]


def _words(element: dict[str, Any]) -> str | None:
    return str(element["text"]["text"]) if element["type"] == "button" else None


def _state(view: View, values: Values) -> dict[str, dict[str, Any]]:
    """``state.values``: what the person gave, else what the app put there at first."""
    state: dict[str, dict[str, Any]] = {}
    for block, element in _elements(view):
        if element["type"] in ("button", "overflow"):
            continue
        given = values.get(block, {}).get(element["action_id"], payloads.initial(element))
        state.setdefault(block, {})[element["action_id"]] = payloads.chosen(element, given)
    known = {(block, action) for block, actions in state.items() for action in actions}
    foreign = [
        (block, action) for block, actions in values.items() for action in actions if (block, action) not in known
    ]
    assert not foreign, f"{foreign} not on this screen: {sorted(known)}"
    return state


def _demand(view: View, state: dict[str, dict[str, Any]]) -> None:
    """Slack lets nobody submit a modal whose required fields are empty or too long."""
    for block in view.body["blocks"]:
        if block["type"] != "input":
            continue
        element = block["element"]
        given = next(value for name, value in state[block["block_id"]][element["action_id"]].items() if name != "type")
        assert given not in (None, "", []) or block.get("optional"), f"{block['block_id']} is required"
        if isinstance(given, str) and element["type"] == "plain_text_input":
            assert len(given) <= element.get("max_length", 3000), f"{block['block_id']} is too long"
