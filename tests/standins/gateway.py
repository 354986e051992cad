"""A second provider of calls and text messages: takes JSON with the right Authorization, keeps it, posts back."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlsplit

from tests.city import City
from tests.standins.rates import Limit
from tests.standins.serving import Clock, StandIn
from tests.standins.wire import Answer, Asked, Call

AUTHORIZATION = "Bearer of-the-gateway"
FIELDS = {"recipients", "message", "id", "notify"}
BODY = '{"recipients": ["{to}"], "message": "{text}", "id": "{ref}", "notify": "{callback}"}'


class GatewayStandIn(StandIn):
    """``/calls`` and ``/texts``. What nobody looked at fails the test."""

    name = "gateway"

    def __init__(self, clock: Clock, *, port: int = 0) -> None:
        super().__init__(clock, port=port)
        self.taken: list[tuple[str, dict[str, Any]]] = []
        self._looked_at = 0

    def settings(self) -> dict[str, Any]:
        """Settings of a city that has this gateway beside its account."""
        given: dict[str, Any] = {}
        for kind, path in (("sms", "texts"), ("voice", "calls")):
            given[f"{kind}_gateway_url"] = f"{self.origin}/{path}"
            given[f"{kind}_gateway_authorization"] = AUTHORIZATION
            given[f"{kind}_gateway_body"] = BODY
        return given

    def to(self, number: str, kind: str) -> list[dict[str, Any]]:
        """What it took for a number, oldest first."""
        self._looked_at = len(self.taken)
        return [body for path, body in self.taken if path == f"/{kind}" and body["recipients"] == [number]]

    async def post_back(self, city: City, body: dict[str, Any], **fields: str) -> int:
        """Tell something about what it took; returns the status of the answer."""
        address = urlsplit(body["notify"])
        answer = await city.web.post(f"{address.path}?{address.query}", json=fields)
        await city.settle()
        return answer.status_code

    def read(self, asked: Asked) -> Call:
        """The right secret, and no field too many."""
        given = json.loads(asked.body) if asked.body else {}
        if asked.headers.get("authorization") != AUTHORIZATION:
            return Call("?", {}, asked, Answer(401))
        if set(given) != FIELDS or asked.path not in ("/calls", "/texts"):
            return Call("?", given, asked, Answer(400))
        return Call(asked.path.strip("/"), given, asked)

    async def answer(self, call: Call) -> Answer:
        """Taken."""
        self.taken.append((call.asked.path, dict(call.arguments)))
        return Answer.of_json({"accepted": True}, 202)

    def limits(self, call: Call) -> dict[str, Limit]:
        """None."""
        return {}

    def limited(self, call: Call, retry_after: float | None) -> Answer:
        """Too many."""
        return Answer(429)

    def unexpected(self) -> list[str]:
        """What nobody looked at."""
        return [f"{path}: {body['message']}" for path, body in self.taken[self._looked_at :]]
