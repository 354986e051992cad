"""The street file's format: named arrays behind a JSON header, read by mapping it into memory."""

from __future__ import annotations

import json
import mmap
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from nlp_models.errors import PlacesError

MAGIC = b"vigie streets 1\n"

Array = npt.NDArray[Any]


def save(path: Path, facts: Mapping[str, Any], arrays: Mapping[str, Array]) -> None:
    """Write the file whole or not at all. The same facts and arrays give the same bytes."""
    shapes = {name: [str(array.dtype), len(array)] for name, array in arrays.items()}
    header = json.dumps({"facts": facts, "arrays": shapes}, ensure_ascii=False, sort_keys=True).encode()
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, made = tempfile.mkstemp(prefix=".streets-", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(MAGIC + len(header).to_bytes(8, "little") + header)
            for _, array in sorted(arrays.items()):
                file.write(b"\0" * (-file.tell() % 8))
                file.write(np.ascontiguousarray(array).tobytes())
            file.flush()
            os.fsync(file.fileno())
        Path(made).chmod(0o644)
        Path(made).replace(path)
    finally:
        Path(made).unlink(missing_ok=True)


def open_mapped(path: Path) -> tuple[dict[str, Any], dict[str, Array]]:
    """The facts and the arrays, which stay on disk until they are read. Raises PlacesError for anything else."""
    try:
        with path.open("rb") as file:
            whole = np.frombuffer(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ), dtype=np.uint8)
        at = len(MAGIC) + 8
        if whole[: len(MAGIC)].tobytes() != MAGIC:
            raise ValueError
        size = int.from_bytes(whole[len(MAGIC) : at].tobytes(), "little")
        header = json.loads(whole[at : at + size].tobytes())
        at += size
        arrays: dict[str, Array] = {}
        for name, (kind, length) in header["arrays"].items():
            at += -at % 8
            end = at + length * np.dtype(kind).itemsize
            arrays[name] = whole[at:end].view(kind)
            if len(arrays[name]) != length:
                raise ValueError
            at = end
    except (OSError, ValueError, KeyError) as error:
        raise PlacesError(f"{path}: not a whole street file; run `vigie places import` again.") from error
    return header["facts"], arrays
