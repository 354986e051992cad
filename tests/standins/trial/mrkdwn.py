"""Slack's mrkdwn as HTML: what the app may write, and nothing else."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from markupsafe import Markup, escape

ZONE = ZoneInfo("Europe/Paris")
DATES = ("{date_short_pretty}", "{time}", "{ago}")  # of those Slack knows, the ones a card has
TOKEN = re.compile(r"<([^>]*)>|\*([^*\n]+)\*|\n")


def shown(text: str, people: Mapping[str, str], now: datetime) -> Markup:
    """``text`` with bold words, links, dates as they are ``now``, and mentions; ``people`` names by id."""
    found, at = [], 0
    for match in TOKEN.finditer(text):
        found.append(_plain(text[at : match.start()]))
        found.append(_token(match, people, now))
        at = match.end()
    return Markup("").join([*found, _plain(text[at:])])


def _plain(text: str) -> Markup:
    return escape(html.unescape(text))


def _token(match: re.Match[str], people: Mapping[str, str], now: datetime) -> Markup:
    inside, bold = match[1], match[2]
    if bold is not None:
        return Markup("<strong>{}</strong>").format(_plain(bold))
    if inside is None:
        return Markup("<br>")
    target, _, label = inside.partition("|")
    if target.startswith("@"):
        return Markup('<span class="mention">@{}</span>').format(people.get(target[1:], target[1:]))
    if target.startswith("!date"):
        return Markup("<time>{}</time>").format(_date(target, html.unescape(label), now))
    if target.startswith("!"):
        return Markup('<span class="mention alarm">@{}</span>').format(target[1:])
    return Markup('<a href="{}" rel="noreferrer" target="_blank">{}</a>').format(target, html.unescape(label or target))


def _date(target: str, label: str, now: datetime) -> str:
    """``!date^seconds^words`` as Slack writes it on a reader's screen; the label for words it does not know."""
    _, seconds, words = target.split("^")[:3]
    at = datetime.fromtimestamp(int(seconds), UTC)
    for sign, meant in zip(
        DATES, (f"{at.astimezone(ZONE):%d/%m}", f"{at.astimezone(ZONE):%H:%M}", _ago(at, now)), strict=True
    ):
        words = words.replace(sign, meant)
    return label if "{" in words else words


def _ago(at: datetime, now: datetime) -> str:
    minutes = int((now - at).total_seconds()) // 60
    return f"il y a {minutes} min" if minutes < 120 else f"il y a {minutes // 60} h"
