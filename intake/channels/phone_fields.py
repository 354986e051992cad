"""What the provider says of a call, read with care."""

from __future__ import annotations

from collections.abc import Mapping

# What Twilio puts for a number it was not given: ANONYMOUS, RESTRICTED, BLOCKED, UNKNOWN, UNAVAILABLE on a keypad. Two
# callers with the same one are strangers.
HIDDEN = frozenset({"+266696687", "+7378742833", "+2562533", "+8656696", "+86282452253"})


def sid(fields: Mapping[str, str]) -> str:
    """The provider's name of the call."""
    return fields.get("CallSid", "")[:64]


def contact(fields: Mapping[str, str]) -> str | None:
    """The caller's number, None when hidden."""
    number = fields.get("From", "")
    told = number.startswith("+") and number[1:].isdecimal() and len(number) > 6
    return number[:20] if told and number not in HIDDEN else None


def share(value: str | None) -> float | None:
    """A number between 0 and 1 as the provider writes it."""
    try:
        found = float(value or "")
    except ValueError:
        return None
    return found if 0 < found <= 1 else None


def number(value: str | None) -> int:
    """A small whole number, -1 for anything else."""
    return int(value) if value and value.isascii() and value.isdecimal() and len(value) < 7 else -1
