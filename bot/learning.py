"""Learning from the room, joined to the database and to the folder of models."""

from __future__ import annotations

import asyncio
import shutil
from uuid import uuid4

from sqlalchemy.ext.asyncio import AsyncSession

from bot.places import CityPlaces
from bot.school import Progress, ensure_trained, examples_folder, models_folder
from bot.serving import database_url
from bot.settings import Settings
from nlp_models.errors import CorpusError
from nlp_models.labelled import LabelledText
from nlp_models.pipeline import load
from nlp_models.promotion import alone, live_model
from nlp_models.promotion import promote as make_live
from nlp_models.room import RoomLesson, learn_from_room
from routing.store import feedback
from routing.store.base import make_engine

MOST_LABELS = 20_000  # the newest: training stays under two minutes


async def learn(settings: Settings, progress: Progress, *, promote: bool) -> tuple[RoomLesson, bool]:
    """Train a candidate with the room's labels, compare it, and make it live if nothing falls. Returns (lesson, live?).

    Raises SchoolError when nobody has labelled anything yet, or somebody else is learning.
    """
    labels = await room_labels(database_url(settings))
    if not labels:
        raise CorpusError("Nobody of the room has confirmed or corrected anything yet: there is nothing to learn.")
    cache, base = models_folder(settings), ensure_trained(settings, progress)
    with alone(cache, base):
        lesson = await asyncio.to_thread(
            learn_from_room,
            labels,
            load(live_model(cache, base), CityPlaces(settings).gazetteer),
            cache / f"room-{uuid4().hex[:12]}",
            language=settings.locale,
            examples=examples_folder(settings),
            progress=progress,
        )
        live = promote and not lesson.falls and not lesson.same
        if live:
            make_live(cache, base, lesson.folder)
        else:
            shutil.rmtree(lesson.folder, ignore_errors=True)
        return lesson, live


async def room_labels(url: str) -> list[LabelledText]:
    """The newest labels people of the room gave, oldest first."""
    engine = make_engine(url)
    try:
        async with AsyncSession(engine) as session:
            rows = await feedback.labels(session, MOST_LABELS)
            return [LabelledText(row.text, row.label, row.channel.value) for row in rows]
    finally:
        await engine.dispose()
