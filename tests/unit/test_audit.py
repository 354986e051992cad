"""The audit log's chain: any change, gap or cut end is found."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from routing.domain.audit import START, Entry, Sealed, digest, faults

AT = datetime(2026, 3, 1, 3, 12, tzinfo=UTC)


def written(count: int) -> list[Sealed]:
    chain: list[Sealed] = []
    for number in range(1, count + 1):
        entry = Entry("incident:IN-4K7Q", number, AT, "paged", "Ana est appelée", person="ana", facts={"level": number})
        previous = chain[-1].digest if chain else START
        chain.append(Sealed(entry, previous, digest(previous, entry)))
    return chain


def found(chain: list[Sealed], head: tuple[int, str] | None) -> list[str]:
    return list(faults("incident:IN-4K7Q", chain, head))


def test_what_was_written_fits() -> None:
    chain = written(4)
    assert found(chain, (4, chain[-1].digest)) == []


def test_the_same_instant_in_another_zone_has_the_same_digest() -> None:
    [sealed] = written(1)
    paris = sealed.entry.at.astimezone(timezone(timedelta(hours=1)))
    assert digest(START, replace(sealed.entry, at=paris)) == sealed.digest


@pytest.mark.parametrize(
    "change",
    [
        {"text": "Bruno est appelé"},
        {"person": "bruno"},
        {"by": "Chloé"},
        {"kind": "declined"},
        {"incident": "IN-7777"},
        {"at": AT + timedelta(microseconds=1)},
        {"facts": {"level": 9}},
    ],
)
def test_a_changed_entry_is_found(change: dict[str, object]) -> None:
    chain = written(3)
    head = (3, chain[-1].digest)
    chain[1] = replace(chain[1], entry=replace(chain[1].entry, **change))  # type: ignore[arg-type]
    assert found(chain, head) == ["incident:IN-4K7Q: number 2 was changed"]


def test_an_entry_that_was_sealed_anew_no_longer_carries_the_following_one() -> None:
    chain = written(3)
    head = (3, chain[-1].digest)
    entry = replace(chain[1].entry, text="Bruno est appelé")
    chain[1] = Sealed(entry, chain[1].previous, digest(chain[1].previous, entry))
    assert found(chain, head) == ["incident:IN-4K7Q: number 3 does not follow number 2"]


@pytest.mark.parametrize("gone", [0, 1])
def test_a_missing_entry_is_found(gone: int) -> None:
    chain = written(3)
    head = (3, chain[-1].digest)
    del chain[gone]
    assert found(chain, head) == [f"incident:IN-4K7Q: 1 entries missing before number {gone + 2}"]


def test_a_cut_end_and_a_missing_head_are_found() -> None:
    chain = written(3)
    assert found(chain[:2], (3, chain[-1].digest)) == ["incident:IN-4K7Q: ends at number 2, 3 was written last"]
    assert found(chain, None) == ["incident:IN-4K7Q: its head is missing"]
