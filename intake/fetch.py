"""A photo or sound is fetched from where it waits, made safe and kept; words never wait for it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from intake import pictures, sounds
from intake.errors import Unseen
from intake.ports import Fetched, MediaSource
from intake.wording import say
from routing.domain.attachment import AttachmentState, Kind
from routing.domain.incident import ReportState
from routing.domain.understanding import Channel
from routing.ports import DeliveryProblem, PermanentProblem, TemporaryProblem
from routing.service.desk import Desk
from routing.service.keep_attachment import keep, refuse
from routing.service.tell import tell_one
from routing.store import attachments, timers
from routing.store.base import Database
from routing.store.models import Report

FETCH_TIME = 20.0  # seconds for one file
LAST_TRY = 6  # failures after which it is given up; the provider keeps it longer than our tries last
LARGEST = {Kind.PHOTO: pictures.LARGEST, Kind.AUDIO: sounds.LARGEST}
NOT_FETCHED = "piece.not_fetched"


async def fetch(database: Database, desk: Desk, sources: Mapping[str, MediaSource], attachment_id: int) -> None:
    """Fetch one attachment; the scheme of its source (``twilio:…``) says where. Safe to run twice.

    Raises DeliveryProblem when it should be tried again.
    """
    async with database.transaction() as session:
        row = await attachments.locked(session, attachment_id)
        tries = await timers.attempts(session, timers.Verb.FETCH, attachment_id)
        if row is None or row.state is not AttachmentState.WANTED or row.source is None:
            await timers.disarm(session, timers.Verb.FETCH, attachment_id)
            return
    try:
        content, media_type = await _safe(row.kind, await _fetched(sources, row.source, LARGEST[row.kind]))
    except (PermanentProblem, Unseen) as error:
        await _refuse(database, desk, attachment_id, str(error) if isinstance(error, Unseen) else NOT_FETCHED)
        return
    except DeliveryProblem:
        if tries < LAST_TRY:
            raise
        await _refuse(database, desk, attachment_id, NOT_FETCHED)
        return
    async with database.transaction() as session:
        row = await attachments.locked(session, attachment_id)
        assert row is not None
        await keep(session, desk, row, content, media_type)


async def _fetched(sources: Mapping[str, MediaSource], source: str, most: int) -> Fetched:
    scheme, _, address = source.partition(":")
    if scheme not in sources:
        raise TemporaryProblem(f"aucun compte {scheme} n'est connecté")
    try:
        async with asyncio.timeout(FETCH_TIME):
            return await sources[scheme].fetch(address, most)
    except TimeoutError as error:
        raise TemporaryProblem("le fournisseur ne répond pas") from error


async def _safe(kind: Kind, fetched: Fetched) -> tuple[bytes, str]:
    if kind is Kind.AUDIO:
        return fetched.content, sounds.media_type(fetched.content)
    return await asyncio.to_thread(pictures.clean, fetched.content), pictures.MEDIA_TYPE


async def _refuse(database: Database, desk: Desk, attachment_id: int, problem: str) -> None:
    """Whoever sent it by message learns it there, and may send another one."""
    async with database.transaction() as session:
        row = await attachments.locked(session, attachment_id)
        if row is not None and row.state is AttachmentState.WANTED:
            await refuse(session, row, problem)
            report = await session.get_one(Report, row.report_id)
            first = report.danger is not None and report.state is ReportState.RECEIVED  # safety words come first
            if not first and report.channel is not Channel.VOICE:  # a caller cannot send a recording again
                await tell_one(session, desk, report, say(problem, report.language))
