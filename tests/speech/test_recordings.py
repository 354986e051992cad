"""Messages left after the signal and voice notes: fetched, heard by a real engine, or kept for a person."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.speech import Deaf
from intake.errors import BadAudio, NotListening
from intake.ports import Heard, LiveEar, SpeechBegan, Transcriber, Transcript
from routing.store.models import Attachment, Report
from tests.acceptance.connected import BASE, with_twilio
from tests.acceptance.texting import ANA, Telephone
from tests.city import City, founded
from tests.speech.caller import Caller
from tests.speech.hearsay import Hearsay
from tests.speech.synthetic import quiet, recorded, sentences
from tests.standins.faults import answers
from tests.standins.loopback import serving
from tests.standins.twilio.account import TwilioStandIn
from tests.standins.twilio.line import Line
from tests.standins.wire import Answer

CAR = "05"
LORRY = "27"  # un camion renversé sur la rocade


@contextlib.asynccontextmanager
async def city_with(
    ears: Transcriber | None, url: str, folder: Path, scripted: Hearsay, twilio: TwilioStandIn
) -> AsyncIterator[City]:
    async with founded(url, folder, scripted, settings=with_twilio(folder, twilio), ears=ears) as city:
        yield city
        await city.check_nothing_unexpected()


async def leave_a_message(town: City, twilio: TwilioStandIn, sound: bytes) -> Line:
    """Nobody answers the caller, who speaks after the signal."""
    line = Caller(town, twilio.token, BASE)
    await line.ring()
    line.connected = None
    await line._fetch("/webhooks/twilio/voice/unheard?turn=0")
    await line.nobody_answers()
    await line.leave_message(seconds=4, at=twilio.holds(sound, "audio/x-wav"))
    await line.hang_up()
    return line


async def only(city: City) -> tuple[Report, Attachment]:
    async with city.session() as session:
        [report] = await session.scalars(select(Report))
        [piece] = await session.scalars(select(Attachment))
        return report, piece


async def incident_of(city: City, report: Report) -> dict[str, object]:
    return await city.incident((await city.follow(report.reference))["incident"])


@pytest.mark.usefixtures("voices")
async def test_a_message_left_after_the_signal_is_understood(town: City, twilio: TwilioStandIn) -> None:
    line = await leave_a_message(town, twilio, recorded(sentences()[CAR], "wav"))
    await town.settle()
    report, piece = await only(town)
    assert "devant la sortie du garage" in report.text
    assert piece.transcript == report.text
    incident = await incident_of(town, report)
    assert incident["procedure"] == "police-municipale-stationnement-genant"
    room = (await town.web.get("/salle")).text
    assert f'src="/salle/pieces/{piece.id}"' in room
    assert "devant la sortie du garage" in room
    await town.act(str(incident["reference"]), "resolve", reason="intervention faite")
    _, piece = await only(town)
    assert piece.state == "forgotten"  # the voice; what was said stays written
    assert piece.transcript == report.text
    assert twilio.texts_to(line.caller)


@pytest.mark.usefixtures("voices")
async def test_danger_in_a_message_pages_at_once(town: City, twilio: TwilioStandIn) -> None:
    line = await leave_a_message(town, twilio, recorded(sentences()[LORRY], "wav"))
    await town.settle()
    report, _ = await only(town)
    assert (await incident_of(town, report))["severity"] == "critique"
    assert await town.rings()
    assert twilio.texts_to(line.caller)[0].startswith("Appelez le 112")


@pytest.mark.usefixtures("voices")
async def test_a_voice_note_without_a_word_beside_it_is_understood(town: City, twilio: TwilioStandIn) -> None:
    phone = Telephone(town, twilio.token)
    note = twilio.holds(recorded(sentences()[CAR]), "audio/ogg")
    await phone.write("", NumMedia="1", MediaUrl0=note, MediaContentType0="audio/ogg")
    await town.settle()
    report, _ = await only(town)
    assert "devant la sortie du garage" in report.text
    assert (await incident_of(town, report))["procedure"] == "police-municipale-stationnement-genant"
    assert twilio.texts_to(ANA)


async def test_what_nobody_can_play_is_kept_for_a_person(town: City, twilio: TwilioStandIn) -> None:
    line = await leave_a_message(town, twilio, b"OggS" + bytes(400))
    await town.settle()
    report, piece = await only(town)
    assert (piece.state, piece.transcript) == ("kept", None)
    assert report.text.startswith("Message vocal de 4 s")
    assert (await incident_of(town, report))["procedure"] is None
    assert twilio.texts_to(line.caller)
    await town.rings()


async def test_a_recording_that_never_comes_holds_the_report_for_less_than_a_minute(
    town: City, twilio: TwilioStandIn
) -> None:
    twilio.faults.add(answers(Answer(404)), "media.address", times=6)
    town.failures_expected = True
    line = await leave_a_message(town, twilio, b"OggS")
    await town.settle(seconds=30)
    report, _ = await only(town)
    assert (await town.follow(report.reference))["incident"] is None
    await town.settle(seconds=30)
    assert (await town.follow(report.reference))["incident"]
    assert twilio.texts_to(line.caller)
    await town.rings()


async def test_without_ears_a_message_waits_for_nothing(
    database_url: str, tmp_path: Path, scripted: Hearsay, twilio: TwilioStandIn
) -> None:
    async with city_with(Deaf("no model"), database_url, tmp_path, scripted, twilio) as town:
        line = await leave_a_message(town, twilio, b"OggS" + bytes(400))
        await town.settle()
        report, piece = await only(town)
        assert (piece.state, piece.transcript) == ("kept", None)
        assert (await town.follow(report.reference))["incident"]
        ready = (await town.web.get("/readyz")).json()
        assert (ready["status"], ready["checks"]["speech"]) == ("degraded", "no model")
        assert twilio.texts_to(line.caller)
        await town.rings()


class Mumbled:
    """Ears that find somebody speaking and understand no word; a recording takes several tries."""

    able = ready = True
    problem = None

    def __init__(self) -> None:
        self.tries = 0

    def start(self) -> None:
        """Nothing to load."""

    async def close(self) -> None:
        """Nothing to end."""

    @contextlib.asynccontextmanager
    async def listen(self) -> AsyncIterator[LiveEar]:
        """One turn."""
        yield MumbledTurn()

    async def transcribe(self, audio: bytes) -> Transcript:
        """Busy once, then at a loss."""
        self.tries += 1
        if self.tries == 1:
            raise NotListening("busy")
        raise BadAudio("nothing")


class MumbledTurn:
    """Half a second of sound is a sentence."""

    def __init__(self) -> None:
        self._enough = asyncio.Event()
        self._bytes = 0

    def hear(self, audio: bytes) -> None:
        """Counted."""
        self._bytes += len(audio)
        if self._bytes >= 4000:
            self._enough.set()

    def end(self) -> None:
        """Over."""
        self._enough.set()

    async def heard(self) -> AsyncIterator[Heard]:
        """Speech, and no word."""
        await self._enough.wait()
        yield SpeechBegan()
        yield Transcript()


class Typist(Mumbled):
    """Ears that make the same words of every recording."""

    async def transcribe(self, audio: bytes) -> Transcript:
        """A wish for a person."""
        return Transcript("j'aimerais parler à quelqu'un de la mairie s'il vous plaît")


async def test_a_message_that_only_wants_a_person_has_its_number_texted_all_the_same(
    database_url: str, tmp_path: Path, scripted: Hearsay, twilio: TwilioStandIn
) -> None:
    async with city_with(Typist(), database_url, tmp_path, scripted, twilio) as town:
        line = await leave_a_message(town, twilio, b"OggS" + bytes(400))
        await town.settle()
        report, _ = await only(town)
        incident = await incident_of(town, report)
        assert incident["lead"] == "appels-entrants"
        [text] = twilio.texts_to(line.caller)
        assert text.startswith(f"Votre appel est enregistré sous le numéro {report.reference}")


async def test_words_nobody_understood_are_kept_for_a_person_to_hear(
    database_url: str, tmp_path: Path, scripted: Hearsay, twilio: TwilioStandIn
) -> None:
    ears = Mumbled()
    async with (
        city_with(ears, database_url, tmp_path, scripted, twilio) as town,
        serving(town.app) as origin,
    ):
        town.failures_expected = True
        line = Caller(town, twilio.token, BASE, origin=origin)
        await line.ring()
        async with line.stream() as stream:
            for _ in range(30):
                await stream.frame(quiet(0.02))
            await stream.listen()
        await line.stream_ended()
        assert "Je vous écoute" in line.last()
        await line.hang_up()
        await town.settle(minutes=1)
        report, piece = await only(town)
        assert "à écouter dans la salle" in report.text
        assert (await town.follow(report.reference))["incident"]
        sound = await town.web.get(f"/salle/pieces/{piece.id}")
        assert sound.content.startswith(b"RIFF")
        assert ears.tries == 2
        assert twilio.texts_to(line.caller)
        await town.rings()
