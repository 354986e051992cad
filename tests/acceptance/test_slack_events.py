"""Slack tells things late, twice, in the wrong order, and again when it was not heard."""

from __future__ import annotations

import pytest

from bot.house import DatabaseAway
from tests.acceptance.department import HOLE, VOIRIE, Department


async def test_what_was_not_kept_is_told_again_on_slacks_schedule(
    voirie: Department, monkeypatch: pytest.MonkeyPatch
) -> None:
    incident = await voirie.city.opened(HOLE)
    deliveries = voirie.people.deliveries

    async def away(self: object, work: object) -> None:
        raise DatabaseAway

    with monkeypatch.context() as broken:
        broken.setattr(type(voirie.city.house), "run", away)
        delivery = await voirie.people.write(VOIRIE, "on arrive", "U0ANA", thread=voirie.card())
        await deliveries.due()  # at once
        await voirie.city.settle(seconds=59)
        assert await deliveries.due() == []
        await voirie.city.settle(seconds=1)
        assert await deliveries.due() == [delivery]
        assert [each.status for each in delivery.attempts] == [503, 503, 503]
    await voirie.city.settle(minutes=5)
    await deliveries.due()
    assert delivery.accepted
    await voirie.rest()
    assert await voirie.city.thread("voirie", incident["reference"]) == ["Ana Martin : on arrive"]
    voirie.thread()


async def test_events_that_come_in_the_wrong_order_are_all_kept(voirie: Department) -> None:
    incident = await voirie.city.opened(HOLE)
    voirie.people.deliveries.hold()
    for words in ("un", "deux", "trois"):
        await voirie.people.write(VOIRIE, words, "U0ANA", thread=voirie.card())
    await voirie.people.deliveries.release(reverse=True)
    await voirie.rest()
    said = await voirie.city.thread("voirie", incident["reference"])
    assert sorted(said) == ["Ana Martin : deux", "Ana Martin : trois", "Ana Martin : un"]
    voirie.thread()


async def test_a_late_click_on_what_was_resolved_meanwhile_is_refused_in_words(voirie: Department) -> None:
    incident = await voirie.city.opened(HOLE)
    voirie.people.deliveries.hold()
    await voirie.people.click(VOIRIE, voirie.card(), "prendre", "U0ANA")
    await voirie.city.act(incident["reference"], "resolve", by="Bruno", reason="rien vu")
    [late] = await voirie.people.deliveries.release()
    assert late.accepted
    await voirie.rest()
    assert "déjà résolu par Bruno" in voirie.whispers("U0ANA")[0]
    voirie.thread()


async def test_a_colleagues_name_in_a_refusal_rings_nobody(voirie: Department) -> None:
    incident = await voirie.city.opened(HOLE)
    voirie.people.deliveries.hold()
    await voirie.people.click(VOIRIE, voirie.card(), "prendre", "U0ANA")
    await voirie.city.act(incident["reference"], "acknowledge", by="<!channel>")
    await voirie.people.deliveries.release()
    await voirie.rest()
    assert "pris en charge par &lt;!channel&gt;" in voirie.whispers("U0ANA")[-1]
    voirie.thread()


async def test_an_edited_and_a_deleted_reply_are_told_as_such(voirie: Department) -> None:
    incident = await voirie.city.opened(HOLE)
    card = voirie.card()
    before = {"type": "message", "user": "U0ANA", "text": "au 12", "ts": "1773133201.000100", "thread_ts": card.ts}
    edited = {"type": "message", "subtype": "message_changed", "channel": VOIRIE, "previous_message": before}
    await voirie.people.event(edited | {"message": before | {"text": "au 21"}, "ts": "1773133202.000100"}, copies=2)
    gone = {"type": "message", "subtype": "message_deleted", "channel": VOIRIE, "previous_message": before}
    await voirie.people.event(gone | {"ts": "1773133203.000100", "deleted_ts": before["ts"]})
    await voirie.rest()
    said = await voirie.city.thread("voirie", incident["reference"])
    assert said == ["Ana Martin corrige : au 21", "Ana Martin retire une réponse"]
    voirie.thread()
