"""Slack's mrkdwn as HTML: what the app may write, and nothing else."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping

from markupsafe import Markup, escape

TOKEN = re.compile(r"<([^>]*)>|\*([^*\n]+)\*|\n")


def shown(text: str, people: Mapping[str, str]) -> Markup:
    """``text`` with bold words, links, dates and mentions; ``people`` names by id."""
    found, at = [], 0
    for match in TOKEN.finditer(text):
        found.append(_plain(text[at : match.start()]))
        found.append(_token(match, people))
        at = match.end()
    return Markup("").join([*found, _plain(text[at:])])


def _plain(text: str) -> Markup:
    return escape(html.unescape(text))


def _token(match: re.Match[str], people: Mapping[str, str]) -> Markup:
    inside, bold = match[1], match[2]
    if bold is not None:
        return Markup("<strong>{}</strong>").format(_plain(bold))
    if inside is None:
        return Markup("<br>")
    target, _, label = inside.partition("|")
    if target.startswith("@"):
        return Markup('<span class="mention">@{}</span>').format(people.get(target[1:], target[1:]))
    if target.startswith("!date"):
        return Markup("<time>{}</time>").format(html.unescape(label))
    if target.startswith("!"):
        return Markup('<span class="mention alarm">@{}</span>').format(target[1:])
    return Markup('<a href="{}" rel="noreferrer" target="_blank">{}</a>').format(target, html.unescape(label or target))
