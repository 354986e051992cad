"""The pipeline's own tokeniser: French words, nothing lost, quick to load, saved with the pipeline."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import spacy

from nlp_models.components import Tokeniser
from nlp_models.pipeline import Reader
from nlp_models.untrained import blank
from tests.nlp.test_pipeline import ODD


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("Y'a plus d'eau à l'école !", ["Y'a", "plus", "d'", "eau", "à", "l'", "école", "!"]),
        ("Qu’est-ce qu’il y a ?", ["Qu’", "est-ce", "qu’", "il", "y", "a", "?"]),
        ("aujourd'hui, peut-être", ["aujourd'hui", ",", "peut-être"]),
        ("au 12 bis  rue Monge", ["au", "12", "bis", " ", "rue", "Monge"]),
        ("fin.", ["fin", "."]),
    ],
)
def test_french_is_cut_where_a_reader_would(text: str, tokens: list[str]) -> None:
    assert [token.text for token in blank("fr").make_doc(text)] == tokens


@pytest.mark.parametrize("text", [text for text in ODD if "\ud83d" not in text], ids=range(len(ODD) - 1))
def test_the_tokens_put_together_are_the_text(text: str) -> None:
    assert blank("fr").make_doc(text).text == text


def test_it_is_saved_and_loaded_with_the_pipeline(tmp_path: Path, tiny_reader: Reader) -> None:
    tiny_reader.nlp.to_disk(tmp_path / "model")
    assert 'tokenizer]\n@tokenizers = "vigie.words.v1"' in (tmp_path / "model" / "config.cfg").read_text("utf-8")
    loaded = spacy.load(tmp_path / "model")
    assert isinstance(loaded.tokenizer, Tokeniser)
    assert [token.text for token in loaded("l'école")] == ["l'", "école"]


def test_no_misspelt_word_is_remembered(tiny_reader: Reader) -> None:
    tiny_reader.understand("un trou dans la rue")
    known = len(tiny_reader.nlp.vocab.strings)
    for number in range(20):
        tiny_reader.understand(f"trou{number}x rue{number}y")
    assert len(tiny_reader.nlp.vocab.strings) == known


def test_reading_loads_no_french_tokeniser_and_no_training_library() -> None:
    code = (
        "import sys, nlp_models.untrained as p; p.blank('fr');"
        "print(sorted({'spacy.lang.fr', 'scipy', 'sklearn', 'nlp_models.learning'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
