"""The house as put together: what stands behind each port. Built by bootstrap.py, used by every door."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from procrastinate import App
from sqlalchemy.exc import DataError, IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from bot.settings import Settings
from bot.staff import Rights
from intake.handle import Hearing
from intake.ports import DangerRules, MediaSource, Transcriber
from routing.errors import Unreadable
from routing.ports import ChatGateway, CitizenGateway, Clock, Geocoder, Pager
from routing.service.desk import Desk
from routing.service.show import Room
from routing.store.base import Database, is_connection_loss

log = logging.getLogger(__name__)

Result = TypeVar("Result")


class DatabaseAway(Exception):
    """The database does not answer; nothing was kept. Try again in a few seconds."""


@dataclass(frozen=True, slots=True)
class House:
    """Everything the doors and jobs need.

    ``hearing`` is None where nothing is handled (the web process), ``ears`` where the telephone provider does the
    listening, ``geocoder`` where nobody looks places up.
    """

    settings: Settings
    clock: Clock
    database: Database
    jobs: App
    desk: Desk
    danger: DangerRules
    hearing: Hearing | None
    room: Room
    chats: Mapping[str, ChatGateway]
    pagers: Mapping[str, Pager]
    citizens: Mapping[str, CitizenGateway]
    media: Mapping[str, MediaSource]
    api_token: str
    rights: Rights = field(default_factory=Rights)
    ears: Transcriber | None = None
    geocoder: Geocoder | None = None

    @property
    def base_url(self) -> str:
        """Where links lead."""
        return self.settings.base_url

    async def run(self, work: Callable[[AsyncSession], Awaitable[Result]]) -> Result:
        """``work`` in one transaction, tried once more if the connection was dead or a reference collided.

        Raises DatabaseAway when the database does not come back.
        """
        for last in (False, True):
            try:
                async with self.database.transaction() as session:
                    return await work(session)
            except DataError as error:
                raise Unreadable("Cette valeur contient des signes que rien ne peut lire") from error
            except IntegrityError:
                if last:
                    raise
            except Exception as error:
                if not is_connection_loss(error):
                    raise
                log.warning("database connection lost", extra={"again": not last})
                if last:
                    raise DatabaseAway from error
        raise AssertionError("unreachable")
