"""A citizen writes to the city's bot: words, places, pictures, corrections, presses, and the wish to be forgotten."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import select

from bot.house import DatabaseAway
from bot.telegram import rooms
from bot.telegram.models import TelegramPost, TelegramRoom
from intake.channels import telegram as door
from routing.domain.attachment import AttachmentState
from routing.domain.understanding import Decision
from routing.store.models import Attachment, CitizenMessage, InboundEvent, Report, Thread
from tests.acceptance.connected import BASE, with_telegram
from tests.city import City, founded
from tests.standins.faults import dropped, hang, limited
from tests.standins.telegram import Message, TelegramStandIn
from tests.standins.telegram.queries import Query
from tests.understood import Scripted

HOLE = "un trou rue Monge"
ANA, BOT = 1001, 901


class Writer:
    """A person with the city's bot open."""

    def __init__(self, city: City, telegram: TelegramStandIn) -> None:
        self.city = city
        self.telegram = telegram
        self.people = telegram.through_http(city.web)
        telegram.network.private(ANA).members[BOT] = "member"

    async def write(self, text: str) -> Message:
        """Send words, and let Vigie answer."""
        message = await self.people.write(ANA, ANA, text)
        await self.city.settle(seconds=3)
        return message

    async def send(self, **more: Any) -> Message:
        """Send something else."""
        message = await self.people.send(ANA, ANA, **more)
        await self.city.settle(seconds=3)
        return message

    async def edit(self, message: Message, text: str = "", **more: Any) -> None:
        """Correct it."""
        await self.people.edit(message, text, **more)
        await self.city.settle(seconds=3)

    async def press(self, words: str) -> Query:
        """Press a button of the last message that has some."""
        message = [each for each in self.heard() if each.buttons()][-1]
        query = await self.people.press(message, words, ANA)
        await self.city.settle(seconds=3)
        return query

    def heard(self) -> list[Message]:
        """The bot's messages."""
        return self.telegram.network.chats[ANA].said_by(BOT)

    def told(self) -> list[str]:
        """Their words."""
        return [each.text for each in self.heard()]


@pytest.fixture
async def ana(
    database_url: str, tmp_path: Path, scripted: Scripted, telegram: TelegramStandIn
) -> AsyncIterator[Writer]:
    scripted.expect(HOLE, ("voirie-nid-de-poule", 0.93), place="rue Monge")
    async with founded(database_url, tmp_path, scripted, settings=with_telegram(tmp_path, telegram)) as city:
        telegram.clock = city.clock
        writer = Writer(city, telegram)
        async with city.app.state.doors.open():
            yield writer
        await city.check_nothing_unexpected()


async def reports(ana: Writer) -> list[Report]:
    async with ana.city.session() as session:
        return list(await session.scalars(select(Report).order_by(Report.id)))


async def incident(ana: Writer) -> dict[str, Any]:
    """The incident of the first report."""
    [first, *_] = await reports(ana)
    return await ana.city.incident((await ana.city.follow(first.reference))["incident"])


async def test_a_message_is_answered_with_a_number_and_a_link(ana: Writer) -> None:
    await ana.write(HOLE)
    [report] = await reports(ana)
    [told] = ana.told()
    assert report.reference in told
    assert f"{BASE}/suivi/{report.token}" in told
    assert (report.channel, report.contact) == ("telegram", str(ANA))


async def test_danger_is_answered_with_112_first(ana: Writer) -> None:
    await ana.write("au feu, l'immeuble brûle rue Monge")
    assert ana.told()[0].startswith("Appelez le 112")
    assert await ana.city.rings()


async def test_danger_is_answered_even_without_a_database_and_nothing_is_lost(
    ana: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(self: Any, work: Any) -> Any:
        raise DatabaseAway

    with monkeypatch.context() as broken:
        broken.setattr(type(ana.city.house), "run", away)
        await ana.people.write(ANA, ANA, "au feu, l'immeuble brûle rue Monge")
        await ana.people.due()
    [told] = ana.told()
    assert told.startswith("Appelez le 112")
    await ana.city.settle(seconds=5)
    await ana.people.due()
    await ana.city.settle(seconds=5)
    assert len(await reports(ana)) == 1
    assert len(ana.told()) == 2  # the advice at once, the receipt later
    assert await ana.city.rings()


async def test_an_error_of_ours_is_said_and_the_message_kept(ana: Writer, monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken(*_: Any) -> None:
        raise RuntimeError("a mistake of ours")

    with monkeypatch.context() as patched:
        patched.setattr(door, "take", broken)
        await ana.write(HOLE)
        await ana.write("au feu, l'immeuble brûle rue Monge")
    first, second = ana.told()
    assert "écrivez à nouveau" in first
    assert second.startswith("Appelez le 112")
    async with ana.city.session() as session:
        kept = list(await session.scalars(select(InboundEvent).where(InboundEvent.problem.is_not(None))))
    assert len(kept) == 2


async def test_the_same_update_three_times_is_one_report(ana: Writer) -> None:
    ana.telegram.mail.copies = 3
    await ana.write(HOLE)
    assert len(await reports(ana)) == 1
    assert len(ana.told()) == 1


async def test_what_follows_within_minutes_joins_the_first_message(ana: Writer, scripted: Scripted) -> None:
    hole = scripted.expect("ya un trou énorme", ("voirie-nid-de-poule", 0.9))
    await ana.write(hole)
    where = scripted.expect("c'est au 12 rue Monge", decision=Decision.UNFORESEEN, place="12 rue Monge")
    await ana.write(where)
    await ana.send(location={"latitude": 47.3215, "longitude": 5.0415})
    rows = await reports(ana)
    assert len({row.incident_id for row in rows}) == 1
    assert rows[-1].latitude == pytest.approx(47.3215)
    assert "ajouté" in ana.told()[-1]


async def test_a_closed_question_is_answered_by_a_button(ana: Writer, scripted: Scripted) -> None:
    unsure = scripted.expect(
        "ça déborde", ("eau-assainissement-fuite", 0.4), ("proprete-depot-sauvage", 0.35), decision=Decision.ASK
    )
    await ana.write(unsure)
    question = ana.heard()[-1]
    assert len(question.buttons()) == 3
    assert question.buttons()[-1] == "Aucune ne convient"
    query = await ana.press(question.buttons()[0])
    assert query.answer == "Merci."
    assert question.buttons() == []
    assert (await incident(ana))["procedure"] == "eau-assainissement-fuite"
    ana.told()


async def test_is_it_solved_no_it_is_not(ana: Writer) -> None:
    await ana.write(HOLE)
    reference = (await incident(ana))["reference"]
    await ana.city.act(reference, "acknowledge")
    await ana.city.act(reference, "resolve", reason="intervention faite")
    await ana.city.settle(minutes=1)
    assert "Est-ce réglé" in ana.told()[-1]
    await ana.press("Non")
    assert (await incident(ana))["state"] == "open"
    ana.told()
    await ana.city.rings()


async def test_a_correction_before_and_after_agents_know(ana: Writer, scripted: Scripted) -> None:
    message = await ana.write(HOLE)
    await ana.edit(message, "un trou rue Monge, devant le 12")
    [report] = await reports(ana)
    assert report.text == "un trou rue Monge, devant le 12"
    said = [entry["text"] for entry in (await incident(ana))["timeline"]]
    assert any(f"{report.reference} corrige : un trou rue Monge, devant le 12" in each for each in said)
    unsure = scripted.expect("ça déborde", ("eau-assainissement-fuite", 0.4), decision=Decision.ASK)
    await ana.city.settle(minutes=30)
    other = await ana.write(unsure)
    clear = scripted.expect("un trou place Wilson", ("voirie-nid-de-poule", 0.95), place="place Wilson")
    await ana.edit(other, clear)
    assert (await reports(ana))[-1].incident_id is not None
    ana.told()


async def test_danger_in_a_correction_is_heard(ana: Writer) -> None:
    message = await ana.write(HOLE)
    await ana.edit(message, "un trou rue Monge, une personne est tombée dedans, elle est inconsciente")
    assert any(told.startswith("Appelez le 112") for told in ana.told())
    assert (await incident(ana))["severity"] == "critique" or len(await reports(ana)) == 2
    await ana.city.rings()


async def test_a_moving_position_says_nothing_but_is_kept(ana: Writer) -> None:
    message = await ana.send(location={"latitude": 47.3, "longitude": 5.0, "live_period": 900})
    before = len((await incident(ana))["timeline"])
    for step in range(3):
        await ana.edit(message, location={"latitude": 47.31, "longitude": 5.0 + step / 100, "live_period": 900})
    [report] = await reports(ana)
    assert report.longitude == pytest.approx(5.02)
    assert len((await incident(ana))["timeline"]) == before
    ana.told()
    await ana.city.rings()


async def test_a_photo_and_a_voice_note_are_kept_with_the_report(ana: Writer) -> None:
    buffer = BytesIO()
    Image.new("RGB", (80, 60), "grey").save(buffer, "JPEG")
    ana.telegram.network.add_file("photo-large", buffer.getvalue())
    size = {"file_id": "photo-large", "file_unique_id": "u1", "width": 80, "height": 60}
    await ana.send(photo=[{**size, "file_id": "photo-small"}, size], caption=HOLE)
    await ana.send(voice={"file_id": "voice", "file_unique_id": "u2", "duration": 4, "mime_type": "audio/ogg"})
    async with ana.city.session() as session:
        rows = {row.name: row for row in await session.scalars(select(Attachment))}
    assert rows["u1"].state is AttachmentState.KEPT
    assert rows["u1"].media_type == "image/jpeg"
    assert rows["u2"].state is AttachmentState.REFUSED  # Telegram does not have it any more
    ana.told()


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


async def test_answers_in_another_language_from_the_first_report_on(ana: Writer) -> None:
    await ana.write("/langue")
    assert ana.heard()[-1].buttons() == ["Anglais", "Français"]
    await ana.press("Anglais")
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


@pytest.mark.parametrize("fault", [limited(3), dropped(), dropped(committed=True), hang(committed=True)], ids=str)
async def test_an_answer_arrives_once_whatever_telegram_does(
    ana: Writer, fault: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    ana.city.failures_expected = True
    ana.telegram.faults.add(fault, "sendMessage")
    await ana.write(HOLE)
    await ana.city.settle(minutes=2)
    assert len(ana.told()) == 1


async def test_whoever_blocks_the_bot_is_written_to_no_more(ana: Writer) -> None:
    await ana.write(HOLE)
    await ana.people.set_member(ANA, BOT, "blocked", ANA)
    await ana.city.act((await incident(ana))["reference"], "acknowledge")
    assert len(ana.told()) == 1


@pytest.mark.parametrize(
    "update",
    [
        {"update_id": "x"},
        {"update_id": 5},
        {"update_id": 6, "message": "bonjour"},
        {"update_id": 7, "message": {"message_id": 1}},
        {"update_id": 8, "message": {"message_id": 1, "date": 1, "chat": {"id": ANA, "type": "private"}, "text": 3}},
        {
            "update_id": 9,
            "message": {
                "message_id": 2,
                "date": 1,
                "chat": {"id": ANA, "type": "private"},
                "location": {"latitude": float("nan"), "longitude": "x"},
            },
        },
        {"update_id": 10, "callback_query": {"id": "1", "from": {"id": ANA, "is_bot": False, "first_name": "A"}}},
        [1, 2],
    ],
    ids=str,
)
async def test_a_poisoned_update_blocks_nobody(ana: Writer, update: Any) -> None:
    ana.telegram.turning_expected = True
    delivery = await ana.people.raw(BOT, update, ANA)
    assert delivery.accepted
    assert delivery.reply.body == b""
    await ana.write(HOLE)
    assert any("C'est noté" in told for told in ana.told())
    await ana.city.rings()
