"""No faster than it is listened to: what a telephone line does by itself, without its slowness."""

from __future__ import annotations

from intake.transcription.recogniser import Recogniser
from tests.waiting import until

AHEAD = 6000  # bytes of mu-law, 0.75 s


class Pace:
    """Of one sound that a recogniser hears; others may be heard beside it."""

    def __init__(self, recogniser: Recogniser) -> None:
        self._recogniser = recogniser
        self._before = recogniser.listened + recogniser.unheard

    async def keep(self, sent: int) -> None:
        """Until nearly all of the ``sent`` bytes have been listened to."""
        if self._recogniser.ready:
            await until(lambda: self._recogniser.listened - self._before > sent - AHEAD or not self._recogniser.ready)
