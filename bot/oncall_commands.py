"""``vigie oncall``: the roster in and out of the database."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer
import yaml

from bot import serving
from bot.settings import Settings

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
    from bot.bootstrap import make_jobs
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
