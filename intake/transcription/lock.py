"""The lock file: which models there are, where they lie, and what their bytes must be."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

LOCK = Path(__file__).with_name("models.lock.toml")


class ModelRefused(Exception):
    """The model cannot be had, or is not what the lock file says; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Model:
    """One entry. ``keep`` are patterns of the files an archive is unpacked to; ``bytes`` is None when unknown."""

    name: str
    kind: str
    urls: tuple[str, ...]
    licence: str
    attribution: str
    language: str = ""
    sha256: str = ""
    bytes: int | None = None
    keep: tuple[str, ...] = ("*",)

    @property
    def file(self) -> str:
        """The name of the file that is downloaded."""
        return self.urls[0].rsplit("/", 1)[-1]


def read(path: Path = LOCK) -> dict[str, Model]:
    """Every model by name."""
    entries = tomllib.loads(path.read_text(encoding="utf-8")).get("model", [])
    known = (
        Model(**{**item, "urls": tuple(item["urls"]), "keep": tuple(item.get("keep", ("*",)))}) for item in entries
    )
    return {model.name: model for model in known}


def named(name: str, path: Path = LOCK) -> Model:
    """One model. Raises ModelRefused."""
    models = read(path)
    if name not in models:
        raise ModelRefused(f"unknown model '{name}'; there are {', '.join(models)}")
    return models[name]


def write(name: str, sha256: str, size: int, path: Path = LOCK) -> None:
    """Put a model's sum and size into the lock file; its comments stay."""
    text = path.read_text(encoding="utf-8")
    before, sign, entry = text.partition(f'name = "{name}"\n')
    if not sign:
        raise ModelRefused(f"unknown model '{name}'")
    entry, following, rest = entry.partition("\n[[model]]")
    entry = re.sub(r"^(sha256|bytes) = .*\n", "", entry, flags=re.MULTILINE)
    entry = re.sub(r"^urls = ", f'bytes = {size}\nsha256 = "{sha256}"\nurls = ', entry, count=1, flags=re.MULTILINE)
    made = path.with_suffix(".new")
    made.write_text(before + sign + entry + following + rest, encoding="utf-8")
    made.replace(path)
