"""``vigie why``: read from the audit log why somebody was called at a moment, or was not."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Annotated

import typer

from bot import serving
from bot.settings import Settings

app = typer.Typer()


@app.command()
def why(
    who: Annotated[
        str,
        typer.Argument(help="A person, rotation, policy or service (ids), an incident's reference, or réglages."),
    ],
    at: Annotated[str, typer.Option(help="2026-03-01T03:12, in the city's time zone; now by default.")] = "",
) -> None:
    """Say why somebody was called at that moment, or was not."""
    from bot.bootstrap import build
    from routing.errors import RoutingError
    from routing.service.why import why_incident, why_person
    from routing.store import roster

    settings = Settings()
    house = build(settings, serving.database_url(settings))
    moment = _moment(at, settings) if at else house.clock.now()

    async def work() -> list[str]:
        try:
            async with house.database.transaction() as session:
                known = (await roster.load(session)).people
                return await (why_person if who in known else why_incident)(session, house.desk, who, moment)
        finally:
            await house.database.close()

    try:
        lines = asyncio.run(work())
    except RoutingError as refusal:
        typer.echo(str(refusal), err=True)
        raise typer.Exit(1) from refusal
    typer.echo("\n".join(lines))


def _moment(written: str, settings: Settings) -> datetime:
    try:
        moment = datetime.fromisoformat(written)
    except ValueError as error:
        raise typer.BadParameter("write for example 2026-03-01T03:12") from error
    return (moment if moment.tzinfo else moment.replace(tzinfo=settings.zone)).astimezone(UTC)
