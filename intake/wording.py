"""Everything a citizen reads or hears, by key and language: gettext catalogues read at start.

A language is a folder of ``locale``; French is complete by law of the house and stands in for what another one lacks.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from babel import Locale, UnknownLocaleError
from babel.messages.pofile import read_po

FOLDER = Path(__file__).parent / "locale"
DEFAULT = "fr"


@cache
def catalogues() -> Mapping[str, Mapping[str, str]]:
    """Words by key, by language. A message marked fuzzy is not used."""
    return {path.parent.parent.name: _read(path) for path in sorted(FOLDER.glob("*/LC_MESSAGES/citizen.po"))}


def _read(path: Path) -> Mapping[str, str]:
    with path.open("rb") as file:
        messages = read_po(file)
    return {str(item.id): str(item.string) for item in messages if item.id and item.string and not item.fuzzy}


def spoken(language: str | None) -> str | None:
    """The language of ours that ``language`` (ISO 639-1, perhaps with a country) is; None when we do not have it."""
    name = (language or DEFAULT).partition("-")[0].lower()
    return name if name in catalogues() else None


def say(key: str, language: str | None = None, /, **values: object) -> str:
    """The words of ``key`` with their ``values``, in French when there are none in ``language``."""
    known = catalogues()
    template = known[spoken(language) or DEFAULT].get(key) or known[DEFAULT][key]
    return template.format(**values)


def language_name(language: str) -> str:
    """A language's French name, its code when nobody knows it."""
    try:
        return Locale.parse(language).get_display_name(DEFAULT) or language
    except (UnknownLocaleError, ValueError):
        return language


def own_name(language: str) -> str:
    """A language of ours as those who speak it call it: "English"."""
    return (Locale.parse(language).get_display_name(language) or language).capitalize()
