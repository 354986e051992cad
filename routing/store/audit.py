"""The audit log in the database."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import fields, replace
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import ColumnElement, func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from routing.domain import audit
from routing.domain.audit import ANCHOR, START, Entry, Sealed
from routing.store.base import End, at_end
from routing.store.bulk import insert_rows
from routing.store.models import AuditEntry, AuditHead

ANCHORED_AT_ONCE = 2000
FIELDS = fields(Entry)


HEADS = text("""
    INSERT INTO audit_head (chain, number, digest, anchored)
    SELECT chain, 0, :start, 0 FROM unnest(CAST(:chains AS text[])) AS chain ORDER BY chain
    ON CONFLICT (chain) DO UPDATE SET number = audit_head.number RETURNING chain, number, digest
""")
MOVE = text("""
    UPDATE audit_head SET number = moved.number, digest = moved.digest
    FROM unnest(CAST(:chains AS text[]), CAST(:numbers AS bigint[]), CAST(:digests AS text[]))
        AS moved(chain, number, digest) WHERE audit_head.chain = moved.chain
""")


def append(session: AsyncSession, entries: Sequence[Entry]) -> None:
    """Add entries, at the end of the transaction."""
    if entries:
        session.info.setdefault("audit", []).extend(entries)
        at_end(session, End.AUDIT, _append_all)


async def _append_all(session: AsyncSession) -> None:
    """Other writers of the same chains wait until the transaction ends, those of other chains do not."""
    entries: list[Entry] = session.info["audit"]
    chains = list(dict.fromkeys(entry.chain for entry in entries))
    await session.flush()
    locked = await session.execute(HEADS, {"chains": chains, "start": START})
    heads = {chain: (int(number), str(digest)) for chain, number, digest in locked}
    rows: list[dict[str, Any]] = []
    for unwritten in entries:
        number, previous = heads[unwritten.chain]
        entry = replace(unwritten, number=number + 1)
        sealed = audit.digest(previous, entry)
        rows.append({one.name: getattr(entry, one.name) for one in FIELDS} | {"previous": previous, "digest": sealed})
        heads[entry.chain] = (entry.number, sealed)
    await insert_rows(session, AuditEntry, rows)
    moved = {"numbers": [heads[chain][0] for chain in chains], "digests": [heads[chain][1] for chain in chains]}
    await session.execute(MOVE, {"chains": chains, **moved})


async def anchor(session: AsyncSession, now: datetime) -> int:
    """Seal the heads that moved since the last anchor into the anchors' own chain; returns how many.

    Heads that somebody is writing at this moment wait for the next anchor; nobody waits for an anchor.
    """
    only_one = func.pg_try_advisory_xact_lock(func.hashtextextended("vigie.anchor", 0))
    if not await session.scalar(select(only_one)):
        return 0
    loose = select(AuditHead).where(AuditHead.number > AuditHead.anchored, AuditHead.chain != ANCHOR)
    loose = loose.order_by(AuditHead.chain).limit(ANCHORED_AT_ONCE).with_for_update(skip_locked=True)
    heads = list(await session.scalars(loose))
    if heads:
        sealed = {head.chain: [head.number, head.digest] for head in heads}
        append(session, [Entry(ANCHOR, 0, now, ANCHOR, f"{len(heads)} chaînes scellées", facts={"heads": sealed})])
        for head in heads:
            head.anchored = head.number
    return len(heads)


async def faults(session: AsyncSession) -> list[str]:
    """Whatever does not fit: entries changed or missing, ends cut off, chains that only an anchor knows."""
    heads = {row.chain: (row.number, row.digest) for row in await session.scalars(select(AuditHead))}
    found: list[str] = []
    seen: set[str] = set()
    async for chain, entries in _chains(session):
        seen.add(chain)
        found += audit.faults(chain, entries, heads.get(chain))
    found += [f"{chain}: every entry is missing" for chain in heads if chain not in seen]
    return found + await _against_anchors(session)


async def _chains(session: AsyncSession) -> AsyncIterator[tuple[str, list[Sealed]]]:
    """Chain by chain, so that a log of years is never held at once."""
    names = (await session.scalars(select(AuditEntry.chain).distinct().order_by(AuditEntry.chain))).all()
    for start in range(0, len(names), 200):
        some = AuditEntry.chain.in_(names[start : start + 200])
        rows = await session.scalars(select(AuditEntry).where(some).order_by(AuditEntry.chain, AuditEntry.number))
        for chain, group in groupby(rows, key=lambda row: row.chain):
            yield chain, [_sealed(row) for row in group]


async def _against_anchors(session: AsyncSession) -> list[str]:
    found: list[str] = []
    for anchored in await session.scalars(select(AuditEntry).where(AuditEntry.chain == ANCHOR)):
        heads: dict[str, list[Any]] = anchored.facts["heads"]
        rows = await session.execute(
            select(AuditEntry.chain, AuditEntry.digest)
            .join(AuditHead, AuditHead.chain == AuditEntry.chain)
            .where(AuditEntry.digest.in_([digest for _, digest in heads.values()]))
        )
        known = {(row.chain, row.digest) for row in rows}
        lost = [chain for chain, (_, digest) in heads.items() if (chain, digest) not in known]
        found += [f"{chain}: not as anchor {anchored.number} sealed it" for chain in lost]
    return found


async def entries(session: AsyncSession, *conditions: ColumnElement[bool], limit: int = 500) -> Sequence[Entry]:
    """Entries under these conditions, the latest ``limit`` of them, in the order of time."""
    newest = select(AuditEntry).where(*conditions).order_by(AuditEntry.at.desc(), AuditEntry.id.desc()).limit(limit)
    return [_sealed(row).entry for row in (await session.scalars(newest)).all()[::-1]]


def _sealed(row: AuditEntry) -> Sealed:
    entry = Entry(row.chain, row.number, row.at, row.kind, row.text, row.by, row.person, row.incident, row.facts)
    return Sealed(entry, row.previous, row.digest)
