"""What a browser posts, whatever its age, becomes a message."""

from __future__ import annotations

from urllib.parse import quote, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.channels.web_fields import read_form
from intake.channels.web_form import _degrees, _message
from intake.errors import NothingSaid
from intake.models import Message
from routing.domain.understanding import Channel
from tests.unit.any_text import SIGNS


def posted(**fields: str) -> Message:
    """The message of a form filled in with these fields."""
    raw = urlencode(fields).encode()
    return _message(read_form(raw), raw)


def test_a_form_is_read_as_it_was_filled_in() -> None:
    raw = b"texte=Un+trou+%C3%A0+Dijon%0A%26+une+fuite&contact=&adresse=rue+d%27Auxonne"
    assert read_form(raw) == {"texte": "Un trou à Dijon\n& une fuite", "contact": "", "adresse": "rue d'Auxonne"}


def test_an_old_browser_that_writes_windows_letters_is_understood() -> None:
    raw = f"texte={quote('Été à l’école, 10 €', encoding='cp1252')}".encode()
    assert read_form(raw) == {"texte": "Été à l’école, 10 €"}


def test_a_byte_of_no_alphabet_does_not_lose_the_rest() -> None:
    assert read_form(b"texte=un+trou+%81+ici") == {"texte": "un trou \ufffd ici"}


@pytest.mark.parametrize("raw", [b"", b"&&&", b"=", b"%", b"\xff\xfe", b"a=1&" * 30, b"%zz=%zz"])
def test_a_body_that_is_no_form_holds_no_words(raw: bytes) -> None:
    assert "texte" not in read_form(raw)
    with pytest.raises(NothingSaid):
        _message(read_form(raw), raw)


def test_a_simple_client_that_escapes_nothing_keeps_its_accents() -> None:
    assert read_form("texte=une fuite à l'école".encode()) == {"texte": "une fuite à l'école"}


@given(st.dictionaries(st.sampled_from(["texte", "contact", "adresse", "jeton"]), st.text(SIGNS, max_size=40)))
def test_whatever_is_typed_comes_through(fields: dict[str, str]) -> None:
    assert read_form(urlencode(fields).encode()) == fields


@given(st.binary(max_size=200))
def test_no_body_breaks_the_form(raw: bytes) -> None:
    assert all(isinstance(value, str) for value in read_form(raw).values())


@pytest.mark.parametrize(
    ("typed", "limit", "degrees"),
    [
        ("47.3229", 90, 47.3229),
        (" 5.0375 ", 180, 5.0375),
        ("-90", 90, -90.0),
        ("180", 180, 180.0),
        ("90.0001", 90, None),
        ("-181", 180, None),
        ("47,3229", 90, None),
        ("nan", 90, None),
        ("inf", 180, None),
        ("-inf", 180, None),
        ("nord", 90, None),
        ("", 90, None),
        (None, 90, None),
    ],
)
def test_a_position_is_degrees_or_nothing(typed: str | None, limit: float, degrees: float | None) -> None:
    assert _degrees(typed, limit) == degrees


def test_a_message_keeps_what_the_citizen_gave() -> None:
    message = posted(texte=" un trou ", contact=" ana@exemple.fr ", adresse="rue Monge", lat="47.3", lon="5.0")
    assert (message.channel, message.provider) == (Channel.WEB, "web")
    assert (message.text, message.contact, message.address) == ("un trou", "ana@exemple.fr", "rue Monge")
    assert (message.latitude, message.longitude) == (47.3, 5.0)
    assert message.raw.startswith(b"texte=+un+trou+")


def test_what_was_left_empty_is_unknown() -> None:
    message = posted(texte="un trou", contact="  ", adresse="", lat="", lon="")
    assert (message.contact, message.address, message.latitude, message.longitude) == (None, None, None, None)


def test_two_forms_without_a_number_are_two_messages() -> None:
    assert posted(texte="un trou").external_id != posted(texte="un trou").external_id


def test_a_double_click_is_one_message_and_other_words_are_another() -> None:
    first = posted(texte="un trou", jeton="a1")
    assert posted(texte=" un trou ", jeton="a1").external_id == first.external_id
    assert posted(texte="une fuite", jeton="a1").external_id != first.external_id
    assert posted(texte="un trou", jeton="a2").external_id != first.external_id


def test_fields_longer_than_the_form_allows_are_cut() -> None:
    message = posted(texte="un trou", contact="c" * 500, adresse="a" * 500, jeton="j" * 500)
    assert (len(message.contact or ""), len(message.address or "")) == (120, 300)
    assert len(message.external_id) < 100


@pytest.mark.parametrize("field", ["contact", "adresse", "jeton"])
def test_a_sign_the_database_refuses_does_not_lose_the_message(field: str) -> None:
    message = posted(**{"texte": "il y a le feu", field: "ab\x00cd"})
    assert "\x00" not in f"{message.contact}{message.address}{message.external_id}"


@pytest.mark.parametrize(
    "half", [{"lat": "47.3"}, {"lon": "5.04"}, {"lat": "91", "lon": "5.04"}, {"lat": "nan", "lon": "5"}]
)
def test_half_a_position_is_none(half: dict[str, str]) -> None:
    message = posted(texte="un trou", **half)
    assert (message.latitude, message.longitude) == (None, None)
