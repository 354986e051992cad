"""Scripted calls: whatever happens on the line, something is kept and nobody is left alone.

One in three of each theme, to be quick; ``python -m tests.calls`` walks them all and writes docs/calls.md.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.acceptance.connected import with_twilio
from tests.calls.script import scripts, teach, walk
from tests.city import founded
from tests.standins.twilio.account import TwilioStandIn
from tests.understood import Scripted

CALLS = scripts()
ONE_IN = 3


@pytest.mark.parametrize("theme", CALLS)
async def test_every_call_ends_as_it_should(
    database_url: str, tmp_path: Path, scripted: Scripted, twilio: TwilioStandIn, theme: str
) -> None:
    teach(scripted)
    async with founded(database_url, tmp_path, scripted, settings=with_twilio(tmp_path, twilio)) as city:
        ended = await walk(city, twilio, CALLS[theme][::ONE_IN])
        await city.check_nothing_unexpected()
    assert {one.call.name: one.problems for one in ended if one.problems} == {}
    assert all(one.kept != "nothing" for one in ended)
    assert max(one.opening for one in ended) <= 12
    assert max(one.spoken for one in ended) <= 150


def test_there_are_more_than_sixty_calls_and_every_name_says_something_else() -> None:
    names = [call.name for calls in CALLS.values() for call in calls]
    assert len(names) >= 60
    assert len(set(names)) == len(names)
