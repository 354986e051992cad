"""Pagers on a Twilio account. A call or message that may have left already is looked for before another one leaves."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from twilio.rest import Client

from bot.phone import twiml, words
from bot.phone.twiml import Address
from bot.twilio.account import sorted_problems
from bot.twilio.texts import TwilioTexts
from routing.domain.paging import Call, Rung
from routing.ports import Clock, PermanentProblem

log = logging.getLogger(__name__)

NAME = "twilio"
RING = 25  # seconds, to which Twilio adds five; longer and an answering machine takes the call
NEWS = timedelta(seconds=10)  # the first callback comes within a second or two
LOOK_BACK = timedelta(minutes=2)
LOOKED_AT = 20
GOING_ON = ("queued", "initiated", "ringing", "in-progress")


def ref_of(sid: str) -> str:
    """A call or message of this account as pages know it."""
    return f"{NAME}/{sid}"


@contextmanager
def in_words() -> Iterator[None]:
    """Refusals as people of the room read them."""
    try:
        with sorted_problems():
            yield
    except PermanentProblem as error:
        code = str(error).rpartition("/")[2]
        raise type(error)(words.CODES.get(code, str(error))) from error


class VoicePager:
    """Calls somebody and asks for a key."""

    name = NAME

    def __init__(self, client: Client, clock: Clock, sender: str, base_url: str) -> None:
        self._calls = client.calls  # here: the SDK imports its whole API when it is first asked for
        self._clock = clock
        self._sender = sender
        self._address = Address(base_url)

    async def ring(self, call: Call) -> Rung:
        """Start the call; it is answered at the webhooks of bot/phone/callbacks.py."""
        if call.phone is None:
            raise PermanentProblem("aucun numéro de téléphone")
        with in_words():
            if call.again and (found := await self._going_on(call.phone)):
                return Rung(ref_of(found), NEWS)
            made = await self._calls.create_async(
                to=call.phone,
                from_=self._sender,
                url=self._address.step("call", call.page),
                method="POST",
                timeout=RING,
                status_callback=f"{self._address.step('status', call.page)}#rc=3&rp=all",
                status_callback_event=["initiated", "ringing", "answered", "completed"],
                status_callback_method="POST",
                machine_detection="Enable",
                async_amd="true",
                async_amd_status_callback=self._address.step("machine", call.page),
                async_amd_status_callback_method="POST",
            )
        log.info("call placed", extra={"page": call.page})
        return Rung(ref_of(str(made.sid)), NEWS)

    async def _going_on(self, number: str) -> str | None:
        since = self._clock.now() - LOOK_BACK
        recent = await self._calls.list_async(to=number, start_time_after=since, limit=LOOKED_AT)
        mine = (one for one in recent if one.status in GOING_ON and one._from in (None, self._sender))
        return next((str(one.sid) for one in mine), None)

    async def close(self, call: Call, ref: str, said: str, *, theirs: bool) -> None:
        """A telephone that rings stops; whoever listens hears why."""
        if theirs:
            return
        sid = ref.rpartition("/")[2]
        with in_words():
            current = await self._calls(sid).fetch_async()
            if current.status == "in-progress":
                last = twiml.end(words.HAS_IT.format(said=said.partition(" : ")[2]))
                await self._calls(sid).update_async(twiml=last)
            elif current.status in GOING_ON:
                await self._calls(sid).update_async(status="canceled")


class SmsPager:
    """Writes to somebody and asks for a word."""

    name = NAME

    def __init__(self, client: Client, clock: Clock, sender: str, base_url: str) -> None:
        self._texts = TwilioTexts(client, clock, sender, f"{base_url}/webhooks/twilio/pages/text?page=")

    async def ring(self, call: Call) -> Rung:
        """Send the message; answers come in at the citizens' own door and are told apart there."""
        if call.phone is None:
            raise PermanentProblem("aucun numéro de téléphone")
        with in_words():
            sid = await self._texts.send(call.phone, words.written(call), str(call.page), again=call.again)
        return Rung(ref_of(str(sid)), NEWS)

    async def close(self, call: Call, ref: str, said: str, *, theirs: bool) -> None:
        """Whoever was written to reads who has it; whoever took it has been answered already."""
        if not theirs and call.phone is not None:
            with in_words():
                await self._texts.send(call.phone, f"VIGIE {said}", str(call.page), again=True)
