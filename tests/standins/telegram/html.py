"""Text in Telegram's HTML, parsed as its server does. Source: https://core.telegram.org/bots/api#html-style"""

from __future__ import annotations

import re
from typing import Any

from tests.standins.telegram.errors import wrong

KINDS = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "tg-spoiler": "spoiler",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
    "a": "text_link",
}
SIGNS = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
ENTITY = re.compile(r"&(?:(lt|gt|amp|quot)|#(\d{1,7})|#x([0-9a-fA-F]{1,6}));")
TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9-]*)((?:\s+[a-zA-Z-]+(?:=(?:\"[^\"]*\"|'[^']*'))?)*)\s*>")
HREF = re.compile(r"href=(?:\"([^\"]*)\"|'([^']*)')")


def units(text: str) -> int:
    """Length as Telegram counts it: UTF-16 code units."""
    return len(text.encode("utf-16-le")) // 2


def parse(raw: str) -> tuple[str, list[dict[str, Any]]]:
    """(text, entities). Raises Mistake for what does not parse."""
    text, at = "", 0
    entities: list[dict[str, Any]] = []
    opened: list[dict[str, Any]] = []
    while at < len(raw):
        sign = raw[at]
        if sign == "<":
            found = TAG.match(raw, at)
            if found is None:
                raise _unreadable(f"Unsupported start tag at byte offset {_bytes(raw, at)}")
            text_before = units(text)
            if found[1]:
                entities += _closed(opened, found[2].lower(), text_before, _bytes(raw, at))
            else:
                opened.append(_opened(found, text_before, _bytes(raw, at)))
            at = found.end()
        elif found := ENTITY.match(raw, at):
            text += SIGNS[found[1]] if found[1] else chr(int(found[2]) if found[2] else int(found[3], 16))
            at = found.end()
        else:
            text += sign
            at += 1
    if opened:
        raise _unreadable(f'Can\'t find end tag corresponding to start tag "{opened[-1]["tag"]}"')
    return text.strip(), entities


def _opened(found: re.Match[str], offset: int, at: int) -> dict[str, Any]:
    tag = found[2].lower()
    if tag not in KINDS:
        raise _unreadable(f'Unsupported start tag "{tag}" at byte offset {at}')
    entity: dict[str, Any] = {"tag": tag, "type": KINDS[tag], "offset": offset}
    if tag == "a":
        href = HREF.search(found[3])
        entity["url"] = parse(href[1] or href[2] or "")[0] if href else ""
    elif found[3].strip() not in ("", "expandable"):
        raise _unreadable(f'attributes of "{tag}" at byte offset {at}')
    return entity


def _closed(opened: list[dict[str, Any]], tag: str, end: int, at: int) -> list[dict[str, Any]]:
    if not opened:
        raise _unreadable(f"Unexpected end tag at byte offset {at}")
    entity = opened.pop()
    if entity.pop("tag") != tag:
        raise _unreadable(f'Unmatched end tag at byte offset {at}, found "</{tag}>"')
    entity["length"] = end - entity["offset"]
    return [entity] if entity["length"] else []


def _bytes(raw: str, at: int) -> int:
    return len(raw[:at].encode())


def _unreadable(words: str) -> Exception:
    return wrong(f"can't parse entities: {words}")
