"""A whole Vigie behind a real port, and browsers in front of it."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from playwright.async_api import Browser, ConsoleMessage, Page, async_playwright, expect

from bot.bootstrap import build
from bot.house import House
from bot.settings import Settings
from bot.web import create_app
from bot.worker import Worker
from routing.catalogue import loader
from tests.browser.provide import NAMES, downloaded, in_path
from tests.city import read_catalogue, settings_in
from tests.engines import ENGINES
from tests.standins.loopback import Server
from tests.understood import Scripted

QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
START = 60.0  # seconds
PATIENCE = 12_000  # milliseconds; the tracking page looks again at least every five seconds
Visitor = Callable[..., Awaitable[Page]]


@dataclass(frozen=True, slots=True)
class LiveCity:
    """A running Vigie: ``url`` without a trailing slash; ``means`` tells its classifier what a text means."""

    url: str
    house: House
    means: Scripted


@pytest.fixture
async def live_city(database_url: str, tmp_path: Path, scripted: Scripted) -> AsyncIterator[LiveCity]:
    """Web and worker on a database of their own, in this event loop, with the machine's own clock."""
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        settings = settings_in(tmp_path, port=door.getsockname()[1])
        async with _working(settings, database_url, scripted), _serving(settings, database_url, door) as house:
            yield LiveCity(settings.base_url, house, scripted)


@contextlib.asynccontextmanager
async def _built(settings: Settings, url: str, classifier: Scripted | None = None) -> AsyncIterator[House]:
    """As each process builds its own, of the catalogue and the compiled SQL that stories before have read."""
    async with ENGINES.borrowed(url) as connections:
        catalogue = read_catalogue(loader.FOLDER)
        house = build(settings, url, classifier=classifier, catalogue=catalogue, engine=connections.engine)
        yield house
        await house.database.close()


@contextlib.asynccontextmanager
async def _working(settings: Settings, url: str, scripted: Scripted) -> AsyncIterator[None]:
    async with _built(settings, url, scripted) as house:
        worker = Worker(house)
        running = asyncio.create_task(worker.run())
        try:
            yield
        finally:
            worker.stop()
            await running


@contextlib.asynccontextmanager
async def _serving(settings: Settings, url: str, door: socket.socket) -> AsyncIterator[House]:
    async with _built(settings, url) as house:
        config = uvicorn.Config(create_app(house, url), log_config=None, ws="none", timeout_graceful_shutdown=1)
        server = Server(config)
        running = asyncio.create_task(server.serve(sockets=[door]))
        try:
            async with asyncio.timeout(START):
                await server.listening.wait()
            yield house
        finally:
            server.stop()
            await running


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    """An installed Chromium, or Playwright's own download; skips with a reason when there is neither."""
    async with async_playwright() as playwright:
        path = in_path()
        if path is None and not downloaded(playwright.chromium.executable_path):
            pytest.skip(
                f"no browser: none of {', '.join(NAMES)} in PATH, and `playwright install chromium` was not run"
            )
        # Its own download has the light one beside it, which Playwright chooses when none is named.
        browser = await playwright.chromium.launch(executable_path=path, args=list(QUIET))
        yield browser
        await browser.close()


@dataclass
class _Complaints:
    """What the pages' console held that it should not."""

    heard: list[str] = field(default_factory=list)

    def console(self, message: ConsoleMessage) -> None:
        # A refusal (409, 422…) is part of some stories, and the browser reports it by itself.
        if message.type in ("error", "warning") and "Failed to load resource" not in message.text:
            self.heard.append(message.text)

    def listen(self, page: Page) -> None:
        page.on("console", self.console)
        page.on("pageerror", lambda error: self.heard.append(str(error)))


@pytest.fixture
async def visitor(browser: Browser, live_city: LiveCity) -> AsyncIterator[Visitor]:
    """Opens a page of a person of its own: ``await visitor("/salle", java_script_enabled=False)``.

    A script error or a refusal by the content security policy fails the test.
    """
    expect.set_options(timeout=PATIENCE)
    complaints = _Complaints()
    async with contextlib.AsyncExitStack() as stack:

        async def open_page(path: str, **options: Any) -> Page:
            options = {"locale": "fr-FR", "viewport": {"width": 1280, "height": 900}, **options}
            context = await browser.new_context(base_url=live_city.url, reduced_motion="reduce", **options)
            stack.push_async_callback(context.close)
            page = await context.new_page()
            page.set_default_timeout(PATIENCE)
            complaints.listen(page)
            await page.goto(path)
            return page

        yield open_page
    assert not complaints.heard, complaints.heard


@pytest.fixture
async def page(visitor: Visitor) -> Page:
    """One person's page, still empty."""
    return await visitor("about:blank")
