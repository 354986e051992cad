"""The providers' own specifications, where the folder that holds them lies beside the project."""

from __future__ import annotations

import gzip
import json
from functools import cache
from typing import Any

from tests.databases import ROOT

FOLDER = ROOT.parent / "shared" / "contracts"


@cache
def specification(path: str) -> dict[str, Any] | None:
    """What stands in ``path`` of that folder (JSON, zipped), None where it is not."""
    file = FOLDER / path
    if not file.exists():
        return None
    found: dict[str, Any] = json.loads(gzip.decompress(file.read_bytes()))
    return found
