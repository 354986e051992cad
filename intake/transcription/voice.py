"""Text to speech by espeak-ng, a program of the distribution: plain to hear, and nothing leaves the house."""

from __future__ import annotations

import asyncio
import io
import logging
import shutil
import wave
from collections import OrderedDict

import numpy as np
import soxr

from intake.transcription.audio import PHONE_RATE, to_mulaw

log = logging.getLogger(__name__)

PROGRAM = "espeak-ng"
WORDS_A_MINUTE = 155
SPEAKING_TIME = 5.0  # seconds to make a sentence's sound
KEPT = 64  # sentences whose sound is kept: most calls hear the same ones


class EspeakVoice:
    """A Voice."""

    def __init__(self, language: str = "fr") -> None:
        self._language = language
        self._made: OrderedDict[str, bytes] = OrderedDict()

    @staticmethod
    def missing() -> str | None:
        """Why there is no voice, None when there is one."""
        return None if shutil.which(PROGRAM) else f"{PROGRAM} is not installed (apt-get install {PROGRAM})"

    async def say(self, text: str) -> bytes | None:
        """``text`` as 8 kHz mu-law, None when it cannot be spoken."""
        if text not in self._made:
            try:
                async with asyncio.timeout(SPEAKING_TIME):
                    self._made[text] = await self._speak(text)
            except (OSError, TimeoutError, wave.Error, EOFError) as error:
                log.warning("a question cannot be spoken: %s", type(error).__name__)
                return None
            while len(self._made) > KEPT:
                self._made.popitem(last=False)
        self._made.move_to_end(text)
        return self._made[text]

    async def _speak(self, text: str) -> bytes:
        pipe = asyncio.subprocess.PIPE
        command = (PROGRAM, "-v", self._language, "-s", str(WORDS_A_MINUTE), "--stdin", "--stdout")
        process = await asyncio.create_subprocess_exec(
            *command, stdin=pipe, stdout=pipe, stderr=asyncio.subprocess.DEVNULL
        )
        try:
            sound, _ = await process.communicate(text.encode())
        finally:
            if process.returncode is None:
                process.kill()
        return await asyncio.to_thread(_for_the_telephone, sound)


def _for_the_telephone(sound: bytes) -> bytes:
    """A WAV file as mu-law. The header's length is not true of what comes through a pipe: all that follows is read."""
    with wave.open(io.BytesIO(sound)) as opened:
        rate = opened.getframerate()
        samples = np.frombuffer(opened.readframes(len(sound) // 2), np.int16).astype(np.float32) / 32768
    return to_mulaw(soxr.resample(samples, rate, PHONE_RATE).astype(np.float32))
