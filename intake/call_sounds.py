"""Sounds of a call: the message left after the signal, and words that no recogniser understood."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from routing.domain.attachment import Kind
from routing.service.desk import Desk
from routing.service.keep_attachment import expect, keep
from routing.store import reports
from routing.store.models import InboundEvent, Report

UNCLEAR = "unclear-speech"  # the provider of raw events that are sounds
MEDIA_TYPE = "audio/wav"


@dataclass(frozen=True, slots=True)
class Recording:
    """A message left after the signal: the provider's name for it, where it is fetched, how long it is (seconds)."""

    name: str
    source: str
    seconds: int


async def keep_message(session: AsyncSession, desk: Desk, report: Report, recording: Recording) -> None:
    """Fetched by a job, then listened to; a person hears it in the room."""
    await expect(
        session,
        desk,
        report,
        Kind.AUDIO,
        name=recording.name,
        media_type=MEDIA_TYPE,
        source=recording.source,
        seconds=float(recording.seconds),
    )


async def keep_unclear(session: AsyncSession, desk: Desk, sid: str, turn: int, sound: bytes) -> None:
    """Somebody spoke and no word was understood: the sound waits for the end of the call. WAV."""
    await reports.keep_event(session, UNCLEAR, f"{sid}-{turn}", MEDIA_TYPE, sound, desk.now())


async def unclear_of(session: AsyncSession, sid: str) -> Sequence[InboundEvent]:
    """What of a call was not understood."""
    return await reports.events_of(session, UNCLEAR, f"{sid}-")


async def join(session: AsyncSession, desk: Desk, report: Report, sounds: Sequence[InboundEvent]) -> None:
    """The sounds are the report's from now on, and kept once."""
    for sound in sounds:
        row = await expect(session, desk, report, Kind.AUDIO, name=sound.external_id, media_type=sound.content_type)
        await keep(session, desk, row, sound.body, sound.content_type)
        sound.body, sound.report_id = b"", report.id
