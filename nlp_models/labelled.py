"""Labelled messages, one JSON object a line."""

from __future__ import annotations

import codecs
import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nlp_models.errors import CorpusError
from routing.domain.understanding import Channel


@dataclass(frozen=True, slots=True)
class LabelledText:
    """One message; ``label`` is None when no procedure foresees it, and ``kind`` then says "near" or "far" if known.

    ``commune`` and ``place`` are what the message names, where that was written down; ``hard`` that it says its matter
    in few or odd words.
    """

    text: str
    label: str | None
    channel: str = "web"
    kind: str = ""
    commune: str | None = None
    place: str | None = None
    hard: bool = False


def read_labelled(path: Path) -> list[LabelledText]:
    """Read JSON lines ``{"text", "label", "channel"?, "kind"?, "commune"?, "place"?, "hard"?}``.

    Raises CorpusError naming the line that is wrong.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise CorpusError(f"{path}: cannot be read ({error.strerror}).") from error
    return [
        LabelledText(
            _string(row, "text", where),
            _label_of(row, where),
            _channel_of(row, where),
            _maybe(row, "kind", where) or "",
            _maybe(row, "commune", where),
            _maybe(row, "place", where),
            row.get("hard") is True,
        )
        for where, row in _json_lines(content, str(path))
    ]


def read_messages(content: bytes, name: str = "input") -> list[tuple[str, str]]:
    """Read JSON lines ``{"text", "channel"?}`` as (text, channel). Raises CorpusError naming the line that is wrong."""
    return [(_string(row, "text", where), _channel_of(row, where)) for where, row in _json_lines(content, name)]


def _json_lines(content: bytes, name: str) -> Iterable[tuple[str, dict[str, Any]]]:
    for number, line in enumerate(content.removeprefix(codecs.BOM_UTF8).split(b"\n"), 1):
        if not line.strip():
            continue
        where = f"{name}, line {number}"
        try:
            row = json.loads(line.decode("utf-8"))
        except UnicodeDecodeError as error:
            raise CorpusError(f"{where}: not UTF-8 text; save it as UTF-8.") from error
        except (ValueError, RecursionError) as error:
            raise CorpusError(f"{where}: not JSON ({error}).") from error
        if not isinstance(row, dict):
            raise CorpusError(f'{where}: expected an object such as {{"text": …}}, found {type(row).__name__}.')
        yield where, row


def _string(row: dict[str, Any], key: str, where: str) -> str:
    value = row.get(key)
    if not isinstance(value, str):
        raise CorpusError(f"{where}: {key!r} must be a string, found {'nothing' if value is None else repr(value)}.")
    return value


def _maybe(row: dict[str, Any], key: str, where: str) -> str | None:
    return None if row.get(key) is None else _string(row, key, where)


def _label_of(row: dict[str, Any], where: str) -> str | None:
    return None if "label" in row and row["label"] is None else _string(row, "label", where)


def _channel_of(row: dict[str, Any], where: str) -> str:
    channel = row.get("channel", "web")
    if channel not in list(Channel):
        raise CorpusError(f"{where}: unknown channel {channel!r}; one of {', '.join(Channel)}.")
    return str(channel)
