"""One connected account, and its errors sorted into ours."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import httpx
from pydantic import SecretStr
from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.http import AsyncHttpClient
from twilio.http.response import Response
from twilio.rest import Client

from bot.authorities import authorities
from routing.ports import AccountProblem, PermanentProblem, TemporaryProblem, UnknownOutcome

log = logging.getLogger(__name__)

ANSWER_TIME = 5.0  # seconds
TOO_MANY = 429
BROKEN = 500
REFUSED = (401, 402, 403)


class _Http(AsyncHttpClient):  # type: ignore[misc]  # the SDK is untyped for us
    """Carries the SDK's requests by httpx: its own client keeps no time-out and cannot be pointed elsewhere."""

    def __init__(self, base_url: str | None) -> None:
        super().__init__(log, is_async=True, timeout=ANSWER_TIME)
        self._base = urlsplit(base_url) if base_url else None

    async def request(
        self,
        method: str,
        uri: str,
        params: dict[str, object] | None = None,
        data: dict[str, object] | None = None,
        headers: dict[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        timeout: float | None = None,  # noqa: ASYNC109 (the signature the SDK calls)
        allow_redirects: bool = False,
    ) -> Response:
        """One request. Raises httpx.HTTPError."""
        if self._base is not None:
            asked = urlsplit(uri)
            uri = urlunsplit((self._base.scheme, self._base.netloc, asked.path, asked.query, ""))
        given: dict[str, Any] = {"params": params or None, "data": data, "headers": headers, "auth": auth}
        async with httpx.AsyncClient(
            verify=authorities(), timeout=timeout or ANSWER_TIME, follow_redirects=allow_redirects
        ) as client:
            answer = await client.request(method, uri, **given)
        return Response(answer.status_code, answer.text, answer.headers)


def connect(account: str, token: SecretStr, base_url: str | None) -> Client:
    """The account of that number; ``base_url`` stands for all of the provider's addresses."""
    return Client(account, token.get_secret_value(), http_client=_Http(base_url))


@contextmanager
def sorted_problems() -> Iterator[None]:
    """What the SDK raises, as permanent, temporary or unknown."""
    try:
        yield
    except TwilioRestException as error:
        what = f"Twilio {error.status}/{error.code}"
        if error.status == TOO_MANY:
            raise TemporaryProblem(what) from error
        if error.status >= BROKEN:
            raise UnknownOutcome(what) from error
        if error.status in REFUSED:
            raise AccountProblem(what) from error
        raise PermanentProblem(what) from error
    except (TwilioException, httpx.HTTPError, TimeoutError, OSError, ValueError) as error:
        raise UnknownOutcome(f"Twilio: {type(error).__name__}") from error
