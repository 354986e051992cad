"""Only what Twilio signed comes in. Source: https://www.twilio.com/docs/usage/security (request validation)."""

from __future__ import annotations

import hashlib
import hmac
import logging
import re
from collections.abc import Mapping
from urllib.parse import parse_qsl

from fastapi import Request, WebSocket
from starlette.datastructures import FormData, ImmutableMultiDict
from starlette.requests import HTTPConnection
from twilio.request_validator import RequestValidator

log = logging.getLogger(__name__)

FIELDS = 200
SOURCE = "twilio"  # whose MediaSource fetches what came with a message or a call
FORM = "application/x-www-form-urlencoded"


REFUSALS: dict[int | str, dict[str, str]] = {
    403: {"description": "Without Twilio's signature"},
    415: {"description": "Not a form"},
}


class Refused(Exception):
    """The request is answered with ``status`` and nothing else."""

    def __init__(self, status: int) -> None:
        super().__init__(str(status))
        self.status = status


class TwilioGuard:
    """Checks signatures against the configured public address, never against what the request says of itself."""

    def __init__(self, auth_token: str, base_url: str) -> None:
        self._validator = RequestValidator(auth_token)
        self._key = auth_token.encode()
        self._base_url = base_url

    async def form(self, request: Request) -> Mapping[str, str]:
        """The signed fields of a webhook, the first value of each. Raises Refused (403, 415)."""
        if request.headers.get("content-type", "").partition(";")[0].strip().lower() != FORM:
            raise Refused(415)
        fields = _fields(await request.body())
        if not self._signed(request, fields):
            log.warning("a webhook without Twilio's signature was refused")
            raise Refused(403)
        return {name: str(fields.getlist(name)[0]) for name in fields}

    def shook_hands(self, socket: WebSocket) -> bool:
        """Whether a WebSocket's handshake is Twilio's: the address is signed as wss://…"""
        return self._signed(socket, FormData(), "ws" + self._base_url.removeprefix("http"))

    def ticket(self, sid: str, turn: int) -> str:
        """What binds a stream to one turn of one call; it travels in documents that only signed requests are given."""
        return hmac.new(self._key, f"media {sid} {turn}".encode(), hashlib.sha256).hexdigest()

    def admits(self, ticket: str, sid: str, turn: int) -> bool:
        """Whether a ticket is ours, for that turn of that call."""
        return hmac.compare_digest(ticket.encode(), self.ticket(sid, turn).encode())

    def _signed(self, request: HTTPConnection, fields: FormData, base_url: str | None = None) -> bool:
        query = request.scope.get("query_string", b"").decode("latin-1")
        path = request.scope.get("raw_path", request.url.path.encode()).decode("latin-1").partition("?")[0]
        address = f"{base_url or self._base_url}{path}" + (f"?{query}" if query else "")
        try:
            return bool(self._validator.validate(address, fields, request.headers.get("x-twilio-signature", "")))
        except Exception:  # noqa: BLE001 (the validator raises many things on garbage; garbage is not signed)
            return False


def _fields(body: bytes) -> FormData:
    """Every field as sent, blank ones too; bytes that are not ASCII are read as UTF-8."""
    text = re.sub(rb"[\x80-\xff]", lambda byte: b"%%%02X" % byte[0][0], body).decode("ascii")
    try:
        pairs = parse_qsl(text, keep_blank_values=True, encoding="utf-8", errors="replace", max_num_fields=FIELDS)
    except ValueError as error:
        raise Refused(403) from error
    return FormData(ImmutableMultiDict(pairs))
