"""A browser for the browser tests: an installed one, the distribution's, or Playwright's own download.

Run by ``make test`` before the suite. When none can be had it says so and the browser tests skip with the reason.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.distribution import install, tried

# Without windows, a tab of its own costs a third: every story opens several.
LIGHT = "chromium-headless-shell"
NAMES = (LIGHT, "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
TRIED = Path(sys.prefix) / "browser.tried"  # no light one is to be had here: it is not looked for again


def in_path() -> str | None:
    """The path of an installed browser, the light one first; None when there is none."""
    return next((found for name in NAMES if (found := shutil.which(name))), None)


def installed() -> bool:
    """Whether there is a browser already, Playwright's own included."""
    if in_path():
        return True
    with sync_playwright() as playwright:
        return downloaded(playwright.chromium.executable_path)


def downloaded(path: str) -> bool:
    """Whether Playwright's own download is at the path that it names."""
    return Path(path).exists()


def obtain() -> bool:
    """Get one if it may: the distribution's package as root, else Playwright's download."""
    if not (install(LIGHT) or install("chromium") or installed()):
        tried([sys.executable, "-m", "playwright", "install", "chromium"])
    return installed()


def _lighten() -> None:
    """Get the light one beside another browser, once, if it may."""
    if in_path() and shutil.which(LIGHT) is None and not TRIED.exists():
        TRIED.touch()
        install(LIGHT)


def main() -> None:
    """Get the browser that the tests will drive; say so when it takes its time and when there is none."""
    if installed():
        _lighten()
        return
    sys.stderr.write("No Chromium here: getting one for the browser tests (a minute or two)...\n")
    if not obtain():
        sys.stderr.write("None could be had: the browser tests will skip. Install chromium and run again.\n")


if __name__ == "__main__":
    main()
