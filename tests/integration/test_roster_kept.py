"""Who is on duty is read again when it changed, and only then."""

from __future__ import annotations

from sqlalchemy import text

from routing.store import roster
from tests.city import City

RENAME = "UPDATE oncall_person SET name = :name WHERE id = (SELECT min(id) FROM oncall_person)"


async def name(city: City) -> str:
    """The first person's name, as whoever asks now reads it."""
    async with city.session() as session:
        people = (await roster.load(session)).people
    return people[min(people)].name


async def test_as_long_as_nothing_changes_it_is_not_read_again(city: City) -> None:
    async with city.session() as session:
        first = await roster.load(session)
    async with city.session() as session:
        assert await roster.load(session) is first


async def test_a_change_is_seen_by_everybody_once_it_is_committed_and_by_its_author_at_once(city: City) -> None:
    before = await name(city)
    async with city.session() as session:
        await session.execute(text(RENAME), {"name": "Zoé"})
        people = (await roster.load(session)).people
        assert people[min(people)].name == "Zoé"
        assert await name(city) == before, "it may still be taken back"
    assert await name(city) == "Zoé"


async def test_what_was_taken_back_is_never_seen(city: City) -> None:
    before = await name(city)
    for written in ("Zoé", "Yves"):
        async with city.session() as session:
            await session.execute(text(RENAME), {"name": written})
            await roster.load(session)
            await session.rollback()
        assert await name(city) == before
