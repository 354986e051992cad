"""Saving for components that hold nothing but their configuration, which spaCy keeps itself."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Self


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
