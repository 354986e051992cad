"""Photos made safe to keep and show: decoded with limits, turned upright, made smaller, written anew without metadata.

What a camera adds (place, time, serial number) does not survive; neither does anything that was hidden in the file.
Source: https://pillow.readthedocs.io/en/stable/handbook/security.html
"""

from __future__ import annotations

import io
import threading
import warnings

from PIL import Image, ImageOps

from intake.errors import Unseen

LARGEST = 10 * 1024 * 1024  # bytes, as sent
PIXELS = 60_000_000  # what a good telephone makes; a file that unfolds to more is refused before it is decoded
SIDE = 2000  # pixels of the longer side, as kept
QUALITY = 82
FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "MPO")
MEDIA_TYPE = "image/jpeg"
UNREADABLE, TOO_LARGE = "piece.photo_unreadable", "piece.photo_too_large"  # keys of intake/wording.py

_one_at_a_time = threading.Lock()  # a decoded photo may take 180 MB


def clean(content: bytes) -> bytes:
    """The photo as a JPEG of at most ``SIDE`` pixels. Blocking, up to a second. Raises Unseen."""
    if len(content) > LARGEST:
        raise Unseen(TOO_LARGE)
    try:
        with _one_at_a_time, warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # PIXELS is our own limit, and lower
            return _written_anew(content)
    except Unseen:
        raise
    except Exception as error:  # decoders of hostile bytes raise anything
        raise Unseen(UNREADABLE) from error


def _written_anew(content: bytes) -> bytes:
    with Image.open(io.BytesIO(content), formats=FORMATS) as picture:
        if picture.width * picture.height > PIXELS:
            raise Unseen(TOO_LARGE)
        picture.draft("RGB", (SIDE, SIDE))
        upright = ImageOps.exif_transpose(picture)
    upright.thumbnail((SIDE, SIDE))
    written = io.BytesIO()
    _on_white(upright).save(written, "JPEG", quality=QUALITY, optimize=True)
    return written.getvalue()


def _on_white(picture: Image.Image) -> Image.Image:
    """Without transparency, and without the metadata that came along: only the pixels are copied."""
    opaque = Image.new("RGB", picture.size, "white")
    picture = picture.convert("RGBA")
    opaque.paste(picture, mask=picture.getchannel("A"))
    return opaque
