"""Where a telephone call stands."""

from __future__ import annotations

from enum import StrEnum


class Step(StrEnum):
    """What the caller was last asked, or how the call goes on."""

    ABOUT = "about"  # is it about the report this number made before
    WHAT = "what"  # what is happening
    FAMILY = "family"  # which kind of matter, by keys: nobody can hear them
    WHERE = "where"
    CONFIRM = "confirm"  # is this what you mean
    CHOOSE = "choose"  # which of these
    PERSON = "person"  # handed to a person, or to the answering machine when there is none
    DONE = "done"
