"""What the ear refuses, with words the citizen or the caller of the API can act on (French)."""

from __future__ import annotations


class IntakeError(Exception):
    """Base of every refusal by the ear."""


class NothingSaid(IntakeError):
    """The message holds no readable word."""


class TooLong(IntakeError):
    """The message is longer than what is kept."""


class TooMany(IntakeError):
    """More than is taken within the hour; danger is always taken."""


class BadAudio(IntakeError):
    """The recording cannot be played, or is longer or larger than what is listened to."""


class NotListening(IntakeError):
    """No recogniser can take this now: there is none, it is starting again, or too many people speak at once."""


class Unseen(IntakeError):
    """A photo or sound that cannot be read; the message is a key of intake/wording.py."""
