"""A tiny model for what any model must do."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from nlp_models import room, training
from nlp_models.pipeline import Reader, load
from nlp_models.training import train

FEW = 100  # one of so many of our outliers: reading all of them would take longer than everything else

TINY = {
    "voirie/trou": [
        "il y a un gros trou dans la route",
        "nid de poule devant chez moi",
        "le goudron est abîmé et ça secoue",
        "ma roue a tapé dans un trou",
        "la chaussée est défoncée",
        "un cratère au milieu de la rue",
    ],
    "proprete/tag": [
        "un graffiti sur le mur de l'école",
        "des tags partout sur la façade",
        "ils ont peint à la bombe sur mon portail",
        "une signature à la peinture sur l'abribus",
        "inscription au marqueur sur la porte",
        "on a encore tagué le pont",
    ],
    "dechets/bac": [
        "ma poubelle n'a pas été ramassée",
        "le camion benne n'est pas passé",
        "les bacs sont restés pleins ce matin",
        "oubli de collecte dans ma rue",
        "mon bac jaune déborde depuis lundi",
        "personne n'a vidé la poubelle",
    ],
}


@contextmanager
def few_outliers() -> Iterator[None]:
    """Whoever trains meanwhile sees a part of our outliers only."""
    everything = training.outliers
    with pytest.MonkeyPatch.context() as patch:
        for learner in (training, room):
            patch.setattr(learner, "outliers", lambda language: everything(language)[::FEW])
        yield


@pytest.fixture(scope="session")
def tiny_examples(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of three labels with six utterances each."""
    folder = tmp_path_factory.mktemp("examples")
    for name, lines in TINY.items():
        path = folder / f"{name}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def tiny_model(tiny_examples: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a model trained on the tiny examples."""
    output = tmp_path_factory.mktemp("models") / "tiny"
    with few_outliers():
        train(tiny_examples, output)
    return output


@pytest.fixture(scope="session")
def tiny_reader(tiny_model: Path) -> Reader:
    """A reader of the tiny model."""
    return load(tiny_model)
