"""``vigie nlp``: train, predict, evaluate, learn."""

from __future__ import annotations

import asyncio
import json
import re
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from bot.progress import with_progress
from bot.settings import Settings
from bot.stopping import or_stop

app = typer.Typer(no_args_is_help=True, help="Understanding: train, predict, evaluate.")

LANGUAGE = re.compile(r"[a-z]{2,3}")
Examples = Annotated[
    Path | None,
    typer.Option(help="Folder of <group>/<label>.txt, one utterance a line (default VIGIE_EXAMPLES_DIR, our own)."),
]
Model = Annotated[Path | None, typer.Option(help="A trained model's folder (default: our own, trained if need be).")]


@app.command()
def prepare() -> None:
    """Train our own model if there is none for the present examples."""
    from bot.school import ensure_trained

    or_stop(lambda: with_progress("Understanding", lambda show: ensure_trained(Settings(), show)))


@app.command()
def train(
    examples: Examples = None,
    output: Annotated[
        Path | None, typer.Option(help="Where the model goes (default: where Vigie looks for it).")
    ] = None,
    lang: Annotated[str | None, typer.Option(help="Language of the utterances (default VIGIE_LOCALE, fr).")] = None,
) -> None:
    """Train on any folder of examples; without options the city's own, for everything that reads messages here."""
    from bot import school
    from nlp_models import training

    settings = Settings()
    language = lang or settings.locale
    if not LANGUAGE.fullmatch(language):
        raise typer.BadParameter(f"{language!r} is no language: two letters, such as fr, en, es.")
    folder = examples or school.examples_folder(settings)
    target = output or (settings.data_dir / "models" / "trained" if examples or language != settings.locale else None)
    if target is None:
        if folder == school.EXAMPLES and or_stop(lambda: school.unmeasured(settings)):
            typer.echo("Procedures came or went: `vigie nlp calibrate` first spares a quarter of an hour.", err=True)
        summary = or_stop(lambda: with_progress("Training", lambda show: school.train_own(settings, show)))
    else:
        summary = or_stop(
            lambda: with_progress(
                "Training", lambda show: training.train(folder, target, language=language, progress=show)
            )
        )
    notes = [*summary.notes, *or_stop(lambda: school.too_few(folder))]
    found = {**asdict(summary), "notes": notes}
    typer.echo(json.dumps({"model": str(summary.output), **found}, ensure_ascii=False, default=str))


@app.command()
def calibrate() -> None:
    """Measure how far our own model may be trusted, and write the small file that training reads (maintainers)."""
    from bot.school import EXAMPLES, examples_folder
    from nlp_models.calibrating import calibrate as measure

    if (other := examples_folder(Settings())) != EXAMPLES:
        typer.echo(f"Only our own examples are measured so; those of {other} are, at each training.", err=True)
        raise typer.Exit(1)
    trust = or_stop(lambda: with_progress("Calibrating", lambda show: measure(progress=show)))
    typer.echo(json.dumps(trust.as_dict(), ensure_ascii=False))


@app.command()
def learn(
    dry_run: Annotated[bool, typer.Option(help="Compare only, promote nothing.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="The comparison as one JSON object.")] = False,
) -> None:
    """Retrain with what agents confirmed and corrected; promoted only if nothing falls."""
    from bot.learning import learn as learn_now

    lesson, promoted = or_stop(
        lambda: with_progress("Learning", lambda show: asyncio.run(learn_now(Settings(), show, promote=not dry_run)))
    )
    if as_json:
        typer.echo(json.dumps({"promoted": promoted, **lesson.as_dict()}, ensure_ascii=False))
    elif lesson.same:
        typer.echo("\n".join(lesson.lines()))
        typer.echo("Nothing new since what is live was learned: it stays.")
    else:
        typer.echo("\n".join(lesson.lines()))
        typer.echo("Promoted: it answers within ten seconds." if promoted else "Not promoted.")


@app.command()
def rollback() -> None:
    """Let the model answer again that was live before the last promotion."""
    from bot.school import ensure_trained, models_folder
    from nlp_models.promotion import live_model, roll_back

    settings = Settings()
    base = or_stop(lambda: with_progress("Understanding", lambda show: ensure_trained(settings, show)))
    before = live_model(models_folder(settings), base)
    live = roll_back(models_folder(settings), base)
    if live == before:
        typer.echo(f"Nothing was promoted: {live.name} stays live.")
    else:
        typer.echo(f"Live: {live.name} (was {before.name}); it answers within ten seconds.")


@app.command()
def lint(
    examples: Examples = None,
    fewest: Annotated[
        int | None, typer.Option(help="Examples each procedure must have (default 80; 25 in another city's folder).")
    ] = None,
) -> None:
    """Refuse examples that repeat one another, come in series, or leaked out of the messages kept for measuring."""
    from bot import school
    from nlp_models.lint import lint as look

    settings = Settings()
    folder = examples or school.examples_folder(settings)
    least = fewest if fewest is not None else 80 if folder == school.EXAMPLES else school.FEWEST
    problems = or_stop(lambda: look(settings.locale, folder, least))
    if problems:
        typer.echo("\n".join(problems), err=True)
        typer.echo(f"{len(problems)} problem(s): rewrite or remove these lines.", err=True)
        raise typer.Exit(1)
    typer.echo("Examples are in order.")


@app.command()
def danger(
    train: Annotated[bool, typer.Option(help="First train both second ears anew (maintainers, 40 s).")] = False,
) -> None:
    """How many emergencies are heard, and how many harmless messages are taken for one; a line each set."""
    from nlp_models.hearing import hearings

    if train:
        from nlp_models import danger_training, foreign_training

        typer.echo(json.dumps(danger_training.train()), err=True)
        typer.echo(json.dumps(foreign_training.train()), err=True)
    for found in or_stop(lambda: list(hearings())):
        typer.echo(json.dumps(found.as_dict(), ensure_ascii=False))


@app.command()
def predict(model: Model = None) -> None:
    """One JSON object a line on standard input, one a line on standard output, in the same order."""
    from nlp_models import evaluation, labelled

    reader = _reader(model)
    messages = or_stop(lambda: labelled.read_messages(sys.stdin.buffer.read(), "standard input"))
    for text, channel in messages:
        row = json.dumps(evaluation.prediction_row(reader.understand(text, channel)), ensure_ascii=False)
        sys.stdout.buffer.write(row.encode("utf-8", "replace") + b"\n")  # whatever the terminal's language
    sys.stdout.buffer.flush()


@app.command()
def evaluate(
    file: Annotated[Path, typer.Argument(help='JSON lines {"text", "label"}.')],
    model: Model = None,
    as_json: Annotated[bool, typer.Option("--json", help="Figures as one JSON object.")] = False,
    plot: Annotated[Path | None, typer.Option(help="Write a reliability plot (SVG) there.")] = None,
) -> None:
    """Top-1, top-3, macro-F1, calibration error, coverage at 95 % precision."""
    from nlp_models import evaluation, labelled, reliability

    rows = or_stop(lambda: labelled.read_labelled(file))
    reader = _reader(model)
    result = or_stop(lambda: evaluation.evaluate(rows, reader))
    if plot:
        drawn = reliability.plot(result.reliability, f"{result.texts} messages")
        or_stop(lambda: plot.write_text(drawn, encoding="utf-8"))
    if as_json:
        typer.echo(json.dumps(result.as_dict(), ensure_ascii=False))
        return
    for name, value in result.as_dict().items():
        typer.echo(f"{name:28} {value:.4f}" if isinstance(value, float) else f"{name:28} {value}")


def _reader(model: Path | None) -> Any:
    from bot.places import CityPlaces
    from bot.school import live_folder
    from nlp_models.pipeline import load

    if model is not None:
        return or_stop(lambda: load(model))
    settings = Settings()
    places = CityPlaces(settings).gazetteer
    return or_stop(lambda: load(with_progress("Understanding", lambda show: live_folder(settings, show)), places))
