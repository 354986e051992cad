"""A bar for work that takes more than a moment."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

Result = TypeVar("Result")


def with_progress(title: str, work: Callable[[Callable[[str, float], None]], Result]) -> Result:
    """``work`` with a progress bar on standard error; nothing is drawn when there is nothing to wait for."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f} %"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(title, total=1.0, visible=False)
        return work(lambda stage, done: bar.update(task, description=f"{title}: {stage}", completed=done, visible=True))
