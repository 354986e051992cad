"""``vigie places``: import the national address base, look at what is known, measure how well places are heard."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.progress import with_progress
from bot.settings import Settings
from bot.stopping import or_stop

if TYPE_CHECKING:  # numpy, which most commands do without
    from nlp_models.street_book import StreetBook

app = typer.Typer(no_args_is_help=True, help="Streets, landmarks and addresses.")


@app.command("import")
def import_file(
    file: Annotated[Path, typer.Argument(help="The national address base: adresses-21.csv or .csv.gz.")],
) -> None:
    """Make the known addresses this file's. All or nothing; running Vigies take them over within ten seconds."""
    from bot.places import catalogue_folder
    from nlp_models.address_base import import_addresses
    from nlp_models.place_words import place_words
    from routing.catalogue import loader

    settings = Settings()
    communes = {one.insee: one.name for one in loader.load(catalogue_folder(settings)).communes.values()}
    words = place_words(settings.locale)
    summary = or_stop(
        lambda: with_progress(
            "Addresses", lambda show: import_addresses(file, settings.streets_file, communes, words, show)
        )
    )
    typer.echo(
        f"{summary.addresses} addresses in {summary.streets} streets of {len(summary.communes)} communes; "
        f"{summary.outside} rows of other communes and {summary.unnamed} of places that are no streets left out"
        + (f", {summary.repeated} doors that stood there twice." if summary.repeated else ".")
    )
    if silent := sorted(set(communes.values()) - set(summary.communes)):
        typer.echo(f"No address of: {', '.join(silent)}.", err=True)


@app.command()
def boundaries(
    file: Annotated[Path, typer.Argument(help="GeoJSON of the communes, each feature with its INSEE code.")],
    source: Annotated[str, typer.Option(help="Who drew it, and its licence: kept with it.")],
) -> None:
    """Make this drawing where the communes lie: a position then names its commune, or says that it is outside."""
    from bot.places import catalogue_folder
    from routing.catalogue import loader
    from routing.catalogue.boundaries import drawn, keep
    from routing.errors import CatalogueError

    folder = catalogue_folder(Settings())
    communes = loader.load(folder).communes.values()
    try:
        kept = drawn(file, communes, source)
    except CatalogueError as error:
        typer.echo("\n".join(error.problems), err=True)
        raise typer.Exit(1) from error
    keep(folder, kept)
    typer.echo(f"{len(kept.communes)} communes drawn. Restart Vigie.")
    if missing := sorted(one.name for one in communes if one.insee not in kept.communes):
        typer.echo(f"No boundary of: {', '.join(missing)}.", err=True)


@app.command("list")
def list_streets(
    name: Annotated[str, typer.Argument(help="Part of the street's name.")] = "",
    commune: Annotated[str | None, typer.Option(help="In this commune only.")] = None,
) -> None:
    """The imported streets, with how many addresses each has."""
    book = _book()
    wanted = name.lower()
    for label, where, doors in book.rows():
        if wanted in label.lower() and commune in (None, where):
            typer.echo(f"{label} ({where}): {doors}")


@app.command()
def stats() -> None:
    """How much was imported, and how many names stand in several communes, as JSON."""
    book = _book()
    several = sum(len(book.communes_of(number)) > 1 for number in range(len(book)))
    facts = {key: book.facts[key] for key in ("source", "sha256", "rows", "addresses")}
    typer.echo(
        json.dumps(
            {**facts, "names": len(book), "in several communes": several, "communes": book.communes},
            ensure_ascii=False,
        )
    )


@app.command()
def export(file: Annotated[Path, typer.Argument(help="Where the CSV goes: street;commune;addresses.")]) -> None:
    """Write the imported streets as CSV."""
    import csv

    book = _book()

    def write() -> None:
        with file.open("w", encoding="utf-8", newline="") as target:
            rows = csv.writer(target, delimiter=";")
            rows.writerow(["street", "commune", "addresses"])
            rows.writerows(book.rows())

    or_stop(write)


@app.command()
def find(text: Annotated[str, typer.Argument(help="A message.")]) -> None:
    """Where a message says something is, as JSON."""
    from dataclasses import asdict

    from bot.places import CityPlaces
    from nlp_models.place_finder import find_where

    where = find_where(text, CityPlaces(Settings()).gazetteer)
    typer.echo(json.dumps(asdict(where), ensure_ascii=False))


@app.command()
def evaluate(
    as_json: Annotated[bool, typer.Option("--json", help="Figures as one JSON object.")] = False,
    misses: Annotated[bool, typer.Option(help="Show every message that was not heard right.")] = False,
) -> None:
    """How well places are heard: our own messages with and without a place, and communes made up."""
    from bot.places import CityPlaces
    from nlp_models.place_figures import NAMED, UNNAMED, measure

    figures = measure(NAMED, UNNAMED, CityPlaces(Settings()).gazetteer)
    if as_json:
        typer.echo(json.dumps(figures.as_dict(), ensure_ascii=False))
        return
    for name, value in figures.as_dict().items():
        typer.echo(f"{name:24} {value:.4f}" if isinstance(value, float) else f"{name:24} {value}")
    for line in figures.misses if misses else ():
        typer.echo(line)


def _book() -> StreetBook:
    from nlp_models.street_book import StreetBook

    file = Settings().streets_file
    if not file.is_file():
        typer.echo("No addresses are imported yet: `vigie places import FILE` does that (docs/places.md).", err=True)
        raise typer.Exit(1)
    return or_stop(lambda: StreetBook(file))
