"""The word pieces of a model, in the form its recogniser needs to listen for given words."""

from __future__ import annotations

import struct
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

VOCABULARY = "bpe.vocab"
SENTENCEPIECE = "bpe.model"
PIECES, PIECE, SCORE = 1, 1, 2  # field numbers of sentencepiece_model.proto
VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5


def hotword_vocabulary(model: Path) -> Path | None:
    """The file of pieces and scores, made from the SentencePiece model if need be; None when there is neither."""
    if (model / VOCABULARY).is_file():
        return model / VOCABULARY
    if not (model / SENTENCEPIECE).is_file():
        return None
    made = Path(tempfile.mkdtemp(prefix="vigie-pieces-")) / VOCABULARY
    lines = (f"{piece}\t{score}" for piece, score in pieces((model / SENTENCEPIECE).read_bytes()))
    made.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return made


def in_case_of(model: Path, words: Iterable[str]) -> list[str]:
    """``words`` as the model writes: many know capitals only, others small letters only."""
    tokens = (model / "tokens.txt").read_text(encoding="utf-8")
    capitals = sum(sign.isupper() for sign in tokens) > sum(sign.islower() for sign in tokens)
    return [word.upper() if capitals else word.lower() for word in words]


def pieces(model: bytes) -> Iterator[tuple[str, float]]:
    """Pieces and scores of a SentencePiece model. Source: google/sentencepiece, src/sentencepiece_model.proto"""
    for number, content in _fields(model):
        if number == PIECES:
            inside = dict(_fields(content))
            yield inside[PIECE].decode(), struct.unpack("<f", inside.get(SCORE, b"\0\0\0\0"))[0]


def _fields(message: bytes) -> Iterator[tuple[int, bytes]]:
    """Field numbers and contents of a protocol buffer."""
    at = 0
    while at < len(message):
        tag, at = _varint(message, at)
        kind = tag & 7
        if kind == VARINT:
            _, end = _varint(message, at)
        elif kind == BYTES:
            length, at = _varint(message, at)
            end = at + length
        else:
            end = at + {FIXED32: 4, FIXED64: 8}[kind]
        yield tag >> 3, message[at:end]
        at = end


def _varint(message: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = message[at]
        value |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:
            return value, at
