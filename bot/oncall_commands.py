"""``vigie oncall``: the roster in and out of the database, and tried on a year of incidents."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer
import yaml

from bot import serving
from bot.clock import SystemClock
from bot.settings import Settings
from routing.domain.oncall import Roster
from routing.domain.procedure import Catalogue

app = typer.Typer(no_args_is_help=True, help="The on-call roster.")


@app.command("import")
def import_file(file: Annotated[Path, typer.Argument(help="People, rotations, policies, services.")]) -> None:
    """Make the roster this file's; importing it twice changes nothing."""
    from bot.bootstrap import build
    from bot.schema import upgrade
    from routing.catalogue import loader, oncall_file
    from routing.service.import_roster import import_roster

    settings = Settings()
    catalogue = loader.load(settings.catalogue_dir or loader.FOLDER)
    roster = oncall_file.read(file, set(catalogue.services))
    url = serving.database_url(settings)
    upgrade(url)

    async def work() -> list[str]:
        house = build(settings, url, catalogue=catalogue)
        async with house.database.transaction() as session:
            left_out = await import_roster(session, house.desk, roster, by="vigie oncall import")
        await house.database.close()
        return left_out

    for said in asyncio.run(work()):
        typer.echo(f"left out: {said}", err=True)
    typer.echo(f"{len(roster.people)} people, {len(roster.rotations)} rotations, {len(roster.policies)} policies.")


@app.command("export")
def export_file() -> None:
    """Write the roster in the form that is imported."""
    from bot.queue import make_jobs
    from routing.service.import_roster import export_roster
    from routing.store.base import Database, make_engine

    url = serving.database_url(Settings())

    async def work() -> str:
        database = Database(make_engine(url), make_jobs(url))
        async with database.transaction() as session:
            found = await export_roster(session)
        await database.close()
        return str(yaml.safe_dump(found, allow_unicode=True, sort_keys=False))

    typer.echo(asyncio.run(work()), nl=False)


@app.command("import-ics")
def import_calendar(
    file: Annotated[Path, typer.Argument(help="A calendar file; each event's summary is a person's id or name.")],
    rotation: Annotated[str, typer.Option(help="Which rotation gets these shifts; a new name makes a new one.")],
    days: Annotated[int, typer.Option(min=1, max=1100, help="How far repetitions are written out.")] = 400,
) -> None:
    """Put a calendar file's shifts above a rotation's turns, in place of those imported before."""
    from bot.bootstrap import build
    from bot.schema import upgrade
    from routing.catalogue import ical_file
    from routing.service.import_shifts import import_shifts
    from routing.store import roster

    settings = Settings()
    url = serving.database_url(settings)
    upgrade(url)

    async def work() -> int:
        house = build(settings, url)
        async with house.database.transaction() as session:
            people = (await roster.load(session)).people.values()
            until = house.clock.now() + timedelta(days=days)
            shifts = ical_file.read(file, people, house.desk.zone, until)
            await import_shifts(session, house.desk, rotation, shifts, by="vigie oncall import-ics")
        await house.database.close()
        return len(shifts)

    typer.echo(f"{asyncio.run(work())} shifts in {rotation}.")


@app.command("simulate")
def simulate(
    file: Annotated[Path | None, typer.Option(help="A roster to try; the one in the database by default.")] = None,
    history: Annotated[Path | None, typer.Option(help='JSON lines {"at", "procedure", "taken_at"?}.')] = None,
    begin: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="First day (today).")] = None,
    days: Annotated[int, typer.Option(min=1, max=3660, help="How long.")] = 365,
    per_day: Annotated[float, typer.Option(min=0.01, max=1000, help="Invented incidents that engage a duty.")] = 6.0,
    answering: Annotated[float, typer.Option(min=0, max=1, help="Share of calls that are answered.")] = 0.8,
    seed: Annotated[int, typer.Option(help="The same seed tells the same year.")] = 1,
    summary: Annotated[bool, typer.Option("--summary", help="Leave out the calls one by one.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Who would have been woken, when and why. Nothing is sent, nothing is kept."""
    from bot import rehearsal
    from routing.catalogue import loader

    settings = Settings()
    catalogue = loader.load(settings.catalogue_dir or loader.FOLDER)
    roster = (
        asyncio.run(_roster_in(settings, serving.database_url(settings))) if file is None else _read(file, catalogue)
    )
    first = (begin or SystemClock().now().astimezone(settings.zone)).replace(tzinfo=settings.zone)
    begins = first.replace(hour=0, minute=0, second=0, microsecond=0).astimezone(UTC)
    ends = begins + timedelta(days=days)
    happenings = (
        rehearsal.read_history(history, catalogue, settings.zone)
        if history
        else rehearsal.invented(catalogue, begins, ends, settings.zone, per_day=per_day, seed=seed)
    )
    outcome = rehearsal.rehearse(roster, happenings, begins, ends, settings.zone, answering=answering, seed=seed)
    if as_json:
        typer.echo(json.dumps(rehearsal.as_json(outcome), ensure_ascii=False))
    else:
        typer.echo("\n".join(rehearsal.as_lines(outcome, settings.zone, every_call=not summary)))


def _read(file: Path, catalogue: Catalogue) -> Roster:
    """The roster of a file, as the database would give it back."""
    from routing.catalogue import oncall_file
    from routing.service.import_roster import roster_of

    return roster_of(oncall_file.read(file, set(catalogue.services)))


async def _roster_in(settings: Settings, url: str) -> Roster:
    from bot.queue import make_jobs
    from routing.store import roster
    from routing.store.base import Database, make_engine

    database = Database(make_engine(url), make_jobs(url))
    async with database.transaction() as session:
        found = await roster.load(session)
    await database.close()
    return found
