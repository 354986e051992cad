"""Twilio's signature, written from its description and not with its SDK."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Sequence


def signature(token: str, address: str, fields: Sequence[tuple[str, str]]) -> str:
    """base64 of HMAC-SHA1 over the address and each field's name and value, sorted; a pair said twice counts once."""
    signed = address + "".join(name + value for name, value in sorted(set(fields)))
    return base64.b64encode(hmac.new(token.encode(), signed.encode(), hashlib.sha1).digest()).decode()
