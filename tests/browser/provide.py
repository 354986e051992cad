"""A browser for the browser tests: an installed one, the distribution's, or Playwright's own download.

Run by ``make test`` before the suite. When none can be had it says so and the browser tests skip with the reason.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from playwright.sync_api import sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PATIENCE = 600  # seconds for one way of getting it


def in_path() -> str | None:
    """The path of an installed browser, None when there is none."""
    return next((found for name in NAMES if (found := shutil.which(name))), None)


def installed() -> str | None:
    """The path of a browser that is already there, Playwright's own included."""
    if found := in_path():
        return found
    with sync_playwright() as playwright:
        own = playwright.chromium.executable_path
    return own if Path(own).exists() else None


def obtain() -> str | None:
    """Get one if it may: the distribution's package as root, else Playwright's download."""
    if os.geteuid() == 0 and shutil.which("apt-get"):
        _try(["apt-get", "update", "-qq"])
        _try(["apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium"])
    if installed() is None:
        _try([sys.executable, "-m", "playwright", "install", "chromium"])
    return installed()


def _try(command: Sequence[str]) -> None:
    try:
        subprocess.run(command, check=True, timeout=PATIENCE, capture_output=True)
    except (OSError, subprocess.SubprocessError) as error:
        sys.stderr.write(f"  {' '.join(command[:3])}: {type(error).__name__}\n")


def main() -> None:
    """Say which browser the tests will drive."""
    if installed() is not None:
        return
    sys.stderr.write("No Chromium here: getting one for the browser tests (a minute or two)...\n")
    if obtain() is None:
        sys.stderr.write("None could be had: the browser tests will skip. Install chromium and run again.\n")


if __name__ == "__main__":
    main()
