"""Why somebody was called or not: each entry holds the digest of the one before, so that no change goes unseen."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

CONFIGURATION = "configuration"
ANCHOR = "anchor"
START = "0" * 64


@dataclass(frozen=True, slots=True)
class Entry:
    """One decision; ``facts`` are JSON values, ``text`` is French.

    ``number`` counts from 1 in its ``chain``; it is 0 until the entry is written.
    """

    chain: str
    number: int
    at: datetime
    kind: str
    text: str
    by: str | None = None
    person: str | None = None
    incident: str | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Sealed:
    """An entry as stored, with the digest before it and its own."""

    entry: Entry
    previous: str
    digest: str


def chain_of_incident(reference: str) -> str:
    """Decisions about one incident are written under its own lock, so each incident has a chain of its own."""
    return f"incident:{reference}"


def chain_of_person(person: str) -> str:
    """Trial calls belong to no incident."""
    return f"person:{person}"


def digest(previous: str, entry: Entry) -> str:
    """SHA-256 over the previous digest and the canonical form (JSON, sorted keys, no blanks, times in UTC)."""
    form = {
        "chain": entry.chain,
        "number": entry.number,
        "at": entry.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "kind": entry.kind,
        "text": entry.text,
        "by": entry.by,
        "person": entry.person,
        "incident": entry.incident,
        "facts": entry.facts,
    }
    canonical = json.dumps(form, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(f"{previous}\n{canonical}".encode()).hexdigest()


def faults(chain: str, found: Iterable[Sealed], head: tuple[int, str] | None) -> Iterator[str]:
    """What is wrong in one chain: a changed entry, a missing one, an end that is not where ``head`` says."""
    number, previous = 0, START
    for sealed in found:
        entry = sealed.entry
        if entry.number != number + 1:
            yield f"{chain}: {entry.number - number - 1} entries missing before number {entry.number}"
        elif sealed.previous != previous:
            yield f"{chain}: number {entry.number} does not follow number {number}"
        if digest(sealed.previous, entry) != sealed.digest:
            yield f"{chain}: number {entry.number} was changed"
        number, previous = entry.number, sealed.digest
    if head is None:
        yield f"{chain}: its head is missing"
    elif head != (number, previous):
        yield f"{chain}: ends at number {number}, {head[0]} was written last"
