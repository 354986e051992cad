"""``python -m tests.standins``: the providers on fixed ports, with pages for people, to try Vigie by hand."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterable, Mapping
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Annotated

import typer

from bot.clock import SystemClock
from routing.catalogue import loader
from routing.domain.procedure import Catalogue
from tests.databases import ROOT
from tests.standins.serving import Clock
from tests.standins.trial import slack, telegram, twilio
from tests.standins.trial.pages import Trial

PROVIDERS: Mapping[str, Callable[[Clock, int, str, Catalogue], Trial]] = {
    "slack": slack.trial,
    "twilio": twilio.trial,
    "telegram": telegram.trial,
}


def main(
    providers: Annotated[list[str] | None, typer.Argument(help=f"Which ones: {', '.join(PROVIDERS)}.")] = None,
    vigie: Annotated[str, typer.Option(help="Where Vigie listens.")] = "http://127.0.0.1:8000",
    port: Annotated[int, typer.Option(help="First port; each provider takes the next one.")] = 4010,
    folder: Annotated[Path, typer.Option(help="Where files for Vigie are written.")] = ROOT / "var" / "standins",
) -> None:
    """Serve until Ctrl-C."""
    catalogue = loader.load(loader.FOLDER)
    trials = {
        name: PROVIDERS[name](SystemClock(), port + place, vigie, catalogue)
        for place, name in enumerate(PROVIDERS)
        if not providers or name in providers
    }
    for name, trial in trials.items():
        typer.echo(f"\n# {name}: http://127.0.0.1:{port + list(PROVIDERS).index(name)}/")
        for setting, value in trial.settings.items():
            typer.echo(f"export {setting}={value}")
    typer.echo(f"\nexport VIGIE_CHANNELS_FILE={_channels(folder, trials.values())}")
    typer.echo("\n# then, with these in the environment: make run\n")
    asyncio.run(_serve(list(trials.values())))


def _channels(folder: Path, trials: Iterable[Trial]) -> Path:
    """The channels file: a service that several of them serve lives in all of these."""
    found: dict[str, list[str]] = {}
    for trial in trials:
        for service, address in trial.channels.items():
            found.setdefault(service, []).append(address)
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "channels.yaml"
    file.write_text(
        "".join(f"{service}: {json.dumps(all_of)}\n" for service, all_of in found.items()), encoding="utf-8"
    )
    return file


async def _serve(trials: list[Trial]) -> None:
    async with AsyncExitStack() as stack:
        for trial in trials:
            await stack.enter_async_context(trial.stand_in)
        await asyncio.Event().wait()


if __name__ == "__main__":
    typer.run(main)
