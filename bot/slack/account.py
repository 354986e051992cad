"""One connected workspace, and its errors sorted into ours. Source of the codes: https://docs.slack.dev/reference/methods."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import aiohttp
from pydantic import SecretStr
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_client import AsyncWebClient

from routing.ports import Gone, PermanentProblem, TemporaryProblem, UnknownOutcome

ANSWER_TIME = 5  # seconds
TOO_MANY = 429
BROKEN = 500
LATER = frozenset({"ratelimited", "rate_limited", "message_limit_exceeded"})
UNSURE = frozenset({"fatal_error", "internal_error", "request_timeout", "service_unavailable"})
GONE = frozenset(
    {"message_not_found", "cant_update_message", "edit_window_closed", "thread_not_found", "cannot_reply_to_message"}
)


def connect(token: SecretStr, base_url: str) -> AsyncWebClient:
    """The workspace of that token."""
    # The SDK's own retries would post twice what was posted once already: ours ask first.
    return AsyncWebClient(token.get_secret_value(), base_url=base_url, timeout=ANSWER_TIME, retry_handlers=[])


@contextmanager
def sorted_problems() -> Iterator[None]:
    """What the SDK raises, as permanent, temporary or unknown."""
    try:
        yield
    except SlackApiError as error:
        raise _sorted(error) from error
    except aiohttp.ClientConnectorError as error:
        raise TemporaryProblem("Slack ne répond pas") from error
    except (SlackClientError, aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
        raise UnknownOutcome(f"Slack: {type(error).__name__}") from error


def _sorted(error: SlackApiError) -> Exception:
    answer = error.response
    status = getattr(answer, "status_code", 200)
    headers = {str(name).lower(): value for name, value in (getattr(answer, "headers", None) or {}).items()}
    code = code_of(error)
    if status == TOO_MANY or code in LATER:
        given = str(headers.get("retry-after", ""))
        return TemporaryProblem(f"Slack: {code}", float(given) if given.isdigit() else None)
    if status >= BROKEN or code in UNSURE or not code:  # without a code it was no answer of the Web API
        return UnknownOutcome(f"Slack {status}")
    return Gone(f"Slack: {code}") if code in GONE else PermanentProblem(f"Slack: {code}")


def code_of(error: SlackApiError) -> str:
    """Slack's word for what went wrong, "" when its answer was no answer of the Web API."""
    answer = getattr(error.response, "data", error.response)
    return str(answer.get("error", "")) if isinstance(answer, dict) else ""
