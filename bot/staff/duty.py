"""What people on duty answer to their own pages in any chat."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from routing.domain.oncall import Person
from routing.errors import NotFound
from routing.service.answer import MISSING, OVER
from routing.service.desk import Desk
from routing.service.talk import answer_all
from routing.store import pages, roster

NOT_YOURS = "Cet appel est pour quelqu'un d'autre."


async def answer_own(
    session: AsyncSession, desk: Desk, ids: Sequence[int], mine: Callable[[Person], bool], *, takes: bool
) -> str | None:
    """One answer to the pages of whoever ``mine`` knows; None when it counted, else why not. Raises NotFound."""
    people = (await roster.load(session)).people
    found = await pages.numbered(session, ids)
    if not found:
        raise NotFound(MISSING)
    theirs = [page for page in found if page.person in people and mine(people[page.person])]
    if not theirs:
        return NOT_YOURS
    waiting = [page for page in theirs if page.state in pages.ANSWERABLE or takes]
    return await answer_all(session, desk, waiting, takes=takes) if waiting else OVER


def page_number(value: str) -> list[int]:
    """The page a button names; nothing for what no button of ours holds."""
    return [int(value)] if value.isascii() and value.isdecimal() and len(value) < 18 else []
