"""Signatures and the alphabet of text messages, against published vectors."""

from __future__ import annotations

import pytest

from bot.twilio.gsm7 import fitted, segments
from tests.standins.twilio.signing import signature


def test_the_stand_in_signs_as_twilio_does() -> None:
    address = "https://mycompany.com/myapp.php?foo=1&bar=2"
    fields = [
        ("To", "+18005551212"),
        ("From", "+14158675309"),
        ("Digits", "1234"),
        ("Caller", "+14158675309"),
        ("CallSid", "CA1234567890ABCDE"),
    ]
    assert signature("12345", address, fields) == "RSOYDt4T1cUTdK1PDd93/VVr8B8="


@pytest.mark.parametrize(
    ("text", "shown", "parts"),
    [
        ("Ça a été signalé à l'hôtel, « rue d'Auxonne »…", "Ça a été signalé à l'hotel, \"rue d'Auxonne\"...", 1),
        ("é" * 160, "é" * 160, 1),
        ("é" * 161, "é" * 161, 2),
        ("€" * 80, "€" * 80, 1),
        ("€" * 81, "€" * 81, 2),
        ("дорога", "дорога", 1),
        ("дорога " * 11, "дорога " * 11, 2),
        ("un cœur ❤ reste", "un cœur ❤ reste", 1),
    ],
)
def test_french_fits_the_seven_bit_alphabet_where_it_can(text: str, shown: str, parts: int) -> None:
    assert fitted(text) == shown
    assert segments(fitted(text)) == parts
