"""An application served on loopback in the event loop of a test; connections can be cut."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Iterator
from typing import Any

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

START = 60.0  # seconds
CUT = "standins.cut"  # the ASGI extension by which an application cuts its connection


class _Cuttable(HttpToolsProtocol):
    """Lets the application cut the connection, which ASGI has no word for."""

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.scope["extensions"] = {CUT: {"abort": self.transport.abort}}


class Server(uvicorn.Server):
    """Leaves the test run's signals alone and tells when it listens."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.listening = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.listening.set()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@contextlib.asynccontextmanager
async def serving(app: ASGIApp, port: int = 0, **more: Any) -> AsyncIterator[str]:
    """Serve ``app`` on loopback; yields its origin, without a trailing slash. ``more`` is for uvicorn."""
    with socket.socket() as door:
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        door.bind(("127.0.0.1", port))
        given = {"log_config": None, "lifespan": "off", "access_log": False, **more}
        config = uvicorn.Config(app, ws="websockets-sansio", http=_Cuttable, **given)
        config.timeout_graceful_shutdown = 1
        server = Server(config)
        running = asyncio.create_task(server.serve(sockets=[door]))
        try:
            async with asyncio.timeout(START):
                await server.listening.wait()
            yield f"http://127.0.0.1:{door.getsockname()[1]}"
        finally:
            server.should_exit = True
            await running
