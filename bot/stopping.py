"""A command that cannot go on says why in one line and ends with 1."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import typer

Result = TypeVar("Result")


def or_stop(work: Callable[[], Result]) -> Result:
    """``work``, or what is wrong with its input, its model, or a file that cannot be read or written."""
    from nlp_models.errors import SchoolError

    try:
        return work()
    except SchoolError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from error
    except OSError as error:  # a file where a folder should be, no right to write
        if error.filename is None:
            raise
        typer.echo(f"{error.filename}: {error.strerror}.", err=True)
        raise typer.Exit(1) from error
