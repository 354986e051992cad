"""Danger told in another language than French, by words that no rule foresaw; French is left to the French ear."""

from __future__ import annotations

import json

import pytest

from nlp_models import foreign_ear
from nlp_models.danger_rules import find_danger
from nlp_models.foreign_ear import ABOUT, WEIGHTS, listen, sounds_foreign
from nlp_models.foreign_training import key
from nlp_models.hearing import LANGUAGES_LEARNT_FROM, cases
from nlp_models.listening import listened


def test_it_has_learnt_the_cases_that_are_there() -> None:
    """Stale: run ``vigie nlp danger --train`` and commit languages_ear.bin and languages_ear.json."""
    assert json.loads(ABOUT.read_text(encoding="utf-8"))["key"] == key()


def test_it_stays_small() -> None:
    assert WEIGHTS.stat().st_size <= 300_000


@pytest.mark.parametrize(
    "text",
    [
        "grandpa went grey and slid off his chair",
        "der Lehrling hängt mit dem Ärmel in der Presse und schreit",
        "se nos está metiendo el agua en el coche y no abre la puerta",
        "il vecchio è scivolato giù dal molo e non riemerge",
        "o bebé ficou mole e não acorda",
        "dedemin yüzü bir yana kaydı, konuşamıyor",
        "وليدي صغير كلا كينة ديال الضغط وراه طايح",
        "drari tzerrbou 3la wa7ed w kay ghewet, kayn dem",
        "хлопець зірвався з риштування, лежить і стогне",
        "babcia nagle zrobiła się sina i nie ma z nią kontaktu",
        "孩子卡在电梯门里在哭",
    ],
)
def test_a_danger_told_in_another_language_is_heard(text: str) -> None:
    assert find_danger(text) is not None


@pytest.mark.parametrize("text", cases("languages_own", "harmless")[::5])
def test_greetings_and_ordinary_requests_are_no_danger(text: str) -> None:
    assert find_danger(text) is None


@pytest.mark.parametrize(
    "text", ["stop", "STOP", "ok", "12", "{{7*7}}", "désabonner", "hé ho", "🙂", "b9 l7", "|", "~ ~"]
)
def test_odd_words_are_no_danger(text: str) -> None:
    assert find_danger(text) is None


def test_french_sounds_french_and_other_languages_do_not() -> None:
    french = [text for kind in ("emergencies", "harmless") for text in cases("development", kind)]
    assert sum(sounds_foreign(listened(text)) for text in french) <= 0.01 * len(french)
    foreign = [text for kind in ("emergencies", "harmless") for text in cases("exam_languages", kind)]
    assert sum(sounds_foreign(listened(text)) for text in foreign) >= 0.97 * len(foreign)


def test_it_waits_for_the_end_of_a_sentence_and_tells_which_words_weighed() -> None:
    told = next(text for text in cases("languages_a", "emergencies") if _rule(text) == "oreille")
    heard = find_danger(told)
    assert heard is not None
    assert heard.heard
    assert find_danger(told, growing=True) is None


def test_a_long_story_in_another_language_is_heard_to_its_end() -> None:
    assert (
        find_danger("guten Tag ich wohne hier seit vielen Jahren " * 40 + "und jetzt atmet mein Mann nicht") is not None
    )
    assert listen(" ").score < 0
    assert foreign_ear.words_of(" " + "火" * 100 + " ")[0] == "火" * 14


def test_the_sets_of_ten_languages_hold_as_many_lines_of_each() -> None:
    for name in (*LANGUAGES_LEARNT_FROM[2:], "languages_development"):
        assert all(len(cases(name, kind)) % 10 == 0 for kind in ("emergencies", "harmless")), name


def _rule(text: str) -> str | None:
    danger = find_danger(text)
    return danger.rule if danger else None
