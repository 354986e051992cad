"""The city of the stories: citizens write, agents click, telephones ring, and time moves only when told."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, nullcontext
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, LiteralString

import httpx
from fastapi import FastAPI
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource
from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from bot import tasks
from bot.bootstrap import Channels, build, ensure_roster
from bot.console.models import ConsoleCall, ConsolePost, PhoneMessage
from bot.house import House
from bot.settings import Settings
from bot.web import create_app
from intake.ports import Classifier, Transcriber
from routing.catalogue import loader
from routing.domain.area import Area
from routing.domain.procedure import Catalogue
from routing.ports import ChatGateway, Pager
from routing.service.heal import heal
from routing.store import roster, timers
from routing.store.models import Incident, Page, Timer
from tests.clock import DrivenClock
from tests.engines import ENGINES
from tests.hands import Hands
from tests.understood import Scripted

MANY_ROUNDS = 200
LOOK: LiteralString = """
    SELECT EXISTS (SELECT FROM procrastinate_jobs WHERE status = 'todo') AS jobs, min(next_at) AS following FROM timer
"""
# Rough boxes around two town halls: enough for a position to be inside one, or far from both.
DRAWN = Area(
    {
        "Dijon": [[(5.02, 47.30), (5.09, 47.30), (5.09, 47.36), (5.02, 47.36)]],
        "Chenôve": [[(4.98, 47.27), (5.015, 47.27), (5.015, 47.30), (4.98, 47.30)]],
    }
)


@dataclass(frozen=True, slots=True)
class Ring:
    """One page that reached a telephone of the panel."""

    page: int
    person: str
    level: int
    incident: str
    text: str
    at: datetime


class City:
    """One whole Vigie on a database of its own. What leaves for a person must be looked at before the end."""

    def __init__(self, house: House, app: FastAPI, client: httpx.AsyncClient, clock: DrivenClock) -> None:
        self.house = house
        self.app = app
        self.web = client
        self.clock = clock
        self._seen_rings: set[int] = set()
        self._seen_texts: set[int] = set()
        self._idle: list[Hands] = []
        self.failures_expected = False

    # Citizens

    async def report(self, words: str, *, channel: str = "web", contact: str | None = None, **location: Any) -> str:
        """A citizen's message through the public API; returns the report's reference."""
        body: dict[str, Any] = {"text": words, "channel": channel, "contact": contact}
        if location:
            body["location"] = location
        answer = await self.post("/api/v1/reports", body)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["reference"])

    async def text(self, words: str, *, sender: str = "+33639980001") -> str:
        """A text message of a citizen."""
        return await self.report(words, channel="sms", contact=sender)

    async def follow(self, reference: str) -> dict[str, Any]:
        """What became of a report."""
        return await self.get(f"/api/v1/reports/{reference}")

    async def texts_to(self, contact: str) -> list[str]:
        """Messages a citizen received, oldest first."""
        query = select(PhoneMessage).where(PhoneMessage.contact == contact).order_by(PhoneMessage.id)
        async with self.house.database.transaction() as session:
            rows = (await session.scalars(query)).all()
        self._seen_texts.update(row.id for row in rows)
        return [row.text for row in rows]

    # The room

    async def opened(self, words: str, **more: Any) -> dict[str, Any]:
        """A report that is carried out until everything due is done; returns its incident."""
        reference = await self.report(words, **more)
        await self.settle()
        found = await self.follow(reference)
        assert found["incident"], f"no incident for {words!r}: {found}"
        return await self.incident(found["incident"])

    async def incident(self, reference: str) -> dict[str, Any]:
        """One incident as the API gives it."""
        return await self.get(f"/api/v1/incidents/{reference}")

    async def act(self, reference: str, action: str, *, by: str = "Ana", **more: str) -> httpx.Response:
        """An agent's action through the API, carried out."""
        answer = await self.post(f"/api/v1/incidents/{reference}/{action}", {"by": by, **more})
        await self.settle()
        return answer

    async def cards(self, channel: str) -> list[dict[str, Any]]:
        """The cards of a console channel, oldest first, as they are shown now."""
        query = select(ConsolePost).where(ConsolePost.channel == channel, ConsolePost.root_id.is_(None))
        async with self.house.database.transaction() as session:
            return [row.body for row in await session.scalars(query.order_by(ConsolePost.id))]

    async def thread(self, channel: str, incident: str) -> list[str]:
        """The lines under an incident's card in a channel."""
        root = (
            select(ConsolePost.id)
            .join(Incident, Incident.id == ConsolePost.incident_id)
            .where(ConsolePost.channel == channel, ConsolePost.root_id.is_(None), Incident.reference == incident)
            .scalar_subquery()
        )
        query = select(ConsolePost).where(ConsolePost.root_id == root).order_by(ConsolePost.id)
        async with self.house.database.transaction() as session:
            return [row.body["text"] for row in await session.scalars(query)]

    async def rings(self, person: str | None = None) -> list[Ring]:
        """The telephones of the panel that rang, oldest first; of one person if named."""
        query = (
            select(ConsoleCall, Page, Incident.reference)
            .join(Page, Page.id == ConsoleCall.page_id)
            .join(Incident, Incident.id == Page.incident_id)
            .order_by(Page.id)
        )
        async with self.house.database.transaction() as session:
            rows = (await session.execute(query)).all()
        found = [
            Ring(page.id, page.person, page.level, reference, call.text, call.rang_at)
            for call, page, reference in rows
            if person in (None, page.person)
        ]
        self._seen_rings.update(ring.page for ring in found)
        return found

    # Time and jobs

    async def settle(self, *, minutes: float = 0, seconds: float = 0) -> None:
        """Carry out everything due, then let time pass deadline by deadline, as the worker would."""
        end = self.clock.at + timedelta(minutes=minutes, seconds=seconds)
        for _ in range(MANY_ROUNDS):
            following = await self._drain()
            if following is None or following > end:
                break
            self.clock.at = max(self.clock.at, following)
        else:
            raise AssertionError("the city never comes to rest")
        self.clock.at = end

    async def work(self) -> None:
        """Carry out what is due now, as a worker beside would."""
        await self._drain()

    async def _drain(self) -> datetime | None:
        """Carry out what is due now; returns when something is next."""
        for _ in range(MANY_ROUNDS):
            jobs, following = await self._look()
            if following and following <= self.clock.at:
                async with self.house.database.transaction() as session:
                    woken = await timers.sweep(session, self.clock.at)
                if woken:
                    jobs, following = await self._look()
            if not jobs:
                return following
            hands = self._idle.pop() if self._idle else Hands(self.house.jobs)
            await hands.work()
            self._idle.append(hands)
        raise AssertionError("jobs never end")

    async def _look(self) -> tuple[bool, datetime | None]:
        """Whether a job waits, and when a timer will send one: asked so often that it goes by no session."""
        row = await self.house.jobs.connector.execute_query_one_async(LOOK)
        return row["jobs"], row["following"]

    async def lose_every_job(self) -> int:
        """Wipe the job engine's queue, as a lost broker would."""
        async with self.house.database.transaction() as session:
            return int((await session.execute(text("DELETE FROM procrastinate_jobs RETURNING id"))).rowcount)  # type: ignore[attr-defined]

    async def heal(self) -> dict[str, int]:
        """Run the invariant's check."""
        async with self.house.database.transaction() as session:
            return await heal(session, self.house.desk)

    @asynccontextmanager
    async def session(self) -> AsyncIterator[AsyncSession]:
        """A transaction for what no door offers."""
        async with self.house.database.transaction() as session:
            yield session

    # Plumbing

    async def get(self, path: str) -> dict[str, Any]:
        """A JSON answer that must be a success."""
        answer = await self.web.get(path)
        assert answer.is_success, f"{path}: {answer.status_code} {answer.text}"
        found: dict[str, Any] = answer.json()
        return found

    async def post(self, path: str, body: object) -> httpx.Response:
        """A JSON post."""
        return await self.web.post(path, json=body)

    async def check_nothing_unexpected(self) -> None:
        """Fail for a telephone that rang or a text that left without the story looking at it, or a job that failed."""
        async with self.house.database.transaction() as session:
            rang = set(await session.scalars(select(ConsoleCall.page_id))) - self._seen_rings
            sent = set(await session.scalars(select(PhoneMessage.id))) - self._seen_texts
            failed = await session.scalar(select(func.count()).select_from(Timer).where(Timer.attempts > 0))
        assert not rang, f"{len(rang)} telephone(s) rang that the story did not expect"
        assert not sent, f"{len(sent)} text(s) to citizens that the story did not expect"
        assert self.failures_expected or not failed, f"{failed} job(s) failed"


@cache
def read_catalogue(folder: Path | None = None) -> Catalogue:
    """Read once for the whole run; it never changes. Where two of our communes lie is drawn in a few strokes."""
    return loader.load(folder) if folder else replace(read_catalogue(loader.FOLDER), area=DRAWN)


class _Given(Settings):
    """Settings that no file and no environment of the machine reach."""

    @classmethod
    def settings_customise_sources(
        cls, settings_cls: type[BaseSettings], init_settings: PydanticBaseSettingsSource, *_: Any, **others: Any
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return (init_settings,)


def settings_in(folder: Path, **given: Any) -> Settings:
    """Settings of a city that keeps its files in ``folder``."""
    return _Given(data_dir=folder, **given)


async def peopled(url: str) -> None:
    """Put the example's people on call into a database, as the first start does."""
    with TemporaryDirectory() as folder:
        house = build(
            settings_in(Path(folder)), url, clock=DrivenClock(), classifier=Scripted(), catalogue=read_catalogue()
        )
        await ensure_roster(house)
        await house.database.close()


async def _knows_nobody(house: House) -> bool:
    async with house.database.transaction() as session:
        return await roster.is_empty(session)


@asynccontextmanager
async def founded(
    url: str,
    folder: Path,
    classifier: Classifier,
    *,
    chats: Mapping[str, ChatGateway] | None = None,
    pagers: Mapping[str, Pager] | None = None,
    channels: Mapping[str, tuple[str, ...]] | None = None,
    connected: bool = True,
    works: bool = True,
    settings: Settings | None = None,
    ears: Transcriber | None = None,
    catalogue: Catalogue | None = None,
) -> AsyncIterator[City]:
    """A city on the database at ``url``; gateways given replace or join the console's.

    ``connected=False`` is a city whose database does not answer; ``works=False`` is a web process that, as the real
    one, knows no jobs and leaves them to a worker elsewhere.
    """
    clock = DrivenClock()
    settings = settings or settings_in(folder)
    read = catalogue or read_catalogue(settings.catalogue_dir)
    async with ENGINES.borrowed(url) if connected else nullcontext() as connections:
        engine = connections.engine if connections else None
        house = build(settings, url, clock=clock, classifier=classifier, catalogue=read, engine=engine)
        desk = replace(house.desk, directory=Channels(channels)) if channels else house.desk
        house = replace(
            house, desk=desk, chats={**house.chats, **(chats or {})}, pagers={**house.pagers, **(pagers or {})}
        )
        if ears is not None:
            house = replace(house, ears=ears, hearing=house.hearing and replace(house.hearing, listens=ears.able))
        if works:
            tasks.register(house)
        if connected and (settings.oncall_file or await _knows_nobody(house)):
            await ensure_roster(house)
        app = create_app(house, url)
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=True)
        headers = {"Authorization": f"Bearer {house.api_token}"}
        async with (
            connections.working(house.jobs) if connections else nullcontext(),
            httpx.AsyncClient(transport=transport, base_url="http://vigie.test", headers=headers) as client,
        ):
            yield City(house, app, client, clock)
        if not connections:
            await house.database.close()
