"""A stretch of a kept sound: what a player asks for when somebody moves its needle (RFC 9110 § 14)."""

from __future__ import annotations

import re
from collections.abc import Mapping

from fastapi import Response

ASKED = re.compile(r"bytes=(?P<first>\d{0,15})-(?P<last>\d{0,15})")


def served(content: bytes, media_type: str, asked: str | None, headers: Mapping[str, str]) -> Response:
    """The whole, or the one stretch that ``asked`` (a Range header) names: 206; 416 when it lies beyond the end.

    Several stretches, or what is no stretch of bytes, are answered by the whole.
    """
    known = {**headers, "Accept-Ranges": "bytes"}
    found = ASKED.fullmatch(asked.strip()) if asked else None
    if found is None or not _makes_sense(found["first"], found["last"]):
        return Response(content, media_type=media_type, headers=known)
    first, last = _bounds(found["first"], found["last"], len(content))
    if first > last:
        return Response(status_code=416, headers={**known, "Content-Range": f"bytes */{len(content)}"})
    known["Content-Range"] = f"bytes {first}-{last}/{len(content)}"
    return Response(content[first : last + 1], 206, known, media_type)


def _makes_sense(first: str, last: str) -> bool:
    return int(first) <= int(last) if first and last else bool(first or last)


def _bounds(first: str, last: str, size: int) -> tuple[int, int]:
    """The first and last byte; the first is behind the last when there is nothing there."""
    if not first:  # the last so many
        return (max(size - int(last), 0), size - 1) if int(last) else (size, size - 1)
    return int(first), min(int(last), size - 1) if last else size - 1
