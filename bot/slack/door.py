"""The two ways Slack reaches us: signed requests, or a socket we open."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager

from fastapi import APIRouter, Request, Response
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncBoltRequest

from bot.house import House
from bot.slack.app import SlackApp
from bot.slack.guard import Refused, SlackGuard

log = logging.getLogger(__name__)

BROKEN, UNHANDLED = 500, 404
REFUSALS: dict[int | str, dict[str, str]] = {
    400: {"description": "Signed, but in no shape that Slack sends"},
    401: {"description": "Without Slack's signature, or an old one"},
    413: {"description": "Larger than what Slack sends"},
}
PING = 5  # seconds between two signs of life of the socket, and before it is opened again


class SlackDoor:
    """The routes under /webhooks/slack."""

    def __init__(self, app: SlackApp, guard: SlackGuard) -> None:
        self._app = app
        self._guard = guard

    def router(self) -> APIRouter:
        """Events, interactions and commands: one door, as Slack's own SDK sees them."""
        router = APIRouter(prefix="/webhooks/slack", tags=["webhooks"])
        for path in ("/events", "/interactions", "/commands"):
            router.add_api_route(path, self.receive, methods=["POST"], response_class=Response, responses=REFUSALS)
        return router

    async def receive(self, request: Request) -> Response:
        """Refused requests get a status and nothing else."""
        body = await request.body()
        try:
            self._guard.check(request.headers, body)
        except Refused as refusal:
            return Response(status_code=refusal.status)
        asked = AsyncBoltRequest(body=body.decode("utf-8"), headers={**request.headers}, mode="http")
        answer = await self._app.bolt.async_dispatch(asked)
        if answer.status in (BROKEN, UNHANDLED):
            # Authentic, and none of our business, or in a shape that Bolt does not read: repeating it helps nobody.
            log.warning("an authentic webhook led nowhere", extra={"status": answer.status})
            return Response(status_code=200)
        return Response(answer.body, answer.status, {"content-type": _type(answer.headers)})


def _type(headers: Mapping[str, Sequence[str]]) -> str:
    return (headers.get("content-type") or ["text/plain;charset=utf-8"])[0]


class _Quiet(logging.Filter):
    """What the SDK says of its socket holds addresses with tickets and whole payloads: only that it said so is kept."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = "Slack's socket is not open: check VIGIE_SLACK_APP_TOKEN if this goes on", ()
        return record.levelno >= logging.ERROR


@asynccontextmanager
async def socket_mode(house: House, app: SlackApp) -> AsyncIterator[None]:
    """Keep a socket open while inside, if the settings hold an app token; the SDK opens it again when it falls.

    Nothing waits for it: the house works while Slack does not answer.
    """
    token = house.settings.slack_app_token
    if token is None:
        yield
        return
    handler = AsyncSocketModeHandler(
        app.bolt, token.get_secret_value(), logger=_quiet_logger(), web_client=app.bolt.client, ping_interval=PING
    )
    connecting = asyncio.create_task(handler.connect_async())  # type: ignore[no-untyped-call]
    try:
        yield
    finally:
        await handler.close_async()  # type: ignore[no-untyped-call]
        connecting.cancel()
        await asyncio.gather(connecting, return_exceptions=True)


def _quiet_logger() -> logging.Logger:
    logger = logging.getLogger("slack_bolt.socket")
    if not logger.filters:
        logger.addFilter(_Quiet())
    return logger
