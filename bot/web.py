"""The FastAPI application: the API, the citizen's pages, the room's screen, health."""

from __future__ import annotations

import asyncio
import signal
import socket
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from functools import partial
from pathlib import Path
from types import FrameType
from typing import Any

import structlog
import uvicorn
from fastapi import FastAPI, Request, Response
from fastapi.responses import RedirectResponse
from starlette.datastructures import MutableHeaders
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot import health, providers
from bot.api import contact, doors, incidents, oncall, reports
from bot.console import access, demo, duty, feeds, mutes, reach, routes
from bot.console.access import SignInNeeded
from bot.console.live import LiveFeed
from bot.house import DatabaseAway, House
from bot.observability import REQUEST_SECONDS
from bot.practice import practise
from intake.channels.web_form import PublicPages
from routing.catalogue import loader
from routing.catalogue.places import sights

log = structlog.get_logger(__name__)

STATIC = Path(__file__).parent / "console" / "static"
LARGEST_BODY = 64 * 1024
LARGEST_OF_CHATS = 1024 * 1024  # a click carries the whole card or screen it was made on
BODY_TIME = 10.0  # seconds a provider has to send a request
LARGEST_FORM = 31 * 1024 * 1024  # three photos of 10 MiB and the words
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; img-src 'self' data:; style-src 'self'; script-src 'self'; "
        "frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
    ),
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}
DESCRIPTION = (
    "Intake and routing of a city's control room. Non-emergency: whoever is in danger is told to call 112 first. "
    "Times are ISO 8601 UTC; every error is {detail: [{loc, msg}]}. What is wrong with a request's form is said in "
    "English; what the room refuses, in the words its agents read."
)


def create_app(house: House, url: str) -> FastAPI:
    """The application on ``house``; ``url`` is the database's, for the live feed."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        app.state.live.start()
        rules_read = asyncio.create_task(asyncio.to_thread(house.danger, ""))  # before somebody in danger waits for it
        async with app.state.doors.open():
            yield
        await rules_read
        await app.state.live.close()
        await house.database.close()

    app = FastAPI(
        title="Vigie",
        version="0.1.0",
        description=DESCRIPTION,
        openapi_url="/api/openapi.json",
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
    )
    catalogue = house.settings.catalogue_dir or loader.FOLDER
    app.state.house = house
    app.state.live = LiveFeed(url)
    app.state.doors = providers.doors(house)
    for router in (
        reports.router,
        incidents.router,
        oncall.router,
        contact.router,
        health.router,
        routes.door,
        routes.router,
        duty.router,
        mutes.router,
        reach.router,
        feeds.router,
        demo.router,
        PublicPages(house, DatabaseAway, partial(access.digest, house), partial(sights, catalogue)).router(),
        *app.state.doors.routers,
    ):
        app.router.routes.extend(router.routes)  # whole as they are: include_router would build each a second time
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    doors.register_errors(app)
    app.add_exception_handler(SignInNeeded, _to_sign_in)
    app.add_middleware(Measured)
    app.add_middleware(BodyLimit)
    return app


async def _to_sign_in(request: Request, error: Exception) -> Response:
    return RedirectResponse("/salle/connexion", status_code=303)


class Server(uvicorn.Server):
    """Ends by returning. Uvicorn's own raises the signal again, which kills the process before it can end its child."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """SIGINT and SIGTERM ask for the end; they stay ours until the process is over."""
        loop = asyncio.get_running_loop()
        for name in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(name, self.handle_exit, name, None)
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Say where it listens: whoever waits for it reads the log."""
        await super().startup(sockets)
        log.info("the web listens", host=self.config.host, port=self.config.port)
        app: Any = self.config.app
        self.practising = asyncio.create_task(practise(app.state.house))

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Open consoles are let go first: their streams never end by themselves."""
        app: Any = self.config.app
        app.state.live.end_streams()
        super().handle_exit(sig, frame)


class Measured:
    """Measures the time until each answer begins, and gives it our headers."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The answer as the application gives it."""
        started = time.perf_counter()

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                path = getattr(scope.get("route"), "path", "other")  # never the address: tokens stay out of metrics
                REQUEST_SECONDS.labels(path, str(message["status"])).observe(time.perf_counter() - started)
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, answer)


class BodyLimit:
    """Reads the body, so that nothing behind ever waits for one or sees one that is too large.

    413 for more than its door takes (64 KiB, but for photos and chats), whether announced or not. 408 for a body that a
    provider should have sent long ago: providers are fast, and each that is waited for holds a connection.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The body first, then the door."""
        if scope["type"] != "http" or scope["method"] in ("GET", "HEAD"):
            await self._app(scope, receive, send)
            return
        try:
            async with asyncio.timeout(BODY_TIME if scope["path"].startswith("/webhooks/") else None):
                body = await _read(receive, _largest(scope))
        except TimeoutError:
            await doors.problems(408, (["body"], "Le message n'est pas arrivé à temps."))(scope, receive, send)
        except _TooLarge as refused:
            await doors.problems(413, (["body"], str(refused)))(scope, receive, send)
        else:
            if body is not None:
                await self._app(scope, _replay(body, receive), send)


class _TooLarge(Exception):
    """In words for whoever sent it."""

    def __init__(self, largest: int) -> None:
        photos = "Les photos sont trop lourdes : trois au plus, de 10 Mo chacune."
        words = f"Le message est trop long : {largest // 1024} Kio au plus. Écrivez l'essentiel en quelques phrases."
        super().__init__(photos if largest == LARGEST_FORM else words)


async def _read(receive: Receive, largest: int) -> bytes | None:
    """The whole body, None when its sender left."""
    body, more = bytearray(), True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        body += message.get("body", b"")
        more = message.get("more_body", False)
        if len(body) > largest:
            raise _TooLarge(largest)
    return bytes(body)


def _largest(scope: Scope) -> int:
    """How many bytes the door asked for takes."""
    if scope["path"].startswith(("/webhooks/slack/", "/webhooks/telegram/")):
        return LARGEST_OF_CHATS
    kind: bytes = dict(scope["headers"]).get(b"content-type", b"")
    return LARGEST_FORM if scope["path"] == "/signaler" and kind.startswith(b"multipart/form-data") else LARGEST_BODY


def _replay(body: bytes, receive: Receive) -> Receive:
    """The body that was read, then whatever the server says next."""
    sent = False

    async def replayed() -> Message:
        nonlocal sent
        if sent:
            return await receive()
        sent = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replayed
