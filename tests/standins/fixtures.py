"""Fixtures of the stand-ins: ``from tests.standins.fixtures import slack`` in a conftest (or the test's module)."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.clock import DrivenClock
from tests.standins.slack import SlackStandIn


@pytest.fixture
async def slack() -> AsyncIterator[SlackStandIn]:
    """Slack with two channels and three people; what nobody looked at fails the test in the end.

    Its clock may be replaced by the city's: ``slack.clock = city.clock``.
    """
    async with SlackStandIn(DrivenClock()) as stand_in:
        furnish(stand_in)
        yield stand_in
    stand_in.check()


def furnish(stand_in: SlackStandIn) -> None:
    """The channels and people of the stories."""
    space = stand_in.workspace
    space.add_channel("C0VOIRIE", "voirie")
    space.add_channel("C0PROPRETE", "proprete")
    space.add_user("U0ANA", "Ana Martin", "C0VOIRIE", "C0PROPRETE")
    space.add_user("U0BRUNO", "Bruno Petit", "C0VOIRIE")
    space.add_user("U0CLEO", "Cléo Roux")
