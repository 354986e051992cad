"""References people can say on the telephone."""

from __future__ import annotations

import secrets

# No 0/O, 1/I/L, 5/S, 8/B, 2/Z, U/V: each sign is distinct when read aloud in French or scribbled on a van's dashboard.
ALPHABET = "34679ACDEFGHJKMNPQRTVWXY"


def new_reference(prefix: str, length: int = 4) -> str:
    """``prefix`` and ``length`` signs, e.g. VG-4K7Q (about 330 000 of four signs). The caller checks it is free."""
    return f"{prefix}-{''.join(secrets.choice(ALPHABET) for _ in range(length))}"


def normalise(reference: str) -> str:
    """What a person typed as a reference, in the form it is stored ("vg 4k7q" is VG-4K7Q)."""
    signs = "".join(sign for sign in reference.upper() if sign.isascii() and sign.isalnum())
    return f"{signs[:2]}-{signs[2:]}"


def new_token() -> str:
    """An unguessable name for a tracking page (192 random bits, URL-safe)."""
    return secrets.token_urlsafe(24)
