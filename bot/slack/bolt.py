"""The SDK's application, told what it may do by itself: next to nothing."""

from __future__ import annotations

import logging
from typing import Any

from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.response import BoltResponse
from slack_sdk.web.async_client import AsyncWebClient

from bot.house import DatabaseAway

log = logging.getLogger(__name__)

AGAIN = 503


def make_bolt(client: AsyncWebClient) -> AsyncApp:
    """An application without listeners yet."""
    logger = logging.getLogger("slack_bolt")
    logger.setLevel(logging.ERROR)  # its warnings repeat bodies

    async def authorize(enterprise_id: str | None = None, team_id: str | None = None, **_: Any) -> AuthorizeResult:
        # One workspace, one token: asking Slack at each start who we are would make its silence ours.
        return AuthorizeResult(enterprise_id=enterprise_id, team_id=team_id, bot_token=client.token)

    app = AsyncApp(
        name="vigie",  # else the SDK reads the sources of every caller to find one
        logger=logger,
        authorize=authorize,
        client=AsyncWebClient(base_url=client.base_url, timeout=client.timeout, retry_handlers=[]),
        process_before_response=True,
        request_verification_enabled=False,  # the guard before it has verified the raw bytes
        ssl_check_enabled=False,
    )
    app.error(_failed)
    return app


async def _failed(error: Exception) -> BoltResponse:
    """Only what a later try may mend is answered with a failure: Slack then repeats the event."""
    if isinstance(error, DatabaseAway):
        return BoltResponse(status=AGAIN)
    log.error("a listener failed", exc_info=error)
    return BoltResponse(status=200)
