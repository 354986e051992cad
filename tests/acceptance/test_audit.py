"""What decided who is called is kept, and nobody can change it unseen."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, LiteralString

import pytest
import yaml
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from routing.catalogue import oncall_file
from routing.service.audit import note_configuration, note_trial
from routing.service.import_roster import export_roster, import_roster
from routing.service.why import why_incident, why_person
from routing.store import audit
from routing.store.models import AuditEntry
from tests.city import City
from tests.understood import Scripted


async def faults(city: City) -> list[str]:
    async with city.session() as session:
        return await audit.faults(session)


async def said(city: City, incident: str) -> list[str]:
    async with city.session() as session:
        return [entry.text for entry in await audit.entries(session, AuditEntry.incident == incident)]


async def anchored(city: City) -> int:
    async with city.session() as session:
        return await audit.anchor(session, city.clock.now())


@asynccontextmanager
async def forging(city: City) -> AsyncIterator[AsyncSession]:
    """Somebody with every right on the database."""
    async with city.session() as session:
        await session.execute(text("ALTER TABLE audit_entry DISABLE TRIGGER only_added_to"))
        yield session
        await session.execute(text("ALTER TABLE audit_entry ENABLE TRIGGER only_added_to"))


@pytest.fixture
async def told(city: City, scripted: Scripted) -> str:
    """The reference of an incident somebody was called for and took."""
    words = scripted.expect("un lampadaire est couché sur la route", ("eclairage-mat-couche", 0.95))
    incident = str((await city.opened(words))["reference"])
    await city.rings()
    await city.act(incident, "acknowledge", by="Ana")
    return incident


async def test_the_way_of_an_incident_can_be_read(city: City, told: str) -> None:
    lines = await said(city, told)
    assert lines[0].startswith("Premier appel prévu à ")
    assert lines[-1] == "Ana prend en charge"
    assert any("est appelé·e" in line for line in lines)
    assert await faults(city) == []


async def test_an_incident_that_wakes_nobody_says_so(city: City, scripted: Scripted) -> None:
    incident = await city.opened(scripted.expect("un tag rigolo", ("proprete-tag", 0.9)))
    [line] = await said(city, incident["reference"])
    assert line.startswith("Personne n'est appelé : gravité")


async def test_the_database_refuses_to_change_or_delete_an_entry(city: City, told: str) -> None:
    attempts: tuple[LiteralString, ...] = (
        "UPDATE audit_entry SET text = 'rien'",
        "DELETE FROM audit_entry",
        "TRUNCATE audit_entry",
    )
    for attempt in attempts:
        with pytest.raises(DBAPIError, match="only ever added to"):
            async with city.session() as session:
                await session.execute(text(attempt))


@pytest.mark.parametrize(
    "forgery",
    [
        "UPDATE audit_entry SET text = 'Bruno prend en charge' WHERE id = (SELECT max(id) FROM audit_entry)",
        "UPDATE audit_entry SET facts = '{}' WHERE facts <> '{}' AND incident IS NOT NULL",
        "DELETE FROM audit_entry WHERE id = (SELECT max(id) FROM audit_entry)",
        "DELETE FROM audit_entry WHERE number = 2 AND incident IS NOT NULL",
        "DELETE FROM audit_head WHERE chain LIKE 'incident:%'",
        "DELETE FROM audit_entry WHERE incident IS NOT NULL",
    ],
)
async def test_whoever_forges_all_the_same_is_found_out(city: City, told: str, forgery: LiteralString) -> None:
    async with forging(city) as session:
        await session.execute(text(forgery))
    assert await faults(city)


async def test_a_whole_chain_that_disappears_is_missed_by_its_anchor(city: City, told: str) -> None:
    assert await anchored(city) > 0
    assert await anchored(city) == 0, "what is sealed is sealed once"
    async with forging(city) as session:
        await session.execute(text("DELETE FROM audit_entry WHERE incident IS NOT NULL"))
        await session.execute(text("DELETE FROM audit_head WHERE chain LIKE 'incident:%'"))
    assert await faults(city) == [f"incident:{told}: not as anchor 1 sealed it"]


async def brought_in(city: City, folder: Path, named: dict[str, Any]) -> None:
    """Import the on-call file with that in it."""
    path = folder / "oncall.yaml"
    path.write_text(yaml.safe_dump(named), encoding="utf-8")
    file = oncall_file.read(path, set(city.house.desk.catalogue.services))
    async with city.session() as session:
        await import_roster(session, city.house.desk, file, by="la ville")


async def test_what_the_city_changes_in_its_file_is_kept_without_numbers(city: City, tmp_path: Path) -> None:
    async with city.session() as session:
        exported = await export_roster(session)
    exported["people"][0]["phone"] = "+33639980042"
    exported["people"][0]["plan"] = [{"after": 0, "by": "sms"}]
    person = exported["people"][0]["id"]
    for _ in range(2):  # the second time nothing changes
        await brought_in(city, tmp_path, exported)
    async with city.session() as session:
        [entry] = await audit.entries(session, AuditEntry.by == "la ville")
    assert entry.person == person
    assert entry.text == (
        f"personne {person}, modifiée par l'import du fichier d'astreinte : numéro de téléphone ;"
        " plan de contact : le panneau de la salle seulement devient SMS tout de suite"
    )
    assert "42" not in str(entry.facts["changes"]["phone"])
    assert await faults(city) == []


async def test_why_tells_changes_of_the_file_in_french(city: City, tmp_path: Path) -> None:
    rule = {"every": "week", "handoff": "monday 08:00", "start": "2026-01-05", "members": ["ana"]}
    named: dict[str, Any] = {
        "people": [{"id": "ana", "name": "Ana Martin"}],
        "rotations": [{"id": "routes", **rule}],
        "policies": [{"id": "routes", "levels": [{"after": 0, "targets": ["rotation:routes"]}]}],
        "services": {"voirie": {"policy": "routes"}},
    }
    await brought_in(city, tmp_path, named)
    city.clock.advance(timedelta(hours=1))
    named["rotations"][0] |= {"handoff": "tuesday 09:00"}
    named["policies"][0]["levels"].append({"after": 300, "targets": ["person:ana"]})
    named["time_off"] = [{"person": "ana", "from": "2026-04-01 08:00", "until": "2026-04-02 08:00"}]
    await brought_in(city, tmp_path, named)
    async with city.session() as session:
        lines = await why_person(session, city.house.desk, "ana", city.clock.now())
    told = "\n".join(lines)
    done = "par l'import du fichier d'astreinte"
    assert f"tour routes, modifié {done} : relève : lundi 08:00 devient mardi 09:00." in told
    assert (
        f"politique routes, modifiée {done} : niveaux : tour routes (tout de suite)"
        " devient tour routes (tout de suite), puis personne ana (après 300 s)." in told
    )
    assert f"congé de ana du 01/04/2026 08:00 au 02/04/2026 08:00, ajouté {done}." in told
    assert f"personne ana, ajoutée {done}." in told
    async with city.session() as session:
        of_rotation = await why_incident(session, city.house.desk, "routes", city.clock.now())
        everything = await why_incident(session, city.house.desk, "Réglages", city.clock.now())
    assert "tour routes, modifié" in of_rotation[-1] or "politique routes, modifiée" in of_rotation[-1]
    assert "(par la ville)" in of_rotation[-1]
    assert len(everything) > len(of_rotation)


async def test_many_writers_of_one_chain_leave_no_gap_and_others_do_not_wait(city: City) -> None:
    async def write(number: int) -> None:
        async with city.session() as session:
            note_configuration(session, city.house.desk, "edit", f"réglage {number}", by="Ana")

    async with city.session() as session:
        note_trial(session, city.house.desk, "ana", "trial", "appel d'essai")
        await asyncio.gather(*map(write, range(20)))  # while another chain is being written
    async with city.session() as session:
        edits = await audit.entries(session, AuditEntry.kind == "edit")
    assert sorted(entry.text for entry in edits) == sorted(f"réglage {number}" for number in range(20))
    assert await faults(city) == []
