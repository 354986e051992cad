"""Listening on premises: ends of sentences, false starts, being interrupted, many callers at once, recordings.

Voices are espeak-ng's and the recogniser is the tests' fixture, and for many callers also a model of the real size with
random weights: these figures are about the line, the voice detector and the recogniser's process, not about how well
anybody's French is understood.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import cycle

import numpy as np
import psutil  # type: ignore[import-untyped]

from intake.errors import NotListening
from intake.ports import Heard, LiveEar, SpeechBegan, Transcript
from intake.transcription.audio import PHONE_RATE, Samples, decode, from_mulaw, to_mulaw
from intake.transcription.engine import Ears, Engine
from intake.transcription.recogniser import Recogniser
from intake.transcription.sherpa import VoiceDetector, load_sherpa
from intake.transcription.turn import TurnEar
from tests.bench.figures import Figure, percentile, worst
from tests.bench.rig import Rig
from tests.speech import real_size
from tests.speech.synthetic import FRAME, MODEL, VAD, absent, noisy, quiet, recorded, sentences, spoken

NAME = "listening"
VOICES = ("fr", "fr+m3", "fr+f2", "fr+m7")
LEAD, TAIL = 1.0, 3.0  # seconds around a sentence
CALLERS = 16
LOUD = 0.02
PAUSE = 1.0  # seconds before somebody who was not listened to tries again
EARS = Ears("sherpa-onnx", MODEL, VAD)


Clip = tuple[float, float, bytes]  # onset and end of speech (seconds), 8 kHz mu-law


@dataclass
class Told:
    """What the callers met."""

    delays: list[float] = field(default_factory=list)
    refused: int = 0


def run(rig: Rig) -> list[Figure]:
    """Measure; nothing where no machine can speak."""
    if why := absent():
        raise RuntimeError(why)
    seconds = rig.size(30, 8)
    real = rig.folder / "real-size"
    size = real_size.write(real) / 1e6
    return [
        *_ends(),
        *_noises(),
        *asyncio.run(_crowd(seconds, EARS, "fixture model")),
        *asyncio.run(_crowd(seconds, replace(EARS, model=real), f"{size:.0f} M random weights")),
        *_recording(),
    ]


def _ends() -> Iterator[Figure]:
    clips = [(text, voice) for text in sentences().values() for voice in VOICES]
    for name, ratio, target in (("clean", None, 0.9), ("15 dB of noise", 15.0, 1.4)):
        missed = splits = 0
        ends, starts = [], []
        for text, voice in clips:
            onset, end, audio = _clip(text, voice, ratio)
            began, over = _heard(audio)
            if began is not None:
                starts.append(began - onset)
            if over is None:
                missed += 1
            elif over < end:
                splits += 1
            else:
                ends.append(over - end)
        yield Figure(NAME, f"{name}: ends missed of {len(clips)}", missed, "", 0)
        yield Figure(NAME, f"{name}: sentences split", splits, "", 0)
        yield Figure(NAME, f"{name}: end of speech → end found, p95", percentile(ends, 0.95), "s", target)
        yield Figure(NAME, f"{name}: speech → we fall silent, p95", percentile(starts, 0.95), "s", 0.3)


def _clip(text: str, voice: str, ratio: float | None) -> Clip:
    """Onset, end (seconds) and sound of one sentence with silence or noise around it."""
    said = from_mulaw(spoken(text, voice))
    loud = np.nonzero(np.abs(said) > LOUD)[0]
    silence = np.zeros(int(LEAD * PHONE_RATE), np.float32)
    tail = np.zeros(int(TAIL * PHONE_RATE), np.float32)
    whole = np.concatenate([silence, said, tail])
    audio = to_mulaw(whole) if ratio is None else noisy(whole, ratio, seed=len(text))
    return LEAD + int(loud[0]) / PHONE_RATE, LEAD + int(loud[-1]) / PHONE_RATE, audio


def _heard(audio: bytes) -> tuple[float | None, float | None]:
    """When somebody was found to speak, and when the sentence was found to be over, in seconds of sound."""
    ear = TurnEar(_engine(), _detector())
    ear.detector.reset()
    began = over = None
    for at in range(0, len(audio), FRAME):
        for event in ear.hear(audio[at : at + FRAME]):
            moment = (at + FRAME) / PHONE_RATE
            if isinstance(event, SpeechBegan):
                began = moment
            elif isinstance(event, Transcript):
                over = moment
        if over is not None:
            break
    return began, over


@cache
def _engine() -> Engine:
    return load_sherpa(EARS)


@cache
def _detector() -> VoiceDetector:
    return VoiceDetector(VAD)


def _noises() -> Iterator[Figure]:
    starts = {name: int(_heard(to_mulaw(sound))[0] is not None) for name, sound in _sounds().items()}
    found = ", ".join(name for name, count in starts.items() if count) or "none"
    yield Figure(NAME, f"false starts in {len(starts)} noises ({found})", sum(starts.values()), "", 0)


def _sounds() -> dict[str, Samples]:
    """Twenty seconds of each."""
    moments = np.arange(20 * PHONE_RATE, dtype=np.float32) / PHONE_RATE
    pulse = (moments % 1.0 < 0.5).astype(np.float32)
    short = (moments % 0.4 < 0.1).astype(np.float32)
    random = np.random.default_rng(7).normal(size=moments.size).astype(np.float32)
    brown = np.cumsum(random)
    brown -= np.convolve(brown, np.ones(400, np.float32) / 400, "same")
    keys = [np.sin(2 * np.pi * low * moments) + np.sin(2 * np.pi * high * moments) for low, high in DTMF]
    key = np.choose((moments / 0.4).astype(int) % len(keys), keys).astype(np.float32)
    return {
        "silence": np.zeros_like(moments),
        "busy tone": 0.3 * pulse * np.sin(2 * np.pi * 440 * moments).astype(np.float32),
        "keypad": 0.2 * short * key,
        "white noise": 0.05 * random,
        "brown noise": (0.1 * brown / np.abs(brown).max()).astype(np.float32),
    }


DTMF = ((697, 1209), (770, 1336), (852, 1477), (941, 1336))


async def _crowd(seconds: int, ears: Ears, model: str) -> list[Figure]:
    """Callers who speak one sentence after the other, in real time, each turn a stream of the recogniser's process."""
    texts = list(sentences().values())
    clips = [_clip(texts[number], VOICES[number % len(VOICES)], None) for number in range(CALLERS + 4)]
    recogniser = Recogniser(ears, callers=CALLERS)
    recogniser.start()
    await recogniser.until_ready()
    process = psutil.Process(recogniser.process_id)
    before, own = sum(process.cpu_times()[:2]), time.process_time()
    started = time.monotonic()
    told = Told()
    await asyncio.gather(
        *(
            _caller(recogniser, cycle(clips[number:] + clips[:number]), started + seconds, told)
            for number in range(CALLERS)
        )
    )
    delays = told.delays
    took = time.monotonic() - started
    share = (sum(process.cpu_times()[:2]) - before + time.process_time() - own) / took / CALLERS
    memory = process.memory_info().rss / 1e6
    await recogniser.close()
    name = f"{CALLERS} callers, {model}"
    return [
        Figure(NAME, f"{name}: end of speech → transcript, p95", percentile(delays, 0.95), "s", 1.5),
        Figure(NAME, f"{name}: sentences heard", len(delays), ""),
        Figure(NAME, f"{name}: turns left to the keypad", told.refused, "", 0),
        Figure(NAME, f"{name}: worst delay", worst(delays), "s"),
        Figure(NAME, f"{name}: share of a core per caller, both processes", 100 * share, "%"),
        Figure(NAME, f"{name}: memory of the recogniser's process", memory, "MB", 600),
    ]


async def _caller(recogniser: Recogniser, clips: Iterator[Clip], until: float, told: Told) -> None:
    while time.monotonic() < until:
        _, end, audio = next(clips)
        try:
            async with recogniser.listen() as ear:
                began = time.monotonic()
                playing = asyncio.create_task(_play(ear, audio, began))
                try:
                    told.delays += [time.monotonic() - began - end async for one in ear.heard() if _words(one)]
                finally:
                    playing.cancel()
                    await asyncio.gather(playing, return_exceptions=True)
        except NotListening:
            told.refused += 1
            await asyncio.sleep(PAUSE)


def _words(event: Heard) -> bool:
    return isinstance(event, Transcript)


async def _play(ear: LiveEar, audio: bytes, began: float) -> None:
    """In real time; a caller who is not listened to any more ends the turn, as the telephone's door does."""
    try:
        for at in range(0, len(audio), FRAME):
            await asyncio.sleep(max(0.0, began + at / PHONE_RATE - time.monotonic()))
            ear.hear(audio[at : at + FRAME])
    finally:
        with contextlib.suppress(NotListening):
            ear.end()


def _recording() -> list[Figure]:
    """A voice note of a minute."""
    note = recorded(" ".join(list(sentences().values())[:16]))
    times = []
    for _ in range(5):
        started = time.perf_counter()
        samples = decode(note)
        times.append((time.perf_counter() - started) * 60 / (samples.size / 16_000))
    return [Figure(NAME, f"60 s of voice note decoded ({os.cpu_count()} cores)", worst(times), "s", 0.5), _kept_quiet()]


def _kept_quiet() -> Figure:
    return Figure(NAME, "events in 20 s of a silent line", len([1 for one in _heard(quiet(20)) if one]), "", 0)
