"""Programs the tests need, from the distribution: as root, where there is apt. Nothing else is ever installed so."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from functools import cache

PATIENCE = 600  # seconds for one command


def install(*packages: str) -> bool:
    """Install all of these packages; whether it was allowed and done."""
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        return False
    _know_the_newest()
    return tried(["apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages])


@cache
def _know_the_newest() -> None:
    tried(["apt-get", "update", "-qq"])


def tried(command: Sequence[str]) -> bool:
    """Whether a command that may take minutes succeeds; says what failed, in a line."""
    try:
        subprocess.run(command, check=True, timeout=PATIENCE, capture_output=True)
    except (OSError, subprocess.SubprocessError) as error:
        sys.stderr.write(f"  {' '.join((*command[:3], command[-1]))}: {type(error).__name__}\n")
        return False
    return True
