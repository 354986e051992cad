"""The commands of ``vigie``."""

from __future__ import annotations

import asyncio
import sys
from importlib import import_module
from typing import Annotated, Any, NoReturn

import typer
from pydantic import ValidationError
from typer.core import TyperGroup

from bot import serving
from bot.settings import Settings, wrong_settings
from nlp_models.errors import SchoolError
from routing.errors import CatalogueError

# Imported when they are called: the web and the worker would wait for all of them at every start.
LATER = {
    "asr": "bot.asr_commands",
    "catalogue": "bot.catalogue_commands",
    "nlp": "bot.nlp_commands",
    "oncall": "bot.oncall_commands",
    "places": "bot.places_commands",
    "simulate": "bot.simulate",
    "why": "bot.why_command",
}


class Commands(TyperGroup):
    """The commands of this module, and those of ``LATER``."""

    def list_commands(self, ctx: Any) -> list[str]:
        """Every name, for the help."""
        return [*super().list_commands(ctx), *LATER]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """The command of that name, None when there is none."""
        if cmd_name not in LATER:
            return super().get_command(ctx, cmd_name)
        command = typer.main.get_command(import_module(LATER[cmd_name]).app)
        command.name = cmd_name
        return command


app = typer.Typer(
    cls=Commands, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help="Vigie"
)
db = typer.Typer(no_args_is_help=True, help="The database's schema.")
app.add_typer(db, name="db")

Port = Annotated[int | None, typer.Option(help="Port to listen on (default VIGIE_PORT, 8000).")]
Host = Annotated[str | None, typer.Option(help="Address to listen on (default VIGIE_HOST, 127.0.0.1).")]


@app.command()
def serve(port: Port = None, host: Host = None) -> None:
    """Web and worker together, on one machine."""
    serving.serve(_settings(port=port, host=host))


@app.command()
def web(port: Port = None, host: Host = None) -> None:
    """The web process alone, on a given database."""
    serving.web(_settings(port=port, host=host))


@app.command()
def worker(child: Annotated[bool, typer.Option("--child", hidden=True)] = False) -> None:
    """The job worker alone, on a given database."""
    serving.worker(_settings(**(serving.told() if child else {})), child=child)


@db.command("upgrade")
def db_upgrade() -> None:
    """Bring the schema to what this version needs."""
    from bot.schema import upgrade

    upgrade(serving.database_url(_settings()))
    typer.echo("The schema is up to date.")


@db.command("check")
def db_check() -> None:
    """Fail when the tables in the code and the migrations differ."""
    from alembic import command

    from bot.schema import config

    command.check(config(serving.database_url(_settings())))


@app.command()
def doctor() -> None:
    """Look at everything a running Vigie needs and say what is missing."""
    from bot.doctor import examine

    settings = _settings()
    findings = asyncio.run(examine(settings, serving.database_url(settings)))
    for finding in findings:
        typer.echo(finding.line())
    if any(finding.grave for finding in findings):
        raise typer.Exit(1)


def _settings(**given: Any) -> Settings:
    try:
        settings = Settings()
    except ValidationError as error:
        _stop(wrong_settings(error))
    return settings.model_copy(update={key: value for key, value in given.items() if value is not None})


def _stop(message: str) -> NoReturn:
    typer.echo(message, err=True)
    raise typer.Exit(2)


def run() -> None:
    """Run the command; a mistake in what the city wrote is shown as lines, not as a traceback."""
    try:
        app()
    except CatalogueError as error:
        typer.echo("\n".join(error.problems), err=True)
        typer.echo(f"{len(error.problems)} problem(s): mend the lines above and start again.", err=True)
        sys.exit(1)
    except SchoolError as error:
        typer.echo(str(error), err=True)
        sys.exit(1)
    except ValidationError as error:
        if error.title != Settings.__name__:
            raise
        typer.echo(wrong_settings(error), err=True)
        sys.exit(2)
