"""Which model is live: the one trained at set-up, or one that learned from the room and was promoted.

A promoted model is only live for the examples and the code it grew from: when those change, the model trained from them
takes over until the room's labels are learned again.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from time import time

from nlp_models.errors import ModelError

_POINTER = "live.json"
_HALF_MADE = 24 * 3600  # seconds after which a model that is still half made never will be


@dataclass(frozen=True, slots=True)
class Live:
    """``chosen`` is the folder name of the promoted model, ``base`` that of the model it grew from.

    ``before`` is what was live until then, "" for the base itself.
    """

    chosen: str
    base: str
    before: str = ""


def live_model(cache: Path, base: Path) -> Path:
    """Return the folder of the model that answers now."""
    pointer = _read(cache)
    chosen = cache / pointer.chosen if pointer and pointer.base == base.name else base
    return chosen if (chosen / "config.cfg").is_file() else base


@contextmanager
def alone(cache: Path, base: Path) -> Iterator[None]:
    """Nobody else learns meanwhile, and what others left behind when they were killed is cleared away first.

    Raises ModelError when somebody else is learning.
    """
    cache.mkdir(parents=True, exist_ok=True)
    with (cache / ".learning").open("w") as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise ModelError("Somebody is learning from the room already: wait until that has ended.") from error
        pointer = _read(cache)
        kept = {pointer.chosen, pointer.before} if pointer else set()
        for old in cache.glob("room-*"):
            if old.name not in kept:
                shutil.rmtree(old, ignore_errors=True)
        for half in cache.glob(".training-*"):  # younger ones may be somebody's training
            if half.stat().st_mtime < time() - _HALF_MADE:
                shutil.rmtree(half, ignore_errors=True)
        yield


def promote(cache: Path, base: Path, folder: Path) -> None:
    """Make a trained folder inside ``cache`` the live model, remembering what was live before."""
    before = live_model(cache, base)
    _write(cache, Live(folder.name, base.name, "" if before == base else before.name))
    for old in cache.glob("room-*"):
        if old not in (folder, before):
            shutil.rmtree(old, ignore_errors=True)


def roll_back(cache: Path, base: Path) -> Path:
    """Make live what was live before the last promotion, and return it: at the latest the base itself."""
    pointer = _read(cache)
    before = pointer.before if pointer and pointer.base == base.name else ""
    if before:
        _write(cache, Live(before, base.name))
    else:
        (cache / _POINTER).unlink(missing_ok=True)
    return live_model(cache, base)


def _read(cache: Path) -> Live | None:
    path = cache / _POINTER
    try:
        return Live(**json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):  # none, or one that says nothing: it must not keep Vigie from starting
        return None


def _write(cache: Path, live: Live) -> None:
    made = cache / f".{_POINTER}.{os.getpid()}"
    made.write_text(json.dumps(asdict(live)), encoding="utf-8")
    made.replace(cache / _POINTER)  # whole or not at all
