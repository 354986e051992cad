"""``vigie asr``: models that hear, fetched and checked; how well they hear."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn, TypeVar

import typer

from bot.progress import with_progress
from bot.settings import Settings

if TYPE_CHECKING:
    from intake.transcription.lock import Model

app = typer.Typer(no_args_is_help=True, help="Speech: models and how well they hear.")

Result = TypeVar("Result")
Names = Annotated[list[str] | None, typer.Argument(help="Models (default: what the settings need).")]
DEFAULT = ("silero-vad", "asr-fr-live")


@app.command("list")
def list_models() -> None:
    """Every model of the lock file: what it is for, its licence, whether it is here."""
    from intake.transcription.lock import read
    from intake.transcription.models import verify

    folder = Settings().speech_folder
    for model in read().values():
        state = "here" if not verify(model, folder) else "no sha256" if not model.sha256 else "not here"
        size = f"{model.bytes / 1e6:.0f} MB" if model.bytes else "?"
        typer.echo(
            f"{model.name:26} {model.kind:22} {size:>7}  {model.licence:11} {state}\n{'':26} {model.attribution}"
        )


@app.command()
def download(
    names: Names = None,
    from_file: Annotated[Path | None, typer.Option(help="A file that was fetched elsewhere; one model only.")] = None,
    mirror: Annotated[str | None, typer.Option(help="Address of a folder that holds the same files.")] = None,
) -> None:
    """Fetch models, check them against the lock file, put them in place."""
    wanted = _models(names)
    if from_file and len(wanted) != 1:
        _stop("--from-file is for one model: name it")
    folder = Settings().speech_folder
    for model in wanted:
        fetch = partial(_obtained, model, folder, from_file, mirror)
        made = _or_stop(partial(with_progress, "Fetching", fetch))
        typer.echo(f"{made}  ({model.licence}: {model.attribution})")


@app.command()
def verify(names: Names = None) -> None:
    """Compare installed models with the lock file, byte by byte."""
    from intake.transcription.models import verify as look

    folder = Settings().speech_folder
    problems = [f"{model.name}: {problem}" for model in _models(names) for problem in look(model, folder)]
    if problems:
        _stop("\n".join(problems))
    typer.echo("Models are what the lock file says.")


@app.command()
def lock(names: Annotated[list[str], typer.Argument(help="Models whose sum is taken.")]) -> None:
    """Take the sums of models from their addresses and write them into the lock file (maintainers)."""
    from intake.transcription.lock import write
    from intake.transcription.models import take_sum

    for model in _models(names):
        sha256, size = _or_stop(partial(with_progress, "Fetching", partial(take_sum, model)))
        write(model.name, sha256, size)
        typer.echo(f"{model.name}  {size} bytes  sha256 {sha256}")


@app.command()
def bench(
    folder: Annotated[Path, typer.Argument(help="Recordings x.wav beside their true words x.txt.")],
    model: Annotated[str | None, typer.Option(help="Another model than the configured one.")] = None,
    engine: Annotated[str | None, typer.Option(help="sherpa-onnx or whisper.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Figures as one JSON object.")] = False,
) -> None:
    """How well a model hears: word errors, procedures found, delay, cores. Recordings need their speakers' consent."""
    from bot.hearing import measure

    settings = Settings()
    found = _or_stop(lambda: measure(settings, folder, engine=engine, model=model))
    if as_json:
        typer.echo(json.dumps(found, ensure_ascii=False))
        return
    for name, value in found.items():
        typer.echo(f"{name:32} {value:.3f}" if isinstance(value, float) else f"{name:32} {value}")


def _obtained(
    model: Model, folder: Path, source: Path | None, mirror: str | None, show: Callable[[str, float], None]
) -> Path:
    from intake.transcription.models import obtain

    return obtain(model, folder, source=source, mirror=mirror, show=show)


def _models(names: list[str] | None) -> list[Model]:
    from intake.transcription.lock import named

    return _or_stop(lambda: [named(name) for name in names or DEFAULT])


def _or_stop(work: Callable[[], Result]) -> Result:
    from intake.transcription.lock import ModelRefused

    try:
        return work()
    except ModelRefused as refusal:
        _stop(str(refusal))


def _stop(message: str) -> NoReturn:
    typer.echo(message, err=True)
    raise typer.Exit(1)
