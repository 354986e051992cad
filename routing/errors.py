"""Errors of the head. Each message is for the person who can act on it (French where an operator reads it)."""

from __future__ import annotations


class RoutingError(Exception):
    """Base of every refusal by the head."""


class NotFound(RoutingError):
    """Nothing has this reference."""


class Conflict(RoutingError):
    """The state does not allow this (already taken, already resolved...)."""


class Unreadable(RoutingError):
    """The database cannot hold this value (a NUL, a number out of range)."""


class UnknownProcedure(RoutingError):
    """No procedure of the catalogue has this id."""


class CatalogueError(RoutingError):
    """The catalogue or the on-call file is wrong: ``problems`` are lines ``file:line: what and what to do``."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems
