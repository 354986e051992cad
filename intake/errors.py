"""What the ear refuses, with words the citizen or the caller of the API can act on (French)."""

from __future__ import annotations


class IntakeError(Exception):
    """Base of every refusal by the ear."""


class NothingSaid(IntakeError):
    """The message holds no readable word."""


class TooLong(IntakeError):
    """The message is longer than what is kept."""
