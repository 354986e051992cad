"""A city whose people on duty have telephones."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

from sqlalchemy import select

from routing.domain.audit import Entry
from routing.domain.procedure import Catalogue
from routing.store import audit, roster, timers
from routing.store.models import AuditEntry, EscalationPolicy, Incident, OncallPerson, Page, ServicePolicy, Timer
from tests.acceptance.connected import BASE
from tests.city import City, read_catalogue
from tests.standins.twilio.account import TwilioStandIn
from tests.standins.twilio.handset import Handset, answer_text, text_status

ANA, BRUNO, CHLOE = "+33639980011", "+33639980012", "+33639980013"
VOICE_THEN_SMS = [{"after": 0, "by": "voice"}, {"after": 60, "by": "sms"}]
LAMP = "un lampadaire est couché sur la route"
FALLEN = "eclairage-mat-couche"


@cache
def without_partners() -> Catalogue:
    """Ours, but whatever lamps do mobilises their own service alone: six channels would be told of every call."""
    read = read_catalogue()
    alone = {
        id_: replace(one, steps=tuple(step for step in one.steps if step.service == one.lead))
        for id_, one in read.procedures.items()
        if one.lead == "eclairage"
    }
    return replace(read, procedures={**read.procedures, **alone})


def person(
    id_: str, name: str, phone: str | None, plan: list[dict[str, Any]] | None = None, **more: Any
) -> OncallPerson:
    """Somebody of the roster; first the telephone, after a minute a text message, if not told otherwise."""
    return OncallPerson(id=id_, name=name, phone=phone, plan=VOICE_THEN_SMS if plan is None else plan, **more)


class Duty:
    """The story's hands. Three people: Ana, two minutes later Bruno, and Chloé for the metropolis."""

    def __init__(self, city: City, twilio: TwilioStandIn) -> None:
        self.city = city
        self.twilio = twilio
        self._texts = 0

    def handset(self, number: str, *, nth: int = -1) -> Handset:
        """The telephone of the last call to a number."""
        calls = self.twilio.calls_to(number)
        assert calls, f"{number} was not called"
        return Handset(self.city, self.twilio, calls[nth], BASE)

    def called(self, number: str) -> int:
        """How many calls a number got."""
        return len(self.twilio.calls_to(number))

    def texts(self, number: str) -> list[str]:
        """What a number received."""
        return self.twilio.texts_to(number)

    def look_at_the_rest(self) -> None:
        """Whatever else was sent is no matter of this story."""
        for number in (ANA, BRUNO, CHLOE):
            self.twilio.calls_to(number)
            self.twilio.texts_to(number)

    async def status(self, number: str, status: str, code: str = "") -> None:
        """News of the last text, and what follows from it."""
        await text_status(self.city, self.twilio, BASE, number, status, code)
        await self.city.settle()

    async def write(self, number: str, words: str, *, sid: str | None = None) -> str:
        """Somebody answers by text; returns what they read at once."""
        self._texts += 1
        said = await answer_text(self.city, self.twilio, BASE, number, words, sid or f"SMin{self._texts:030}")
        await self.city.settle()
        return said

    async def incident(self) -> Incident:
        """The first incident."""
        async with self.city.session() as session:
            return (await session.scalars(select(Incident).order_by(Incident.id).limit(1))).one()

    async def pages(self) -> list[Page]:
        """Every page, oldest first."""
        async with self.city.session() as session:
            return list(await session.scalars(select(Page).order_by(Page.id)))

    async def timeline(self) -> list[str]:
        """What everybody reads."""
        reference = (await self.incident()).reference
        return [entry["text"] for entry in (await self.city.incident(reference))["timeline"]]

    async def audited(self) -> list[Entry]:
        """The audit log."""
        async with self.city.session() as session:
            return list(await audit.entries(session, AuditEntry.incident.is_not(None)))

    async def sound(self) -> None:
        """Whatever waits has a timer, and nothing was lost on the way."""
        assert await self.city.heal() == {}
        async with self.city.session() as session:
            waiting = await session.scalars(select(Incident.id).where(Incident.state == "open"))
            for incident in waiting:
                assert await session.get(Timer, (timers.Verb.ESCALATE, incident)) is not None


async def on_duty(city: City, *people: OncallPerson, apart: int = 0) -> None:
    """Put Ana and Bruno on call for street lamps, Chloé for the metropolis, or the people given in their place."""
    three = (
        person("ana", "Ana Martin", ANA),
        person("bruno", "Bruno Petit", BRUNO),
        person("chloe", "Chloé Roy", CHLOE),
    )
    everybody = {one.id: one for one in (*three, *people)}
    levels = [{"after": 0, "targets": ["person:ana"]}, {"after": 120, "targets": ["person:bruno"]}]
    if apart:
        levels = [{"after": 0, "apart": apart, "targets": ["person:ana", "person:bruno"]}]
    metropole = [{"after": 0, "targets": ["person:chloe"]}]
    rows = [
        *everybody.values(),
        EscalationPolicy(id="technique", levels=levels),
        EscalationPolicy(id="metropole", levels=metropole),
        ServicePolicy(service="eclairage", policy="technique"),
        ServicePolicy(service="astreinte", policy="metropole"),
    ]
    async with city.session() as session:
        await roster.replace(session, rows)
