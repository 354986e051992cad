"""Which model answers: trained at set-up, promoted after learning from the room, taken over without a restart."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

import structlog

from bot.places import CityPlaces
from bot.settings import Settings
from nlp_models.promotion import live_model
from routing.catalogue import loader
from routing.domain.understanding import Channel, Understanding
from routing.errors import CatalogueError

if TYPE_CHECKING:  # spaCy takes a second to import
    from nlp_models.pipeline import Reader
    from nlp_models.training import TrainingSummary

log = structlog.get_logger(__name__)

EXAMPLES = Path(__file__).parent.parent / "nlp_models" / "assets" / "examples"
FEWEST = 25  # examples a procedure needs before it is worth training on
LOOK_EVERY = 10.0  # seconds between two looks at which model is live

Progress = Callable[[str, float], None]


def models_folder(settings: Settings) -> Path:
    """Where trained models are kept."""
    return settings.data_dir / "models"


def examples_folder(settings: Settings) -> Path:
    """The folder of the city's examples."""
    return settings.examples_dir or EXAMPLES


def untaught(settings: Settings) -> list[str]:
    """Procedures of the catalogue without examples: no message can ever be understood as one of them."""
    taught = {path.stem for path in examples_folder(settings).rglob("*.txt")}
    return sorted(loader.procedure_ids(settings.catalogue_dir or loader.FOLDER) - taught)


def too_few(examples: Path) -> list[str]:
    """What to say about labels with so few examples that they are rarely understood."""
    from nlp_models.corpus import read_examples

    counts = Counter(read_examples(examples).labels)
    few = ", ".join(f"{label} ({count})" for label, count in sorted(counts.items()) if count < FEWEST)
    return [f"Fewer than {FEWEST} examples, rarely understood: {few}."] if few else []


def unmeasured(settings: Settings) -> bool:
    """Whether nobody measured thresholds for these procedures, so that training needs a fit more for each author."""
    from nlp_models.corpus import read_examples
    from nlp_models.training import known_trust

    return known_trust(read_examples(examples_folder(settings)), settings.locale)[0] is None


def train_own(settings: Settings, progress: Progress | None = None) -> TrainingSummary:
    """The city's own model, trained where every command and every start looks for it; kept when nothing changed."""
    from nlp_models.corpus import read_examples
    from nlp_models.pipeline import load
    from nlp_models.training import TrainingSummary, known_trust

    begun = perf_counter()
    folder = ensure_trained(settings, progress)
    reader, corpus = load(folder), read_examples(examples_folder(settings))
    found = corpus.contradictions
    notes = [
        *known_trust(corpus, settings.locale)[1],
        *(f"{len(found)} utterances stand under several labels, such as {one!r}." for one in found[:1]),
        *(f"{one} has no examples: no message is understood as it." for one in untaught(settings)),
    ]
    return TrainingSummary(
        folder,
        reader.version,
        len(reader.labels),
        len(corpus.texts),
        perf_counter() - begun,
        reader.figures,
        tuple(notes),
    )


def ensure_trained(settings: Settings, progress: Progress | None = None) -> Path:
    """The folder of the model for the present examples, trained now if need be.

    Raises CatalogueError for examples of no procedure.
    """
    from nlp_models.training import ensure_model  # spaCy takes a second to import; the web process does without

    examples = examples_folder(settings)
    known = loader.procedure_ids(settings.catalogue_dir or loader.FOLDER)
    strangers = sorted({path.stem for path in examples.rglob("*.txt")} - known)
    if strangers:
        raise CatalogueError(
            [
                f"{examples}: examples of unknown procedures: {', '.join(strangers)}; "
                "begin each with `vigie catalogue new`, or remove its file"
            ]
        )
    return ensure_model(examples, models_folder(settings), language=settings.locale, progress=progress)


def live_folder(settings: Settings, progress: Progress | None = None) -> Path:
    """The folder of the model that answers now."""
    return live_model(models_folder(settings), ensure_trained(settings, progress))


def load_classifier(settings: Settings, progress: Progress | None = None) -> LiveClassifier:
    """The live model's pipeline."""
    base = ensure_trained(settings, progress)
    return LiveClassifier(models_folder(settings), base, CityPlaces(settings))


class LiveClassifier:
    """Understands with the live model, and with the next one once it has been promoted; likewise with the places."""

    def __init__(self, cache: Path, base: Path, places: CityPlaces) -> None:
        self._cache, self._base, self._places = cache, base, places
        self._folder = live_model(cache, base)
        self._reader = _read(self._folder, places)

    def understand(self, text: str, channel: Channel) -> Understanding:
        """Read one message with whichever model is live."""
        return self._reader.understand(text, channel)

    async def keep_current(self) -> None:
        """Load a model that was promoted or rolled back; for ever."""
        while True:
            await asyncio.sleep(LOOK_EVERY)
            await asyncio.to_thread(self.look)

    def look(self) -> bool:
        """Take the live model over if it is another one; True when it was."""
        if self._places.look():
            self._reader.know(self._places.gazetteer)
            log.info("other addresses are known from now on")
        folder = live_model(self._cache, self._base)
        if folder == self._folder:
            return False
        self._reader, self._folder = _read(folder, self._places), folder
        log.info("another model answers from now on", model=folder.name)
        return True


def _read(folder: Path, places: CityPlaces) -> Reader:
    from nlp_models.pipeline import load

    return load(folder, places.gazetteer)
