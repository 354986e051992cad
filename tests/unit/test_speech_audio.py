"""Sound: the telephone's law, recordings of every kind, and what is refused."""

from __future__ import annotations

import io
import wave

import av
import numpy as np
import pytest

from intake.errors import BadAudio
from intake.transcription import audio
from intake.transcription.audio import LARGEST, MULAW, PHONE_RATE, RATE, PhoneLine, decode, from_mulaw, to_mulaw
from intake.transcription.stretches import LONGEST, in_stretches


def tone(seconds: float, rate: int = PHONE_RATE) -> np.ndarray:
    return (0.5 * np.sin(2 * np.pi * 440 * np.arange(int(seconds * rate)) / rate)).astype(np.float32)


def encoded(seconds: float, container: str, codec: str, rate: int) -> bytes:
    """A tone as a recording, made by the same library that plays it."""
    made = io.BytesIO()
    with av.open(made, "w", format=container) as out:
        stream = out.add_stream(codec, rate=rate, layout="mono")
        assert isinstance(stream, av.AudioStream)
        samples = (tone(seconds, rate) * 32767).astype(np.int16)
        resampler = av.AudioResampler(format=stream.format.name, layout="mono", rate=rate, frame_size=960)
        frame = av.AudioFrame.from_ndarray(samples.reshape(1, -1), format="s16", layout="mono")
        frame.sample_rate = rate
        for piece in (*resampler.resample(frame), *resampler.resample(None)):
            out.mux(stream.encode(piece))
        out.mux(stream.encode(None))
    return made.getvalue()


def silent_wav(seconds: int) -> bytes:
    made = io.BytesIO()
    with wave.open(made, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(1)
        out.setframerate(8000)
        out.writeframes(b"\x80" * seconds * 8000)
    return made.getvalue()


def test_the_law_of_the_telephone() -> None:
    # Source: ITU-T G.711, table 2a: the loudest, the middle of the scale, the softest, and silence.
    assert [int(MULAW[code]) for code in (0x00, 0x80, 0x0F, 0x8F, 0x7E, 0xFE, 0x7F, 0xFF)] == [
        -32124, 32124, -16764, 16764, -8, 8, 0, 0,
    ]  # fmt: skip
    every = bytes(range(256))
    assert (MULAW[np.frombuffer(to_mulaw(from_mulaw(every)), np.uint8)] == MULAW).all()


def test_a_tone_comes_out_of_the_line_at_twice_the_rate_and_unbroken() -> None:
    line, sent = PhoneLine(), to_mulaw(tone(1))
    got = np.concatenate(
        [line.samples(sent[at : at + 160]) for at in range(0, 8000, 160)] + [line.samples(b"", last=True)]
    )
    assert abs(got.size - RATE) < 20
    spectrum = np.abs(np.fft.rfft(got[1000:15000] * np.hanning(14000)))
    assert abs(spectrum.argmax() * RATE / 14000 - 440) < 2
    assert np.abs(got[1000:15000]).max() == pytest.approx(0.5, abs=0.03)


@pytest.mark.parametrize(
    ("container", "codec", "rate"),
    [("ogg", "libopus", 48_000), ("wav", "pcm_s16le", 22_050), ("mp3", "libmp3lame", 44_100), ("mp4", "aac", 44_100)],
)
def test_recordings_of_every_kind_are_played(container: str, codec: str, rate: int) -> None:
    samples = decode(encoded(1.5, container, codec, rate))
    assert samples.dtype == np.float32
    assert samples.size == pytest.approx(1.5 * RATE, abs=0.1 * RATE)
    assert np.abs(samples[RATE // 2 : RATE]).max() == pytest.approx(0.5, abs=0.1)


@pytest.mark.parametrize(
    "broken",
    [
        b"",
        b"RIFF",
        b"OggS" + b"\0" * 300,
        b"RIFF\0\0\0\0WAVEfmt ",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"#EXTM3U\n#EXTINF:1,\nhttp://169.254.169.254/latest/meta-data",
        b"ffconcat version 1.0\nfile /etc/passwd",
    ],
)
def test_what_is_no_recording_is_refused_politely(broken: bytes) -> None:
    with pytest.raises(BadAudio, match="écrivez en quelques mots"):
        decode(broken)


def test_half_a_recording_is_played_as_far_as_it_goes_or_refused() -> None:
    whole = encoded(2, "ogg", "libopus", 48_000)
    assert decode(whole[: len(whole) * 3 // 4]).size <= decode(whole).size


def test_too_long_and_too_large_are_refused_with_the_limit() -> None:
    with pytest.raises(BadAudio, match="5 minutes et 20 Mo"):
        decode(silent_wav(301))
    assert decode(silent_wav(299)).size == pytest.approx(299 * RATE, rel=0.001)
    with pytest.raises(BadAudio, match="5 minutes et 20 Mo"):
        decode(b"OggS" + bytes(LARGEST))


def test_long_recordings_are_cut_where_it_is_quiet() -> None:
    samples = np.concatenate([tone(23, RATE), np.zeros(RATE, np.float32), tone(30, RATE)])
    pieces = list(in_stretches(samples))
    assert sum(piece.size for piece in pieces) == samples.size
    assert all(piece.size <= LONGEST for piece in pieces)
    assert 23 * RATE <= pieces[0].size <= 24 * RATE


def test_only_named_containers_are_opened() -> None:
    assert {name for _, _, name in audio.STARTS} == {"ogg", "wav", "mp3", "mp4", "amr", "matroska"}
