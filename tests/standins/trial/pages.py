"""Pages of a stand-in for people: forms in, HTML out. Nothing here is counted or written down as a call."""

from __future__ import annotations

import functools
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode

from jinja2 import Environment, FileSystemLoader

from tests.standins.serving import StandIn
from tests.standins.wire import Answer, Asked

FOLDER = Path(__file__).parent / "templates"
KINDS = {".css": "text/css", ".js": "text/javascript"}

Form = dict[str, str]
Act = Callable[[Form], Awaitable[str]]


@dataclass(frozen=True, slots=True)
class Trial:
    """One provider to try by hand: settings for Vigie, and the address of each service that reads there."""

    stand_in: StandIn
    settings: Mapping[str, str]
    channels: Mapping[str, str] = field(default_factory=dict)


@functools.cache
def environment() -> Environment:
    """Templates that escape everything."""
    return Environment(loader=FileSystemLoader(FOLDER), autoescape=True, trim_blocks=True)


class Pages:
    """The pages of one stand-in: ``show`` draws, ``acts`` are what forms may do; each returns where to go next."""

    def __init__(self, show: Callable[[Form], str], acts: Mapping[str, Act]) -> None:
        self._show = show
        self._acts = acts

    async def __call__(self, asked: Asked) -> Answer | None:
        """An answer to a person, None for a call of the API."""
        name = asked.path.rpartition("/")[2]
        if asked.method == "GET" and asked.path == "/":
            return Answer.of_text(self._show(_form(asked.query)), 200, "text/html; charset=utf-8")
        if asked.method == "GET" and asked.path.startswith("/page/") and (FOLDER / name).suffix in KINDS:
            words = (FOLDER / name).read_text(encoding="utf-8")
            return Answer.of_text(words, 200, f"{KINDS[Path(name).suffix]}; charset=utf-8")
        act = self._acts.get(asked.path.removeprefix("/page/"))
        if act is None or asked.method != "POST":
            return None
        return Answer(303, b"", {"location": await act(_form(asked.body.decode()))})


def _form(text: str) -> Form:
    return dict(parse_qsl(text, keep_blank_values=True))


def back(**where: Any) -> str:
    """The page's address with what was looked at."""
    return "/?" + urlencode({name: value for name, value in where.items() if value})
