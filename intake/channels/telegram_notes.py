"""One message of a citizen to the bot, read: words, places, photos, sounds; and what says nothing."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterator

from telegram import Message as Note
from telegram.constants import MessageAttachmentType, MessageType
from telegram.helpers import effective_message_type

from intake import replies
from intake.channels.telegram_updates import JSON
from intake.models import LONGEST, Message, Piece, not_ours
from routing.domain.attachment import Kind
from routing.domain.redaction import readable
from routing.domain.understanding import Channel

SOURCE = "telegram"  # whose MediaSource fetches what came with a message
TOYS = ("sticker", "dice", "game")
CONTENTS = frozenset((*MessageAttachmentType, MessageType.TEXT, MessageType.CHECKLIST))


def is_toy(note: Note) -> bool:
    """Whether it is a sticker, dice or a game: people send them to be kind; nobody has to look at them."""
    return not (note.text or note.caption) and any(getattr(note, name) is not None for name in TOYS)


def is_notice(note: Note) -> bool:
    """Whether Telegram only tells what happened in the conversation ("message pinned"). A kind that nobody knows yet is
    none: somebody may have said something by it.
    """
    kind = effective_message_type(note)
    return kind is not None and kind not in CONTENTS


def outline_of(note: Note) -> str:
    """What came, of which we read no more; French, for the agents."""
    if note.contact is not None:
        names = (note.contact.first_name, note.contact.last_name, note.contact.phone_number)
        return f"(fiche de contact : {readable(' '.join(filter(None, names)))})"[:LONGEST]
    if note.poll is not None:
        options = " / ".join(option.text for option in note.poll.options)
        return f"(sondage : {readable(note.poll.question)} {readable(options)})"[:LONGEST]
    return "(contenu que Vigie ne sait pas lire)"


def read_message(note: Note, provider: str, raw: bytes) -> Message:
    """One message of a citizen; odd coordinates are left out."""
    latitude, longitude = _place(note)
    text = readable(note.text or note.caption or "")[:LONGEST]
    pieces = tuple(_pieces(note))
    outline = not (text or pieces or latitude is not None)
    if not text:
        text = outline_of(note) if outline else replies.ONLY_PLACE if latitude is not None else replies.ONLY_MEDIA
    return Message(
        channel=Channel.TELEGRAM,
        text=text,
        provider=provider,
        external_id=name_of("message", f"{note.chat.id}/{note.message_id}"),
        contact=str(note.chat.id),
        latitude=latitude,
        longitude=longitude,
        address=readable(note.venue.address)[:300] if note.venue else None,
        raw=raw,
        content_type=JSON,
        pieces=pieces,
        outline=outline,
    )


def as_another(message: Message, number: int) -> Message:
    """A correction that is a message of its own."""
    return Message(
        channel=message.channel,
        text=message.text,
        provider=message.provider,
        external_id=name_of("edit", str(number)),
        contact=message.contact,
        latitude=message.latitude,
        longitude=message.longitude,
        raw=message.raw,
        content_type=message.content_type,
    )


def name_of(kind: str, name: str) -> str:
    """The inbox's name of an event; digested, because it must not say who wrote."""
    return f"{kind}/{hashlib.sha256(name.encode()).hexdigest()[:32]}"


def _place(note: Note) -> tuple[float | None, float | None]:
    place = note.location or (note.venue.location if note.venue else None)
    if place is None:
        return None, None
    found = (place.latitude, place.longitude)
    good = all(isinstance(each, int | float) and math.isfinite(each) for each in found)
    return found if good and abs(found[0]) <= 90 and abs(found[1]) <= 180 else (None, None)


def _pieces(note: Note) -> Iterator[Piece]:
    """The largest size of a photo, voice messages and sounds; other files stay at Telegram's."""
    if note.photo:
        largest = note.photo[-1]
        yield _piece(Kind.PHOTO, largest.file_unique_id, "image/jpeg", largest.file_id)
    for sound in (note.voice, note.audio):
        if sound is not None:
            yield _piece(Kind.AUDIO, sound.file_unique_id, sound.mime_type or "audio/ogg", sound.file_id)
    document = note.document
    if document is not None and (document.mime_type or "").startswith("image/"):
        yield _piece(Kind.PHOTO, document.file_unique_id, document.mime_type or "", document.file_id)
    elif (other := document or note.video or note.video_note) is not None:
        yield not_ours(other.file_unique_id[:64], "")


def _piece(kind: Kind, name: str, media_type: str, file: str) -> Piece:
    return Piece(kind, name[:64], readable(media_type)[:80], source=f"{SOURCE}:{file[:500]}")
