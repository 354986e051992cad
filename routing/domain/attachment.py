"""Photos and sounds that citizens send: what they are, and where each stands."""

from __future__ import annotations

from enum import StrEnum


class Kind(StrEnum):
    """A picture to look at, or a sound to listen to."""

    PHOTO = "photo"
    AUDIO = "audio"


class AttachmentState(StrEnum):
    """``wanted``: still at the provider's; ``kept``: here; ``refused``: unreadable or gone; ``forgotten``: deleted."""

    WANTED = "wanted"
    KEPT = "kept"
    REFUSED = "refused"
    FORGOTTEN = "forgotten"
