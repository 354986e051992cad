"""Voices made by espeak-ng and sox, as a telephone carries them. ``make test`` installs both where it may."""

from __future__ import annotations

import shutil
import subprocess
import sys
from functools import cache

import numpy as np
from numpy.typing import NDArray

from intake.transcription.audio import PHONE_RATE, to_mulaw
from tests.databases import ROOT
from tests.distribution import install

PACKAGES = ("espeak-ng", "sox")
FIXTURES = ROOT / "tests" / "fixtures"
MODEL = FIXTURES / "asr-tiny-fr"
VAD = MODEL / "silero_vad.onnx"
FRAME = PHONE_RATE // 50  # bytes of 20 ms
QUIET = b"\xff"


def absent() -> str | None:
    """Why there are no voices here, None when there are."""
    missing = [name for name in PACKAGES if shutil.which(name) is None]
    return f"{' and '.join(missing)} not installed: apt-get install {' '.join(PACKAGES)}" if missing else None


@cache
def sentences() -> dict[str, str]:
    """What the fixture recogniser knows, by number."""
    lines = (MODEL / "sentences.tsv").read_text(encoding="utf-8").splitlines()
    return {number: text for number, _, text in (line.partition("\t") for line in lines)}


@cache
def spoken(text: str, voice: str = "fr", speed: int = 150) -> bytes:
    """``text`` said, as 8 kHz mu-law."""
    said = subprocess.run(
        ["espeak-ng", "-v", voice, "-s", str(speed), "--stdout", text], check=True, capture_output=True
    ).stdout
    return _sox(said, "-t", "wav", "-", "-t", "ul", "-r", str(PHONE_RATE), "-c", "1", "-", "gain", "-3")


def recorded(text: str, form: str = "ogg") -> bytes:
    """``text`` said and kept as a sound file, as narrow as a telephone: the fixture knows nothing else."""
    said = subprocess.run(["espeak-ng", "-v", "fr", "-s", "150", "--stdout", text], check=True, capture_output=True)
    return _sox(said.stdout, "-t", "wav", "-", "-t", form, "-r", str(PHONE_RATE), "-")


def quiet(seconds: float) -> bytes:
    """Silence."""
    return QUIET * int(seconds * PHONE_RATE)


def noisy(audio: NDArray[np.float32], ratio: float, seed: int = 1) -> bytes:
    """8 kHz samples with pink-like noise ``ratio`` dB below them, as mu-law."""
    noise = np.cumsum(np.random.default_rng(seed).normal(size=audio.size)).astype(np.float32)
    noise -= np.convolve(noise, np.ones(400, np.float32) / 400, "same")
    loud = np.sqrt(np.mean(np.square(audio[np.abs(audio) > 0.01])))
    noise *= loud / np.sqrt(np.mean(np.square(noise))) / 10 ** (ratio / 20)
    return to_mulaw(np.clip(audio + noise, -1, 1).astype(np.float32))


def _sox(sound: bytes, *how: str) -> bytes:
    return subprocess.run(["sox", *how], input=sound, check=True, capture_output=True).stdout


def main() -> None:
    """Get them if they are missing and it may: the distribution's packages, as root."""
    if absent() is None:
        return
    install(*PACKAGES)
    if why := absent():
        sys.stderr.write(f"Tests with real voices will skip: {why}\n")


if __name__ == "__main__":
    main()
