"""What the components share: reading in batches, and saving for those that hold nothing but their configuration."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Self

from spacy.tokens import Doc

Doc.set_extension("said", default="", force=True)


def said_in(doc: Doc) -> str:
    """The text of a message: kept beside the tokens, because spaCy puts it together anew for whoever asks."""
    return doc._.said or doc.text


class Batched:
    """Reads many messages a component at a time: its tables stay near the processor, which is half the cost."""

    def __call__(self, doc: Doc) -> Doc:
        """Read one message."""
        raise NotImplementedError

    def pipe(self, stream: Iterable[Doc], *, batch_size: int = 128) -> Iterator[Doc]:
        """Read many messages, in order."""
        rest = iter(stream)
        while batch := list(islice(rest, batch_size)):
            yield from [self(doc) for doc in batch]


class Stateless:
    """Satisfies spaCy's four ways of saving; there is nothing to save."""

    def to_bytes(self, *, exclude: Iterable[str] = ()) -> bytes:
        """Return nothing: the configuration is kept by the pipeline."""
        return b""

    def from_bytes(self, data: bytes, *, exclude: Iterable[str] = ()) -> Self:
        """Return the component unchanged."""
        return self

    def to_disk(self, path: Path | str, *, exclude: Iterable[str] = ()) -> None:
        """Write nothing: the configuration is kept by the pipeline."""

    def from_disk(self, path: Path | str, *, exclude: Iterable[str] = ()) -> Self:
        """Return the component unchanged."""
        return self
