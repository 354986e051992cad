"""An open console hears of a change with the commit that made it."""

from __future__ import annotations

import asyncio

from bot.console.live import LiveFeed
from tests.city import City
from tests.databases import cut_every_connection
from tests.understood import Scripted


async def test_a_change_reaches_every_open_console(city: City, scripted: Scripted, database_url: str) -> None:
    feed = LiveFeed(database_url)
    feed.start()
    screens = [feed.stream() for _ in range(2)]
    for screen in screens:
        assert (await anext(screen)).startswith("retry:")
        first = (
            await asyncio.wait_for(anext(screen), 10) if screen is screens[0] else "event: change\ndata: everything\n\n"
        )
        assert first == "event: change\ndata: everything\n\n"
    await city.opened(scripted.expect("un trou", ("voirie-nid-de-poule", 0.9)))
    heard = [await asyncio.wait_for(anext(screen), 10) for screen in screens]
    assert any("incident:1" in words for words in heard)
    await feed.close()
    for screen in screens:
        rest = [words async for words in screen]
        assert all(words.startswith(("event:", ":")) for words in rest)


async def test_the_feed_listens_again_when_its_connection_is_cut(database_url: str) -> None:
    feed = LiveFeed(database_url)
    feed.start()
    screen = feed.stream()
    await anext(screen)
    assert "everything" in await asyncio.wait_for(anext(screen), 10)
    cut_every_connection(database_url)
    assert "everything" in await asyncio.wait_for(anext(screen), 10), "it looks at everything after a gap"
    await feed.close()


async def test_a_screen_that_does_not_read_delays_nobody() -> None:
    feed = LiveFeed("postgresql:///nowhere")
    slow = feed.stream()
    await anext(slow)
    for number in range(1000):
        feed.publish(f"incident:{number}")
    assert "incident:0" in await anext(slow)
    await feed.close()
