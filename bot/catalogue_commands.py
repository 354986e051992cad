"""``vigie catalogue``: check what the city wrote, begin a new procedure."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bot.settings import Settings
from routing.catalogue import loader, skeleton
from routing.domain.procedure import Severity
from routing.errors import CatalogueError

app = typer.Typer(no_args_is_help=True, help="Procedures, services, communes, policies.")

Folder = Annotated[Path | None, typer.Option(help="Another catalogue than the configured one.")]


@app.command()
def check(folder: Folder = None) -> None:
    """Read everything the city wrote and name every mistake as file:line."""
    from bot.bootstrap import read_channels, read_roster

    settings = Settings()
    if folder:
        settings = settings.model_copy(update={"catalogue_dir": folder})
    read = loader.load(settings.catalogue_dir or loader.FOLDER)
    read_roster(settings, read)
    read_channels(settings.channels_file, read)
    steps = sum(len(procedure.steps) for procedure in read.procedures.values())
    typer.echo(
        f"{len(read.procedures)} procedures ({steps} steps), {len(read.services)} services, "
        f"{len(read.communes)} communes: all in order."
    )


@app.command()
def new(
    id: Annotated[str, typer.Argument(help="The family, then what it is: voirie-passage-surbaisse.")],
    title: Annotated[str, typer.Option(help="What the room reads.")],
    family: Annotated[str, typer.Option(help="Folder of the procedure, such as voirie.")],
    lead: Annotated[str, typer.Option(help="Code of the service that leads.")],
    severity: Annotated[Severity, typer.Option(help="How grave.")] = Severity.NORMAL,
    folder: Folder = None,
) -> None:
    """Begin a procedure: its file and its examples' file, with what is left to write marked in them."""
    from bot.school import EXAMPLES

    settings = Settings()
    home = folder or settings.catalogue_dir or loader.FOLDER
    examples = settings.examples_dir or EXAMPLES
    known = skeleton.families(home)
    try:
        made = skeleton.write(home, examples, skeleton.Beginning(id, title, family, lead, severity))
    except ValueError as error:
        raise CatalogueError([str(error)]) from error
    if family not in known:
        typer.echo(f"{family} is a new family, beside {', '.join(known)}.", err=True)
    typer.echo("\n".join(f"Write what is marked in {path}" for path in made))
    typer.echo("Then: vigie catalogue check, vigie nlp calibrate, vigie nlp train (docs/new-procedure.md).")
