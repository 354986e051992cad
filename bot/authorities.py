"""The certificate authorities that providers are checked against."""

from __future__ import annotations

import ssl
from functools import cache

import httpx


@cache
def authorities() -> ssl.SSLContext:
    """Read once: a client that reads them for itself takes a tenth of a second of processor each time."""
    return httpx.create_ssl_context()
