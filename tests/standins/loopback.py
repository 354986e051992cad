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
TICK, BREATH = 1.0, 0.005  # seconds: between two looks at the clock, and at who is still served
CUT = "standins.cut"  # the ASGI extension by which an application cuts its connection


class _Cuttable(HttpToolsProtocol):
    """Lets the application cut the connection, which ASGI has no word for."""

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.scope["extensions"] = {CUT: {"abort": self.transport.abort}}


class Server(uvicorn.Server):
    """Leaves the test run's signals alone, tells when it listens, and ends when told, not at its next look around."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.listening = asyncio.Event()
        self._told = asyncio.Event()

    def stop(self) -> None:
        """Serve nobody new; whoever is served has the grace that the configuration gives."""
        self.should_exit = True
        self._told.set()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.listening.set()

    async def main_loop(self) -> None:
        while not await self.on_tick(0):
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._told.wait(), TICK)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        state = self.server_state
        for server in self.servers:
            server.close()
        for connection in list(state.connections):
            connection.shutdown()
        try:
            async with asyncio.timeout(self.config.timeout_graceful_shutdown):
                # uvicorn keeps them in sets that tell nobody of a change.
                while state.connections or state.tasks:  # noqa: ASYNC110
                    await asyncio.sleep(BREATH)
        except TimeoutError:
            for task in state.tasks:
                task.cancel()
        await self.lifespan.shutdown()

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
            server.stop()
            await running
