"""What a department's channel shows of a citizen's words: no name, and no number that reaches a person."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from routing.domain.redaction import redact
from tests.unit.any_text import SIGNS

TEN_DIGITS = re.compile(r"(?<!\d)0\d{9}(?!\d)")
LEAKS = "redaction._RULES does not know this way of writing a telephone number"

separators = st.sampled_from(["", " ", ".", "-", "/", "\u00a0", "\u202f"])
words = st.text("abc éà,;:!?'\n", max_size=20)


@pytest.mark.parametrize(
    "number",
    [
        "0639980001",
        "06 39 98 00 01",
        "06.39.98.00.01",
        "06-39-98-00-01",
        "06/39/98/00/01",
        "06\u00a039\u00a098\u00a000\u00a001",
        "063 998 0001",
        "+33639980001",
        "+33 6 39 98 00 01",
        "0033 6 39 98 00 01",
        "+41 22 730 51 11",
        "01 99 00 00 01",
    ],
)
def test_a_telephone_number_is_hidden_however_it_is_typed(number: str) -> None:
    assert redact(f"rappelez-moi au {number}, merci") == "rappelez-moi au [téléphone], merci"
    assert redact(f"({number})") == "([téléphone])"
    assert redact(f"tél:{number}") == "tél:[téléphone]"


@pytest.mark.parametrize(
    "number",
    [
        "+33 (0)6 39 98 00 01",
        "(06) 39 98 00 01",
        "06–39–98–00–01",
        "06‑39‑98‑00‑01",
        "06  39  98  00  01",
        "06 - 39 - 98 - 00 - 01",
        "06, 39, 98, 00, 01",
        "33639980001",
        "tel0639980001",
        "０６３９９８０００１",
        "06\u00ad39\u00ad98\u00ad00\u00ad01",
    ],
)
def test_a_telephone_number_written_otherwise_is_hidden_too(number: str) -> None:
    assert sum(sign.isdigit() for sign in redact(f"rappelez-moi au {number}, merci")) < 6


def test_several_numbers_are_all_hidden() -> None:
    assert redact("0639980001 ou 0639980002 (ou 0199000001)") == "[téléphone] ou [téléphone] (ou [téléphone])"


@pytest.mark.parametrize("address", ["ana.martin@exemple.fr", "a+b@sous.domaine.exemple", "ANA_M@EXEMPLE.FR"])
def test_an_electronic_address_is_hidden(address: str) -> None:
    assert redact(f"écrivez à {address}.") == "écrivez à [courriel]."


@pytest.mark.parametrize("plate", ["AB-123-CD", "AB 123 CD", "AB123CD", "ab-123-cd"])
def test_a_number_plate_is_hidden(plate: str) -> None:
    assert redact(f"une voiture {plate} garée là") == "une voiture [plaque] garée là"


@pytest.mark.parametrize("number", ["185057800608436", "1850578006084", "1 85 05 78 006 084 36", "1.85.12.78.112.123"])
def test_a_social_security_number_is_hidden(number: str) -> None:
    assert not re.search(r"\d{3}", redact(f"mon numéro {number}"))


def test_a_social_security_number_goes_as_a_whole() -> None:
    assert redact("mon numéro : 2 85 05 78 006 084 36.") == "mon numéro : [numéro]."


@pytest.mark.parametrize(
    "words",
    [
        "au 12 rue Monge, 3e étage",
        "le tram T1 de 18h30",
        "ligne L6, bus 1234",
        "le 10 mars 2026 à 08:15",
        "code postal 21000, 159 106 habitants",
        "appelez le 112",
        "référence VG-4K7Q",
        "47.3229, 5.0375",
        "panneau n° 123456",
    ],
)
def test_what_helps_the_agent_stays(words: str) -> None:
    assert redact(words) == words


@pytest.mark.parametrize(
    "words",
    ["devant le 112 de la rue Monge", "le 115 ne répond pas", "j'ai fait le 112 et personne", "la 974 en travaux"],
)
def test_a_house_number_or_the_112_is_no_number_plate(words: str) -> None:
    assert redact(words) == words


def test_a_date_and_its_hour_are_no_telephone_number() -> None:
    assert redact("depuis le 01/02/2026 10:30") == "depuis le 01/02/2026 10:30"


def test_a_long_message_is_cut_with_a_sign() -> None:
    assert redact("mot " * 200, limit=13) == "mot mot mot…"
    assert redact("mot " * 200, limit=10) == "mot mot m…"
    assert redact("juste", limit=5) == "juste"


@pytest.mark.parametrize(
    "number",
    [
        "zéro six trente-neuf quatre-vingt-dix-huit zéro zéro zéro un",
        "zero six trente neuf quatre vingt dix huit zero un vingt trois",
        "06 trente-neuf 98 zéro un 02",
        "plus trente-trois six trente-neuf quatre-vingt-dix-huit zéro un zéro deux",
        "zéro un, quatre-vingt-dix-neuf, zéro zéro, cinquante-sept, douze",
        "oh six three nine nine eight oh one oh two",
        "6 39 98 01 02",
    ],
)
def test_a_telephone_number_is_hidden_as_it_is_said(number: str) -> None:
    assert redact(f"rappelez-moi au {number} s'il vous plaît") == "rappelez-moi au [téléphone] s'il vous plaît"


@pytest.mark.parametrize("words", ["au cent quatre-vingt-dix-neuf rue Monge", "zéro degré et du verglas", "de 6 à 8 h"])
def test_other_numbers_that_are_said_stay(words: str) -> None:
    assert redact(words) == words


@given(words, st.integers(0, 99_999_999), separators, st.sampled_from("1234567"), words)
def test_a_french_number_never_reaches_a_channel(before: str, rest: int, by: str, kind: str, after: str) -> None:
    pairs = [f"0{kind}", *re.findall("..", f"{rest:08d}")]
    shown = redact(f"{before} {by.join(pairs)} {after}", limit=1000)
    assert "[téléphone]" in shown
    assert not re.search(r"\d", shown)


@given(st.text("ab 01269.-_\n", max_size=40))
@example("tel0639980001")
def test_no_ten_digits_are_ever_left(text: str) -> None:
    assert not TEN_DIGITS.search(redact(text))


@given(st.text(SIGNS, max_size=200), st.integers(1, 80))
def test_what_is_shown_is_never_longer_than_the_channel_takes(text: str, limit: int) -> None:
    assert len(redact(text, limit)) <= limit


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("Je m'appelle Marie Curie et il y a un trou", "Je m'appelle [nom] et il y a un trou"),
        ("bonjour je m'appelle jean dupont j'habite rue Monge", "bonjour je m'appelle [nom] j'habite rue Monge"),
        ("appelez-moi, je suis Jean Dupont", "appelez-moi, je suis [nom]"),
        ("Je suis Marie-Hélène d'Aubigny et il y a un trou", "Je suis [nom] et il y a un trou"),
        ("de la part de Jean de Brosses", "de la part de [nom]"),
        ("la rue est sale\nCordialement,\nJean DUPONT", "la rue est sale\nCordialement,\n[nom]"),
        ("un trou rue Monge, merci, Marie Curie.", "un trou rue Monge, merci, [nom]."),
        ("je suis Place Darcy devant le tram", "je suis Place Darcy devant le tram"),
        ("je suis Avenue Victor Hugo", "je suis Avenue Victor Hugo"),
        ("je suis à Dijon Toison d'Or", "je suis à Dijon Toison d'Or"),
        ("merci d'avance, Rue Monge", "merci d'avance, Rue Monge"),
        ("Ici Cours Du Parc", "Ici Cours Du Parc"),
        ("Madame Martin ne répond plus", "Madame [nom] ne répond plus"),
        ("Monsieur le maire, la rue est sale", "Monsieur le maire, la rue est sale"),
        ("un monsieur promène son chien", "un monsieur promène son chien"),
        ("Bonjour, c'est Jean Martin, il y a un trou", "Bonjour, c'est [nom], il y a un trou"),
        ("moi c'est Karim Benali", "moi c'est [nom]"),
        ("bonjour c'est jean martin je vous appelle pour un trou", "bonjour c'est [nom] je vous appelle pour un trou"),
        ("allô oui c'est karim j'habite rue monge", "allô oui c'est [nom] j'habite rue monge"),
        ("bonjour c'est pour la rue monge je vous appelle", "bonjour c'est pour la rue monge je vous appelle"),
        ("bonjour c'est madame dupont du douze rue monge", "bonjour c'est madame [nom] du douze rue monge"),
        ("mon voisin monsieur durand est tombé", "mon voisin monsieur [nom] est tombé"),
        ("M. Jean Martin ne répond plus", "M. [nom] ne répond plus"),
        ("Mon fils Lucas Petit est tombé", "Mon fils [nom] est tombé"),
        ("jean martin à l'appareil, un arbre est tombé", "[nom] à l'appareil, un arbre est tombé"),
        ("Nom : Martin\nPrénom : Paul\nun trou", "Nom : [nom]\nPrénom : [nom]\nun trou"),
        ("un trou rue Monge\nJean Dupont", "un trou rue Monge\n[nom]"),
        ("un trou rue Monge\nJean Dupont\n06 39 98 00 01", "un trou rue Monge\n[nom]\n[téléphone]"),
        ("my name is John Smith there is a hole", "my name is [nom] there is a hole"),
        ("ich heiße Hans Müller und da ist ein Loch", "ich heiße [nom] und da ist ein Loch"),
        ("me llamo Juan Pérez y hay un agujero", "me llamo [nom] y hay un agujero"),
        ("madame Françoise Le Goff au 12 rue Monge", "madame [nom] au 12 rue Monge"),
        ("c'est Ahmed Ben Salah, un trou", "c'est [nom], un trou"),
        ("madame Dupont de Dijon", "madame [nom] de Dijon"),
        ("Victor Hugo", "Victor Hugo"),
        ("c'est Place Darcy", "c'est Place Darcy"),
        ("bonjour c'est pour un arbre tombé", "bonjour c'est pour un arbre tombé"),
        ("chez moi rue Jean Jaurès", "chez moi rue Jean Jaurès"),
    ],
)
def test_names_people_give_are_hidden(said: str, shown: str) -> None:
    assert redact(said) == shown


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("mon mail est marie point curie arobase exemple point fr merci", "mon mail est [courriel] merci"),
        ("c'est jean tiret paul arobase mon tiret bureau point com", "c'est [courriel]"),
        ("la voiture immatriculée 1234 AB 21 est garée", "la voiture immatriculée [plaque] est garée"),
        ("une clio plaque ab 123 cd", "une clio plaque [plaque]"),
        ("un coche, matrícula 1234 BCD", "un coche, matrícula [plaque]"),
        ("FR76 3000 4000 0312 3456 7890 143", "[compte]"),
        ("PLAQUE D'EGOUT 3 RUE MONGE", "PLAQUE D'EGOUT 3 RUE MONGE"),
        ("une plaque : 12 RUE MONGE", "une plaque : 12 RUE MONGE"),
        ("la plaque 3 cm trop haute", "la plaque 3 cm trop haute"),
    ],
)
def test_addresses_as_they_are_said_plates_and_accounts_are_hidden(said: str, shown: str) -> None:
    assert redact(said) == shown
