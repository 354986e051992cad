"""Which language a citizen writes in, from a few words; French people are never taken for strangers."""

from __future__ import annotations

from pathlib import Path

import pytest

from nlp_models.labelled import read_labelled
from nlp_models.languages import detect_language
from nlp_models.training import ROOM

SENTENCES = {
    "en": ["there is water coming out of the wall", "my neighbour is very loud tonight", "where can I leave my fridge"],
    "de": ["die Ampel ist seit heute Morgen kaputt", "wo kann ich mein Auto parken", "der Müll wurde nicht abgeholt"],
    "es": ["hay un agujero muy grande en la calle", "¿cuándo pasa el camión?", "el perro de mi vecino ladra"],
    "it": ["il semaforo davanti alla scuola non funziona", "c'è una buca nella strada", "quando passano per i rifiuti"],
    "pt": ["o semáforo da minha rua não funciona", "há muito lixo no chão", "quando abre a biblioteca por favor"],
    "tr": ["sokakta çok büyük bir çukur var", "lütfen bana yardım edin", "çöpler ne zaman alınıyor, çok kötü kokuyor"],
    "pl": ["na mojej ulicy nie działa latarnia", "gdzie jest najbliższy urząd", "kiedy przyjeżdża śmieciarka proszę"],
    "uk": ["на моїй вулиці не працює ліхтар", "де найближча лікарня", "сусіди дуже голосно грають"],
    "ar": ["مصباح الشارع معطل", "salam bghit n3ref fin kayna lmairie", "3afak kayn mouchkil f dar"],
    "zh": ["路上有一个大坑", "垃圾没有人收", "图书馆几点关门"],
}  # fmt: skip


@pytest.mark.parametrize(("language", "text"), [(name, text) for name, texts in SENTENCES.items() for text in texts])
def test_a_short_sentence_is_enough(language: str, text: str) -> None:
    assert detect_language(text) == language


def test_french_messages_are_french() -> None:
    rows = [row for path in (ROOM / "assets" / "calibration").glob("*.jsonl") for row in read_labelled(Path(path))]
    foreign = [row.text for row in rows if detect_language(row.text) != "fr"]
    assert len(foreign) <= 0.005 * len(rows), foreign


@pytest.mark.parametrize(
    "text", ["", "ok", "12", "merci", "help", "la 3eme rue a gauche", "b9 l7", "no comprendo rien à votre site"]
)
def test_a_few_words_stay_french(text: str) -> None:
    assert detect_language(text) == "fr"
