"""What travels between a client under test and a stand-in."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Asked:
    """One HTTP request as it came. Header names are lower case."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Answer:
    """One HTTP answer."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of_json(cls, value: object, status: int = 200, headers: Mapping[str, str] | None = None) -> Answer:
        """JSON, as the providers write it."""
        body = json.dumps(value, ensure_ascii=False).encode()
        return cls(status, body, {"content-type": "application/json; charset=utf-8", **(headers or {})})

    @classmethod
    def of_text(cls, value: str, status: int = 200, kind: str = "text/plain; charset=utf-8") -> Answer:
        """Text or HTML."""
        return cls(status, value.encode(), {"content-type": kind})

    def shown(self) -> Any:
        """The body for the journal: JSON where it is JSON, else text."""
        try:
            return json.loads(self.body)
        except ValueError:
            return self.body.decode(errors="replace")


@dataclass(frozen=True, slots=True)
class Call:
    """A request a stand-in has read: the provider's name of the method and its arguments, without the token.

    ``refusal`` is the provider's answer to a request that could not be read (no token, wrong type, unknown argument).
    """

    name: str
    arguments: Mapping[str, Any]
    asked: Asked
    refusal: Answer | None = None
