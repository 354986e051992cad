"""A provider's published rate is never passed, whatever is asked of us."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from routing.domain.pace import Errand, Purse, Rate, Round

START = datetime(2026, 11, 23, 8, tzinfo=UTC)
TALK = frozenset({Errand.CARD, Errand.LINE})
MINUTE = Rate("minute", frozenset(Errand), every=3.75, burst=4)
SECOND = Rate("second", TALK, every=1.0)
ACCOUNT = Rate("account", frozenset({Errand.EDIT}), every=1.5, burst=10, shared=True)


def greedy(purse: Purse, errand: Errand, seconds: float) -> list[datetime]:
    """When the errands of somebody who asks a hundred times a second are run."""
    now, end, ran = START, START + timedelta(seconds=seconds), []
    while now < end:
        if purse.free_at(errand, now) <= now:
            purse.spend(errand, now)
            ran.append(now)
        now += timedelta(milliseconds=10)
    return ran


def most_within(ran: list[datetime], period: timedelta) -> int:
    return max(sum(first <= at < first + period for at in ran) for first in ran)


@pytest.mark.parametrize(
    ("rate", "errand", "period", "published"),
    [(MINUTE, Errand.EDIT, 60, 20), (SECOND, Errand.LINE, 1, 1), (ACCOUNT, Errand.EDIT, 60, 50)],
)
def test_no_window_holds_more_than_is_published(rate: Rate, errand: Errand, period: float, published: int) -> None:
    ran = greedy(Purse([rate], "slack:C0", {}), errand, 200)
    assert most_within(ran, timedelta(seconds=period)) <= published
    assert len(ran) >= 200 / rate.every - 1, "and nearly all of it is used"


def test_the_strictest_of_several_rates_decides() -> None:
    ran = greedy(Purse([MINUTE, SECOND], "telegram:-1", {}), Errand.CARD, 61)
    assert most_within(ran, timedelta(seconds=1)) == 1
    assert most_within(ran, timedelta(seconds=60)) <= 20


def test_what_is_not_counted_is_free() -> None:
    purse = Purse([SECOND], "slack:C0", {})
    purse.spend(Errand.CARD, START)
    assert purse.free_at(Errand.EDIT, START) == START
    assert purse.free_at(Errand.LINE, START) == START + timedelta(seconds=1)


def test_an_account_is_counted_over_its_channels_and_a_channel_for_itself() -> None:
    first, second = Purse([ACCOUNT, SECOND], "slack:C0", {}), Purse([ACCOUNT, SECOND], "slack:C1", {})
    assert set(first.keys()) & set(second.keys()) == {"slack account"}


def test_what_another_process_spent_counts() -> None:
    before = Purse([SECOND], "slack:C0", {})
    before.spend(Errand.LINE, START)
    after = Purse([SECOND], "slack:C0", before.spent)
    assert after.free_at(Errand.CARD, START) > START


def test_lines_leave_the_next_turn_to_a_card_that_waits_and_edits_that_cost_it_nothing_do_not() -> None:
    purse = Purse([SECOND, ACCOUNT], "slack:C0", {})
    turn = Round(purse, START)
    assert turn.may(Errand.CARD)
    assert not turn.may(Errand.CARD)
    assert not turn.may(Errand.LINE)
    assert turn.may(Errand.EDIT)
    assert min(turn.free) == START + timedelta(seconds=1)


@pytest.mark.parametrize(("left", "may"), [(0.5, False), (3.0, True)])
def test_an_edit_runs_before_a_waiting_card_only_if_it_ends_in_time(left: float, may: bool) -> None:
    second = Rate("second", frozenset(Errand), every=1.0)
    minute = Rate("minute", TALK, every=3.0)
    spent = {minute.key("telegram:-1"): START + timedelta(seconds=left)}
    turn = Round(Purse([second, minute], "telegram:-1", spent), START)
    assert not turn.may(Errand.CARD)
    assert turn.may(Errand.EDIT) is may


def test_looking_for_what_was_lost_is_paid_for_with_what_may_follow() -> None:
    looks = Rate("looks", frozenset({Errand.LOOK}), every=1.5)
    purse = Purse([SECOND, looks], "slack:C0", {})
    assert Round(purse, START).may(Errand.CARD, Errand.LOOK)
    later = Round(purse, START + timedelta(seconds=1))
    assert not later.may(Errand.CARD, Errand.LOOK)
    assert later.free == [START + timedelta(seconds=1.5)]
    assert later.may(Errand.CARD), "the refused one cost nothing"
