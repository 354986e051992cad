"""A second provider of calls and text messages: any gateway that takes a JSON body over HTTP.

The settings give its address, the value of its Authorization header and the body, in which ``{to}``, ``{text}``,
``{ref}`` and ``{callback}`` are filled in. What it posts to ``{callback}`` is read by bot/phone/gateway_door.py.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from bot.authorities import authorities
from bot.phone import words
from bot.twilio.gsm7 import fitted
from routing.domain.paging import Call, Rung
from routing.ports import AccountProblem, PermanentProblem, TemporaryProblem, UnknownOutcome

NAME = "gateway"
ANSWER_TIME = 4.0  # seconds
REFUSED, TOO_MANY, BROKEN = (401, 402, 403), 429, 500


@dataclass(frozen=True, slots=True)
class Gateway:
    """One address of a gateway. ``body`` is a JSON object whose strings hold the places to fill in."""

    url: str
    authorization: str | None
    body: str

    def filled(self, values: Mapping[str, str]) -> Any:
        """The body with its places filled in, whatever signs the values hold."""
        return _filled(json.loads(self.body), values)


def _filled(form: Any, values: Mapping[str, str]) -> Any:
    if isinstance(form, dict):
        return {key: _filled(item, values) for key, item in form.items()}
    if isinstance(form, list):
        return [_filled(item, values) for item in form]
    if isinstance(form, str):
        for name, value in values.items():
            form = form.replace(f"{{{name}}}", value)
    return form


def seal(key: str, subject: str) -> str:
    """What makes an address of ours unguessable: 128 bits of HMAC-SHA256."""
    return hmac.new(key.encode(), f"gateway:{subject}".encode(), hashlib.sha256).hexdigest()[:32]


class GatewayPager:
    """Pager on one gateway; ``say`` makes the text of a call. It is not known to tell news: nobody waits for any."""

    name = NAME

    def __init__(self, gateway: Gateway, say: Callable[[Call], str], base_url: str, key: str) -> None:
        self._gateway = gateway
        self._say = say
        self._callback = f"{base_url}/webhooks/gateway/pages"
        self._key = key

    async def ring(self, call: Call) -> Rung:
        """Hand the call over."""
        if call.phone is None:
            raise PermanentProblem("aucun numéro de téléphone")
        await self._post(call, call.phone, self._say(call))
        return Rung(f"{NAME}/{call.page}")

    async def _post(self, call: Call, number: str, text: str) -> None:
        sealed = seal(self._key, str(call.page))
        callback = f"{self._callback}?page={call.page}&seal={sealed}"
        body = self._gateway.filled({"to": number, "text": text, "ref": f"page-{call.page}", "callback": callback})
        headers = {"Authorization": self._gateway.authorization} if self._gateway.authorization else {}
        try:
            async with httpx.AsyncClient(verify=authorities(), timeout=ANSWER_TIME) as client:
                answer = await client.post(self._gateway.url, json=body, headers=headers)
        except httpx.ConnectError as error:
            raise TemporaryProblem("le second opérateur ne répond pas") from error
        except httpx.HTTPError as error:
            raise UnknownOutcome("le second opérateur ne répond pas") from error
        _sort(answer.status_code)

    async def close(self, call: Call, ref: str, said: str, *, theirs: bool) -> None:
        """A gateway's call cannot be stopped; whoever was called says no more than they wish."""


class GatewaySms(GatewayPager):
    """The same for text messages: whoever was written to reads who has it."""

    async def close(self, call: Call, ref: str, said: str, *, theirs: bool) -> None:
        """One more message, unless they took it themselves."""
        if not theirs and call.phone is not None:
            await self._post(call, call.phone, fitted(f"VIGIE {said}"))


def _sort(status: int) -> None:
    what = f"second opérateur : {status}"
    if status == TOO_MANY:
        raise TemporaryProblem(what)
    if status >= BROKEN:
        raise UnknownOutcome(what)
    if status in REFUSED:
        raise AccountProblem(what)
    if status >= 300:
        raise PermanentProblem(what)


def read_aloud(city: str) -> Callable[[Call], str]:
    """The text of a call, with its menu: a gateway that takes no keys leaves the answer to the text message."""
    return lambda call: f"{words.spoken(call, city)} {words.menu(call, room=False)}"


def to_read(call: Call) -> str:
    """The text of a message, in the alphabet of text messages."""
    return fitted(words.written(call))
