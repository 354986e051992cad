"""Photos and voice messages: fetched, made safe, shown to the room only, and deleted when their time is over."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image
from sqlalchemy import delete, select

from routing.store.models import Attachment, InboundEvent, Report, Timer
from routing.store.timers import Verb
from tests.acceptance.connected import with_twilio
from tests.acceptance.texting import ANA, HOLE, Telephone, reports
from tests.city import City, founded
from tests.standins.faults import answers, hang
from tests.standins.twilio.account import TwilioStandIn
from tests.standins.wire import Answer
from tests.understood import Scripted

SECRET = b"GPS 47.3216 5.0415"


def photo(width: int = 640, height: int = 480, form: str = "JPEG") -> bytes:
    """A picture as a telephone makes it: with the place it was taken at hidden inside."""
    written = io.BytesIO()
    exif = Image.Exif()
    exif[0x010E] = SECRET.decode()  # ImageDescription
    exif[0x0112] = 6  # held upright: turned by a quarter
    Image.new("RGB", (width, height), "grey").save(written, form, exif=exif)
    return written.getvalue()


async def pieces(city: City) -> list[Attachment]:
    async with city.session() as session:
        return list(await session.scalars(select(Attachment).order_by(Attachment.id)))


async def test_a_photo_sent_by_text_message_is_shown_on_the_card(
    town: City, phone: Telephone, twilio: TwilioStandIn
) -> None:
    original = photo()
    assert SECRET in original
    address = twilio.holds(original, "image/jpeg")
    await phone.write(HOLE, NumMedia="1", MediaUrl0=address, MediaContentType0="image/jpeg")
    await town.settle()
    [piece] = await pieces(town)
    assert (piece.state, piece.kind, piece.media_type) == ("kept", "photo", "image/jpeg")
    room = (await town.web.get("/salle")).text
    assert f'src="/salle/pieces/{piece.id}"' in room
    shown = await town.web.get(f"/salle/pieces/{piece.id}")
    assert shown.headers["cache-control"] == "private, no-store"
    assert SECRET not in shown.content
    kept = Image.open(io.BytesIO(shown.content))
    assert (kept.format, kept.size, dict(kept.getexif())) == ("JPEG", (480, 640), {})
    assert twilio.texts_to(ANA)


async def test_the_same_webhook_thrice_fetches_one_photo(town: City, phone: Telephone, twilio: TwilioStandIn) -> None:
    address = twilio.holds(photo(), "image/jpeg")
    fields = phone.message(HOLE, NumMedia="1", MediaUrl0=address, MediaContentType0="image/jpeg")
    for _ in range(3):
        await phone.post(fields)
    await town.settle()
    assert len(await pieces(town)) == 1
    assert len(twilio.journal.calls("media.address")) == 1
    assert twilio.texts_to(ANA)


@pytest.mark.parametrize(
    "address",
    [
        "https://evil.example/2010-04-01/Accounts/AC00000000000000000000000000000000/Messages/MM/Media/ME1",
        "http://api.twilio.com/2010-04-01/Accounts/AC00000000000000000000000000000000/Messages/MM/Media/ME1",
        "https://api.twilio.com/2010-04-01/Accounts/AC11111111111111111111111111111111/Messages/MM/Media/ME1",
        "file:///etc/passwd",
        "https://api.twilio.com@evil.example/Accounts/AC00000000000000000000000000000000/",
        "https://169.254.169.254/latest/meta-data",
    ],
)
async def test_only_our_account_at_twilio_is_asked(
    town: City, phone: Telephone, twilio: TwilioStandIn, address: str
) -> None:
    await phone.write(HOLE, NumMedia="1", MediaUrl0=address, MediaContentType0="image/jpeg")
    await town.settle()
    [piece] = await pieces(town)
    assert piece.state == "refused"
    assert twilio.journal.calls("media.address") == []
    assert twilio.texts_to(ANA), "the words are answered all the same"


async def test_a_redirection_to_a_stranger_is_not_followed(town: City, phone: Telephone, twilio: TwilioStandIn) -> None:
    elsewhere = Answer(307, b"", {"location": "https://evil.example/photo.jpg"})
    twilio.faults.add(answers(elsewhere), "media.address")
    await phone.write(HOLE, NumMedia="1", MediaUrl0=twilio.holds(photo(), "image/jpeg"), MediaContentType0="image/jpeg")
    await town.settle()
    [piece] = await pieces(town)
    assert piece.state == "refused"
    assert twilio.texts_to(ANA)


async def test_a_bomb_and_a_lie_are_refused_and_the_words_kept(
    town: City, phone: Telephone, twilio: TwilioStandIn
) -> None:
    bomb = io.BytesIO()
    Image.new("1", (20_000, 20_000)).save(bomb, "PNG")
    assert len(bomb.getvalue()) < 100_000
    for content in (bomb.getvalue(), b"<svg onload=alert(1)>", b"", b"x" * (11 << 20)):
        address = twilio.holds(content, "image/jpeg")
        await phone.write(HOLE, NumMedia="1", MediaUrl0=address, MediaContentType0="image/jpeg")
        await town.settle()
    assert [piece.state for piece in await pieces(town)] == ["refused"] * 4
    refused = [text for text in twilio.texts_to(ANA) if "photo" in text or "pièce jointe" in text]
    assert len(refused) == 4, "each is told, where it was sent"
    assert len(twilio.texts_to(ANA)) == 8


async def test_a_photo_that_does_not_come_is_asked_for_again(
    town: City, phone: Telephone, twilio: TwilioStandIn
) -> None:
    town.failures_expected = True
    twilio.faults.add(answers(Answer(503)), "media.address", times=2)
    address = twilio.holds(photo(), "image/jpeg")
    await phone.write(HOLE, NumMedia="1", MediaUrl0=address, MediaContentType0="image/jpeg")
    await town.settle(minutes=1)
    [piece] = await pieces(town)
    assert piece.state == "kept"
    assert twilio.texts_to(ANA)


async def test_a_photo_that_never_comes_is_given_up(town: City, phone: Telephone, twilio: TwilioStandIn) -> None:
    town.failures_expected = True
    twilio.faults.add(answers(Answer(503)), "media.address", times=7)
    address = twilio.holds(photo(), "image/jpeg")
    await phone.write(HOLE, NumMedia="1", MediaUrl0=address, MediaContentType0="image/jpeg")
    await town.settle(minutes=10)
    [piece] = await pieces(town)
    assert piece.state == "refused"
    assert twilio.texts_to(ANA)


async def test_a_voice_message_has_a_player_and_is_deleted_by_whoever_heard_it(
    town: City, twilio: TwilioStandIn
) -> None:
    whatsapp = Telephone(town, twilio.token, f"whatsapp:{ANA}")
    address = twilio.holds(b"OggS" + bytes(200), "audio/ogg")
    await whatsapp.write(HOLE, NumMedia="1", MediaUrl0=address, MediaContentType0="audio/ogg; codecs=opus")
    await town.settle()
    [piece] = await pieces(town)
    assert (piece.kind, piece.media_type) == ("audio", "audio/ogg")
    assert f'<audio controls preload="none" src="/salle/pieces/{piece.id}"' in (await town.web.get("/salle")).text
    await town.web.post(f"/salle/pieces/{piece.id}/supprimer")
    assert (await town.web.get(f"/salle/pieces/{piece.id}")).status_code == 404
    async with town.session() as session:
        assert await session.scalar(select(Attachment.content)) is None
        report = (await session.scalars(select(Report))).one()
    incident = await town.incident((await town.follow(report.reference))["incident"])
    assert "Opérateur de salle supprime le message vocal" in incident["timeline"][-1]["text"]
    assert twilio.texts_to(f"whatsapp:{ANA}")


async def test_when_its_time_is_over_nothing_of_a_photo_is_left(
    town: City, phone: Telephone, twilio: TwilioStandIn
) -> None:
    address = twilio.holds(photo(), "image/jpeg")
    await phone.write(HOLE, NumMedia="1", MediaUrl0=address, MediaContentType0="image/jpeg")
    await town.settle()
    report = (await pieces(town))[0].report_id
    async with town.session() as session:
        incident = (await session.get_one(Report, report)).incident_id
        await session.execute(delete(Timer).where(Timer.subject_id == incident, Timer.verb == Verb.ESCALATE))
        due = await session.scalar(select(Timer.due_at).where(Timer.verb == Verb.FORGET))
    assert due
    town.clock.at = due
    await town.work()
    async with town.session() as session:
        row = (await session.execute(select(Attachment.state, Attachment.content, Attachment.source))).one()
    assert tuple(row) == ("forgotten", None, None)
    assert twilio.texts_to(ANA)


async def test_a_lost_timer_of_a_photo_comes_back_and_deletes_nothing_early(
    town: City, phone: Telephone, twilio: TwilioStandIn
) -> None:
    address = twilio.holds(photo(), "image/jpeg")
    await phone.write(HOLE, NumMedia="1", MediaUrl0=address, MediaContentType0="image/jpeg")
    await town.settle()
    async with town.session() as session:
        await session.execute(delete(Timer).where(Timer.verb == Verb.FORGET))
    assert (await town.heal())["forget"] == 1
    await town.settle()
    [piece] = await pieces(town)
    assert piece.state == "kept"
    async with town.session() as session:
        assert await session.scalar(select(Timer.due_at).where(Timer.verb == Verb.FORGET)) == piece.kept_until
    assert twilio.texts_to(ANA)


async def test_photos_of_the_form_need_no_script_and_never_cost_the_words(city: City, scripted: Scripted) -> None:
    scripted.expect(HOLE, ("voirie-nid-de-poule", 0.9), place="rue Monge")
    files = [("photos", ("a.jpg", photo(), "image/jpeg")), ("photos", ("b.png", photo(form="PNG"), "image/png"))]
    files += [
        ("photos", ("c.heic", b"\0\0\0 ftypheic", "image/heic")),
        ("photos", ("d.jpg", photo(9, 9), "image/jpeg")),
    ]
    answer = await city.web.post("/signaler", data={"texte": HOLE, "jeton": "a"}, files=files)
    assert answer.status_code == 303
    await city.settle()
    assert [piece.state for piece in await pieces(city)] == ["kept", "kept", "refused", "refused"]
    page = (await city.web.get(answer.headers["location"])).text
    assert "Avec 2 photos, que seuls les agents peuvent voir." in page
    assert "Une photo n&#39;a pas pu être lue" in page
    assert "Une photo de trop" in page
    assert "/salle/pieces" not in page
    async with city.session() as session:
        assert b"JFIF" not in (await session.scalars(select(InboundEvent.body))).one()


async def test_the_form_without_photos_is_what_it_was(city: City, scripted: Scripted) -> None:
    scripted.expect(HOLE, ("voirie-nid-de-poule", 0.9), place="rue Monge")
    nothing = [("photos", ("", b"", "application/octet-stream"))]
    answer = await city.web.post("/signaler", data={"texte": HOLE}, files=nothing)
    assert answer.status_code == 303
    assert await pieces(city) == []


async def test_a_form_heavier_than_three_photos_is_refused_with_words(city: City) -> None:
    files = [("photos", (f"{n}.jpg", b"\xff" * (9 << 20), "image/jpeg")) for n in range(4)]
    answer = await city.web.post("/signaler", data={"texte": HOLE}, files=files)
    assert answer.status_code == 413
    assert "trois au plus" in answer.text
    answer = await city.web.post("/api/v1/reports", data={"texte": HOLE}, files=files[:1])
    assert answer.status_code == 413, "elsewhere the limit is the old one"


async def test_a_photo_is_for_the_room_only(
    database_url: str, tmp_path: Path, scripted: Scripted, twilio: TwilioStandIn
) -> None:
    settings = with_twilio(tmp_path, twilio).model_copy(update={"database_url": "postgresql://elsewhere/vigie"})
    async with founded(database_url, tmp_path, scripted, settings=settings) as town:
        phone = Telephone(town, twilio.token)
        address = twilio.holds(photo(), "image/jpeg")
        await phone.write(HOLE, NumMedia="1", MediaUrl0=address, MediaContentType0="image/jpeg")
        await town.settle()
        [piece] = await pieces(town)
        stranger = await town.web.get(f"/salle/pieces/{piece.id}")
        assert (stranger.status_code, stranger.headers["location"]) == (303, "/salle/connexion")
        assert twilio.texts_to(ANA)
        await town.rings()


async def test_a_slow_file_does_not_hold_a_hand_for_ever(
    town: City, phone: Telephone, twilio: TwilioStandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    town.failures_expected = True
    twilio.faults.add(hang(), "media.address")
    address = twilio.holds(photo(), "image/jpeg")
    await phone.write(HOLE, NumMedia="1", MediaUrl0=address, MediaContentType0="image/jpeg")
    with monkeypatch.context() as patience:
        patience.setattr("intake.fetch.FETCH_TIME", 0.3)
        await town.work()
    [piece] = await pieces(town)
    assert piece.state == "wanted"
    await town.settle(minutes=1)
    assert (await pieces(town))[0].state == "kept"
    assert twilio.texts_to(ANA)


async def test_a_video_is_said_not_to_be_seen(town: City, twilio: TwilioStandIn) -> None:
    phone = Telephone(town, twilio.token, f"whatsapp:{ANA}")
    await phone.write("", NumMedia="1", MediaUrl0="https://api.twilio.com/v/ME1", MediaContentType0="video/mp4")
    await town.settle()
    texts = twilio.texts_to(f"whatsapp:{ANA}")
    assert "Nous ne pouvons lire ni les vidéos ni les documents" in texts[0]
    assert "Dites-nous en quelques mots ce qui se passe" in texts[1], "wordless, so it is asked for"
    [report] = await reports(town)
    assert "ni les vidéos" in (await town.web.get(f"/suivi/{report.token}")).text
