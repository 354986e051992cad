"""How well a recogniser hears, measured; and words it is told to listen for."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from bot.hearing import measure
from intake.transcription.audio import decode
from intake.transcription.lock import ModelRefused
from intake.transcription.sherpa import load_sherpa
from tests.city import settings_in
from tests.databases import ROOT
from tests.speech.conftest import EARS
from tests.speech.synthetic import MODEL, recorded, sentences


@pytest.mark.usefixtures("voices")
def test_recordings_with_their_words_give_figures(tmp_path: Path, trained_model: Path) -> None:
    for number in ("02", "05"):
        (tmp_path / f"{number}.wav").write_bytes(recorded(sentences()[number], "wav"))
        (tmp_path / f"{number}.txt").write_text(sentences()[number], encoding="utf-8")
    (tmp_path / "broken.wav").write_bytes(b"RIFF")
    (tmp_path / "broken.txt").write_text("rien", encoding="utf-8")
    (tmp_path / "no-words.wav").write_bytes(b"RIFF")
    found = measure(settings_in(ROOT / "var"), tmp_path, engine=None, model=str(MODEL))
    assert (found["model"], found["recordings"], found["unplayable"]) == ("sherpa-onnx asr-tiny-fr", 2, 1)
    assert 0 < found["word error rate"] < 0.5
    assert 0 <= found["same procedure as the true words"] <= 1
    assert found["core seconds per second of speech"] < 1


def test_a_folder_without_recordings_says_what_it_wants(tmp_path: Path) -> None:
    with pytest.raises(ModelRefused, match="its words beside it"):
        measure(settings_in(tmp_path), tmp_path, engine=None, model=str(MODEL))


@pytest.mark.usefixtures("voices")
def test_a_model_with_its_word_pieces_listens_for_names(tmp_path: Path) -> None:
    model = tmp_path / "model"
    shutil.copytree(MODEL, model)
    tokens = (line.rsplit(" ", 1)[0] for line in (MODEL / "tokens.txt").read_text(encoding="utf-8").splitlines())
    pieces = "\n".join(f"{token}\t{-rank}" for rank, token in enumerate(tokens))
    (model / "bpe.vocab").write_text(pieces + "\n", encoding="utf-8")
    ears = type(EARS)("sherpa-onnx", model, EARS.vad, ("Rue de la Liberté", "Łódź"))
    heard = load_sherpa(ears).transcribe(decode(recorded(sentences()["02"], "wav")))
    assert "rue de la liberté" in heard.text
