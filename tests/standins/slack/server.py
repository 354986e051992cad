"""The Slack stand-in itself: Web API, response addresses, and the doors through which people act."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Mapping
from typing import Any

import httpx
from starlette.types import Receive, Scope, Send

from tests.standins import faults
from tests.standins.faults import Fault
from tests.standins.rates import Limit
from tests.standins.serving import Clock, StandIn
from tests.standins.slack import chat, conversations, views
from tests.standins.slack.arguments import checked, raw_arguments
from tests.standins.slack.carriers import HttpCarrier
from tests.standins.slack.errors import MISTAKES, Refused
from tests.standins.slack.methods import METHODS, PER_CHANNEL, READS, Method
from tests.standins.slack.people import People
from tests.standins.slack.response_urls import PREFIX, ResponseUrls, said_in
from tests.standins.slack.sockets import Sockets
from tests.standins.slack.workspace import Workspace
from tests.standins.wire import Answer, Asked, Call

Handler = Callable[[Workspace, dict[str, Any]], dict[str, Any]]
HANDLERS: dict[str, Handler] = {
    "chat.postMessage": chat.post_message,
    "chat.postEphemeral": chat.post_ephemeral,
    "chat.update": chat.update,
    "chat.delete": chat.delete,
    "chat.getPermalink": chat.permalink,
    "conversations.history": conversations.history,
    "conversations.replies": conversations.replies,
    "conversations.info": conversations.info,
    "conversations.members": conversations.members,
    "conversations.open": conversations.open_direct,
    "users.info": conversations.user_info,
    "usergroups.users.list": conversations.group_users,
    "usergroups.list": conversations.groups,
    "views.update": views.update,
    "views.publish": views.publish,
}
API = "/api/"
PATIENCE = 3.0  # seconds Slack waits for an answer or an acknowledgement


class SlackStandIn(StandIn):
    """Slack for one workspace with one app. ``url`` is the base address for the SDK's clients.

    ``workspace`` is the state, which tests fill and read; refusals that show a mistake of the client fail the test in
    `check` unless it said `expect`. ``patience`` is in real seconds: how quick the answers are is for the benchmarks to
    show, and stories, which a busy machine must not fail, give more of it.
    """

    name = "slack"
    quiet = READS

    def __init__(self, clock: Clock, *, port: int = 0, patience: float = PATIENCE) -> None:
        super().__init__(clock, port=port)
        self.workspace = Workspace(self.now)
        self.triggers = views.Triggers(self.workspace)
        self.response_urls = ResponseUrls(self.workspace, lambda: self.response_origin or self.origin)
        self.response_origin: str | None = None  # to see an application refuse addresses that are not Slack's
        self.people = People(self.workspace, self.triggers, self.response_urls)
        self.sockets = Sockets(self.workspace, patience)
        self._patience = patience
        self.limits_off = False
        self._expected: set[str] = set()
        self._mistakes: list[tuple[str, str]] = []

    @property
    def url(self) -> str:
        """Where the SDK's clients are pointed: ``…/api/``."""
        return f"{self.origin}{API}"

    def through_http(self, client: httpx.AsyncClient, paths: Mapping[str, str] | None = None) -> People:
        """People's acts reach the application as signed requests. Paths of events_api, interactive, slash_commands."""
        self.people.carrier = HttpCarrier(
            client, lambda: self.workspace.signing_secret, self.now, paths or {}, patience=self._patience
        )
        return self.people

    def through_socket(self) -> People:
        """People's acts reach the application through the sockets it opened."""
        self.workspace.socket_mode = True
        self.people.carrier = self.sockets
        return self.people

    def expect(self, *errors: str) -> None:
        """The test provokes these refusals on purpose."""
        self._expected.update(errors)

    def refuse(self, method: str, error: str, *, times: int = 1, **where: Any) -> None:
        """Answer HTTP 200 and ``ok: false`` with this error, without doing anything."""
        self.faults.add(self.failing(error), method, times=times, **where)

    @staticmethod
    def failing(error: str, *, committed: bool = False) -> Fault:
        """The fault of an answer ``ok: false``."""
        return faults.answers(Answer.of_json({"ok": False, "error": error}), committed=committed)

    # One call

    def read(self, asked: Asked) -> Call:
        """The method, its arguments in their types, or Slack's refusal."""
        if asked.path.startswith(PREFIX):
            return self._read_response(asked)
        name = asked.path.removeprefix(API)
        method = METHODS.get(name)
        arguments: dict[str, Any] = {}
        try:
            if not asked.path.startswith(API) or asked.method not in ("GET", "POST") or method is None:
                raise Refused("unknown_method", req_method=name)
            raw = raw_arguments(asked, method)
            arguments = {each: value for each, value in raw.items() if each != "token"}
            self._admit(method, asked, raw)
            return Call(name, checked(method, raw), asked)
        except Refused as refusal:
            return Call(name, arguments, asked, self._no(name, refusal))

    def _read_response(self, asked: Asked) -> Call:
        try:
            return Call("response_url", said_in(asked.body), asked)
        except Refused as refusal:
            return Call("response_url", {}, asked, Answer.of_json(refusal.body(), 400))

    async def answer(self, call: Call) -> Answer:
        """Carry out one call."""
        if call.name == "response_url":
            return self.response_urls.answer(call)
        try:
            self._allow(METHODS[call.name], call.arguments)
            body = self._handle(call.name, dict(call.arguments))
        except Refused as refusal:
            return self._no(call.name, refusal)
        return Answer.of_json({"ok": True, **body}, headers=self._headers())

    def _handle(self, name: str, arguments: dict[str, Any]) -> dict[str, Any]:
        if name in HANDLERS:
            return HANDLERS[name](self.workspace, arguments)
        if name == "views.open":
            return views.open_view(self.workspace, self.triggers, arguments)
        if name == "views.push":
            return views.push(self.workspace, self.triggers, arguments)
        return self._who() if name == "auth.test" else self._connect()

    def _who(self) -> dict[str, Any]:
        space = self.workspace
        return {
            "url": f"https://{space.team_domain}.slack.com/",
            "team": "Dijon",
            "user": "vigie",
            "team_id": space.team_id,
            "user_id": space.bot_user,
            "bot_id": space.bot_id,
            "is_enterprise_install": False,
        }

    def _connect(self) -> dict[str, Any]:
        if not self.workspace.socket_mode:
            raise Refused("forbidden_team")
        return {"url": self.sockets.ticket(self.origin)}

    async def socket(self, scope: Scope, receive: Receive, send: Send) -> None:
        """A Socket Mode connection."""
        await self.sockets.serve(scope, receive, send)

    # Who may

    def _admit(self, method: Method, asked: Asked, raw: dict[str, Any]) -> None:
        header = asked.headers.get("authorization", "")
        token = header.removeprefix("Bearer ").strip() if header.startswith("Bearer ") else str(raw.get("token", ""))
        wanted, other = self.workspace.bot_token, self.workspace.app_token
        if method.app_token:
            wanted, other = other, wanted
        if not token:
            raise Refused("not_authed")
        if hmac.compare_digest(token.encode(), other.encode()):
            raise Refused("not_allowed_token_type")
        if not hmac.compare_digest(token.encode(), wanted.encode()):
            raise Refused("invalid_auth")

    def _allow(self, method: Method, arguments: Any) -> None:
        needed = method.scopes
        channel = self.workspace.channels.get(str(arguments.get("channel")))
        if method.by_kind and channel is not None:
            needed = tuple(scope for scope in needed if scope.startswith(f"{channel.kind}:"))
        if needed and not self.workspace.scopes.intersection(needed):
            provided = ",".join(sorted(self.workspace.scopes))
            raise Refused("missing_scope", needed=",".join(needed), provided=provided)

    def _headers(self) -> dict[str, str]:
        return {"x-oauth-scopes": ",".join(sorted(self.workspace.scopes)), "x-slack-req-id": "stand-in"}

    def _no(self, name: str, refusal: Refused) -> Answer:
        if refusal.error in MISTAKES:
            self._mistakes.append((refusal.error, f"{name} was refused: {refusal.body()}"))
        return Answer.of_json(refusal.body(), headers=self._headers())

    # Rates, and the end of the test

    def limits(self, call: Call) -> dict[str, Limit]:
        """Per method; a message counts on its channel first."""
        if self.limits_off or call.name == "response_url":
            return {}
        found: dict[str, Limit] = {}
        if call.name == "chat.postMessage":
            found[f"chat.postMessage {call.arguments['channel']}"] = PER_CHANNEL
        return found | {call.name: METHODS[call.name].limit}

    def limited(self, call: Call, retry_after: float | None) -> Answer:
        """429 as Slack says it."""
        headers = {} if retry_after is None else {"retry-after": str(max(1, round(retry_after + 0.499)))}
        return Answer.of_json({"ok": False, "error": "ratelimited"}, 429, headers)

    def mistakes(self) -> list[str]:
        """Calls and acknowledgements that no correct client would send."""
        refused = [words for error, words in self._mistakes if error not in self._expected]
        return refused + self.sockets.mistakes

    def unexpected(self) -> list[str]:
        """Mistakes of the client, and what reached people without the test looking at it."""
        failures = [] if self.people.failures_expected else self.people.failures
        return self.mistakes() + failures + self.workspace.unseen()
