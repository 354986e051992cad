"""What citizens wish of the city's bot: where it stands, to take back, their language, to be forgotten."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from bot.telegram import rooms
from bot.telegram.models import TelegramPost, TelegramRoom
from routing.domain.understanding import Decision
from routing.store.models import CitizenMessage, InboundEvent, Report, Thread
from tests.acceptance.citizen import ANA, HOLE, Writer, incident, reports
from tests.understood import Scripted


async def test_where_do_my_reports_stand(ana: Writer) -> None:
    await ana.write("/suivi")
    assert ana.told() == ["Vous n'avez pas de signalement ici."]
    await ana.write(HOLE)
    await ana.write("/suivi@VigieBot")
    [report] = await reports(ana)
    assert ana.told()[-1].startswith(f"{report.reference} : Transmis")
    await ana.write("/start")
    assert "appelez le 112" in ana.told()[-1]


async def test_a_report_is_taken_back(ana: Writer) -> None:
    await ana.write("/annuler")
    await ana.write(HOLE)
    await ana.write("/annuler")
    [report] = await reports(ana)
    said = [entry["text"] for entry in (await incident(ana))["timeline"]]
    assert f"{report.reference} : la personne retire son signalement" in said
    assert (await incident(ana))["state"] == "open"  # agents decide
    assert "retiré" in ana.told()[-1]


async def test_taken_back_twice_is_told_once_and_shown(ana: Writer) -> None:
    await ana.write(HOLE)
    await ana.write("/annuler")
    await ana.write("/annuler")
    [report] = await reports(ana)
    said = [entry["text"] for entry in (await incident(ana))["timeline"]]
    assert said.count(f"{report.reference} : la personne retire son signalement") == 1
    await ana.write("/suivi")
    assert "Retiré à votre demande" in ana.told()[-1]
    assert "Vous avez retiré ce signalement." in (await ana.city.web.get(f"/suivi/{report.token}")).text


async def test_what_is_still_being_read_cannot_be_said_to_be_taken_back(ana: Writer) -> None:
    await ana.people.write(ANA, ANA, HOLE)
    await ana.people.write(ANA, ANA, "/annuler")  # no worker came by yet
    assert "redemandez dans une minute" in ana.told()[-1]
    await ana.city.settle(seconds=3)
    assert "C'est noté" in ana.told()[-1]
    assert "retire" not in str((await incident(ana))["timeline"])


async def test_answers_in_another_language_from_the_first_report_on(ana: Writer) -> None:
    await ana.write("/langue")
    assert ana.heard()[-1].buttons() == ["English", "Français"]
    await ana.press("English")
    assert ana.told()[-1] == "All right: we answer in English."
    await ana.write(HOLE)
    assert "your report has the number" in ana.told()[-1]
    await ana.city.act((await incident(ana))["reference"], "acknowledge")
    assert "taken" in ana.told()[-1]


def _texts(value: Any) -> Iterator[str]:
    yield from (str(each) for each in vars(value).values() if isinstance(each, str | bytes))


async def test_whoever_wants_to_be_forgotten_is(ana: Writer, scripted: Scripted) -> None:
    words = scripted.expect("un trou rue Monge, signé Zénobie Dupont", ("voirie-nid-de-poule", 0.93), place="rue Monge")
    await ana.write(words)
    second = await ana.write(scripted.expect("c'est Zénobie encore", decision=Decision.UNFORESEEN))
    await ana.edit(second, "c'est Zénobie, oui")
    await ana.city.settle(minutes=30)
    await ana.write(scripted.expect("Zénobie hésite", ("eau-assainissement-fuite", 0.4), decision=Decision.ASK))
    await ana.write("/effacer")
    assert len(await reports(ana)) == 3
    before = await incident(ana)
    await ana.press("Oui, tout effacer")
    assert "C'est fait" in ana.told()[-1]
    after = await ana.city.incident(before["reference"])
    assert (after["place"], after["procedure"], after["state"]) == (before["place"], before["procedure"], "open")
    async with ana.city.session() as session:
        for table in (Report, CitizenMessage, InboundEvent):
            for row in await session.scalars(select(table)):
                assert not [each for each in _texts(row) if "Zénobie" in each or str(ANA) in each], row
        assert list(await session.scalars(select(TelegramPost).where(TelegramPost.chat == ANA))) == []
        assert list(await session.scalars(select(TelegramRoom).where(TelegramRoom.chat == ANA))) == []
    shown = [*await ana.city.thread("voirie", before["reference"]), str(await ana.city.cards("voirie")), str(after)]
    assert not [each for each in shown if "Zénobie" in each]


async def test_old_messages_are_forgotten_but_for_cards_of_what_is_still_alive(ana: Writer) -> None:
    await ana.write(HOLE)
    now = ana.city.clock.at
    async with ana.city.session() as session:
        card = (await session.scalars(select(Thread))).one()
        session.add(TelegramPost(ref=card.ref, chat=-1, at=now, above=0, message=7))
    async with ana.city.session() as session:
        assert await rooms.prune(session, now - timedelta(days=1)) == 0
        assert await rooms.prune(session, now + timedelta(days=1)) == 1, "the answer to Ana"
    await ana.city.act((await incident(ana))["reference"], "resolve", reason="intervention faite")
    async with ana.city.session() as session:
        await rooms.prune(session, ana.city.clock.at + timedelta(days=1))
        assert await rooms.ref_of(session, -1, 7) is None
    ana.told()
