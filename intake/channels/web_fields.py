"""What a browser posts, with or without photos, whatever its age."""

from __future__ import annotations

import asyncio
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode

from fastapi import Request
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException

from intake import pictures
from intake.errors import IntakeError, Unseen
from intake.models import Piece
from intake.wording import say
from routing.domain.attachment import Kind

MOST_PHOTOS = 3
MOST_FILES = 10  # more is not a form of ours
MULTIPART = "multipart/form-data"
MOST_FIELDS = 20
FIELD_SIZE = 64 * 1024  # bytes


@dataclass(frozen=True, slots=True)
class Form:
    """A posted form. ``raw`` is what is kept of it: the fields, never a photo as it was sent."""

    fields: dict[str, str]
    raw: bytes
    photos: tuple[Piece, ...] = ()


async def read(request: Request) -> Form:
    """The form of a request. A photo that cannot be read is a piece with its problem: the words still count."""
    if not request.headers.get("content-type", "").lower().startswith(MULTIPART):
        raw = await request.body()
        return Form(read_form(raw), raw)
    try:
        async with request.form(max_files=MOST_FILES, max_fields=MOST_FIELDS, max_part_size=FIELD_SIZE) as posted:
            fields = {name: value for name, value in posted.items() if isinstance(value, str)}
            files = [item for item in posted.getlist("photos") if isinstance(item, UploadFile) and item.filename]
            photos = await _photos(files)
    except (HTTPException, MultiPartException) as error:
        raise IntakeError(say("form.unreadable")) from error
    return Form(fields, urlencode(fields).encode(), photos)


async def _photos(files: Sequence[UploadFile]) -> tuple[Piece, ...]:
    photos = [await _photo(await file.read()) for file in files[:MOST_PHOTOS]]
    return (*photos, *(_one_too_many(number) for number in range(len(files) - MOST_PHOTOS)))


def _one_too_many(number: int) -> Piece:
    return Piece(Kind.PHOTO, f"de-trop-{number}", pictures.MEDIA_TYPE, problem="piece.photo_too_many")


async def _photo(content: bytes) -> Piece:
    name = hashlib.sha256(content).hexdigest()[:32]
    try:
        cleaned = await asyncio.to_thread(pictures.clean, content)
    except Unseen as error:
        return Piece(Kind.PHOTO, name, pictures.MEDIA_TYPE, problem=str(error))
    return Piece(Kind.PHOTO, name, pictures.MEDIA_TYPE, content=cleaned)


def read_form(raw: bytes) -> dict[str, str]:
    """The fields of an urlencoded body; bytes that are not UTF-8 are read as Windows-1252, the old forms' habit."""
    text = re.sub(rb"[\x80-\xff]", lambda byte: b"%%%02X" % byte[0][0], raw).decode("ascii")
    try:
        return dict(
            parse_qsl(text, keep_blank_values=True, encoding="utf-8", errors="strict", max_num_fields=MOST_FIELDS)
        )
    except UnicodeDecodeError:
        return dict(
            parse_qsl(text, keep_blank_values=True, encoding="cp1252", errors="replace", max_num_fields=MOST_FIELDS)
        )
    except ValueError:
        return {}
