"""Block Kit: blocks of messages, modals and home tabs. Raises Slack's own errors."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from tests.standins.slack.checks import Check, Fields, Problems, anything, boolean, many, one_of, string, text, typed
from tests.standins.slack.elements import IN_ACTIONS, IN_INPUT, IN_SECTION, element
from tests.standins.slack.errors import Refused

MESSAGE_BLOCKS, VIEW_BLOCKS = 50, 100
LARGEST_VIEW = 250_000  # bytes
LARGEST_BLOCKS = 13_200  # characters of text in one message's blocks, as observed


def _image_source(value: Any, at: str, problems: Problems) -> None:
    if ("image_url" in value) == ("slack_file" in value):
        problems.append(f"must have exactly one of image_url and slack_file [json-pointer:{at}]")


_IMAGE: dict[str, Check] = {
    "type": anything,
    "image_url": string(3000, 1),
    "slack_file": Fields({"id": string(), "url": string(3000)}),
    "alt_text": string(2000),
}
IMAGE = Fields(_IMAGE, ("alt_text",), _image_source)


def _section_content(value: Any, at: str, problems: Problems) -> None:
    if not value.get("text") and not value.get("fields"):
        problems.append(f"must have text or fields [json-pointer:{at}]")


def _block(fields: dict[str, Check], required: tuple[str, ...] = (), rule: Check | None = None) -> Fields:
    return Fields({"type": anything, "block_id": string(255, 1), **fields}, required, rule)


_CONTEXT = typed({"image": IMAGE, "plain_text": text(3000), "mrkdwn": text(3000, plain=False)})

BLOCKS: dict[str, Check] = {
    "section": _block(
        {
            "text": text(3000, plain=False),
            "fields": many(text(2000, plain=False), 10, 1),
            "accessory": element(IN_SECTION, {"image": IMAGE}),
            "expand": boolean,
        },
        rule=_section_content,
    ),
    "divider": _block({}),
    "header": _block({"text": text(150), "level": anything}, ("text",)),
    "context": _block({"elements": many(_CONTEXT, 10, 1)}, ("elements",)),
    "actions": _block({"elements": many(element(IN_ACTIONS), 25, 1)}, ("elements",)),
    "input": _block(
        {
            "label": text(2000),
            "element": element(IN_INPUT),
            "hint": text(2000),
            "optional": boolean,
            "dispatch_action": boolean,
        },
        ("label", "element"),
    ),
    "image": _block({**_IMAGE, "title": text(2000)}, ("alt_text",), _image_source),
    "markdown": _block({"text": string(12_000, 1)}, ("text",)),
    "rich_text": _block({"elements": many(anything, 100)}, ("elements",)),
    "video": _block(
        {
            "alt_text": string(200, 1),
            "title": text(200),
            "thumbnail_url": string(3000),
            "video_url": string(3000),
            "author_name": string(50),
            "description": text(200),
            "provider_icon_url": string(3000),
            "provider_name": string(50),
            "title_url": string(3000),
        },
        ("alt_text", "title", "thumbnail_url", "video_url"),
    ),
}
BLOCK = typed(BLOCKS)
_TITLE = text(24)
_VIEW: dict[str, Check] = {
    "type": one_of("modal", "home"),
    "blocks": many(BLOCK, VIEW_BLOCKS, 1),
    "private_metadata": string(3000),
    "callback_id": string(255),
    "external_id": string(255),
}
HOME = Fields(_VIEW, ("blocks",))
MODAL = Fields(
    {**_VIEW, "title": _TITLE, "submit": _TITLE, "close": _TITLE, "clear_on_close": boolean, "notify_on_close": boolean,
     "submit_disabled": boolean},
    ("title", "blocks"),
)  # fmt: skip


def check_blocks(blocks: list[Any]) -> None:
    """Raise invalid_blocks or msg_blocks_too_long for what a message may not hold."""
    problems: Problems = []
    many(BLOCK, MESSAGE_BLOCKS)(blocks, "/blocks", problems)
    problems += _twice(blocks, "/blocks")
    if problems:
        raise Refused("invalid_blocks", *problems, errors=problems)
    if sum(len(words) for words in words_of(blocks)) > LARGEST_BLOCKS:
        raise Refused("msg_blocks_too_long")


def check_view(view: dict[str, Any], kind: str) -> None:
    """Raise invalid_arguments or view_too_large for what a modal or a home tab may not hold."""
    problems: Problems = []
    if view.get("type") != kind:
        raise Refused("invalid_arguments", f"must be a {kind} [json-pointer:/view/type]")
    (MODAL if kind == "modal" else HOME)(view, "/view", problems)
    blocks = view.get("blocks")
    if isinstance(blocks, list):
        problems += _twice(blocks, "/view/blocks")
        if kind == "modal" and any(isinstance(each, dict) and each.get("type") == "input" for each in blocks):
            problems += [] if view.get("submit") else ["missing required field: submit [json-pointer:/view]"]
    if problems:
        raise Refused("invalid_arguments", *problems)
    if len(json.dumps(view, ensure_ascii=False).encode()) > LARGEST_VIEW:
        raise Refused("view_too_large")


def _twice(blocks: list[Any], at: str) -> Problems:
    """Identifiers that stand twice: a block's in its message, an element's in its block."""
    known = [each for each in blocks if isinstance(each, dict)]
    problems = [
        f'block_id "{name}" already exists [json-pointer:{at}]'
        for name in _doubles(each.get("block_id") for each in known)
    ]
    for position, each in enumerate(known):
        twice = _doubles(part.get("action_id") for part in interactive(each))
        problems += [f'action_id "{name}" already exists [json-pointer:{at}/{position}]' for name in twice]
    return problems


def _doubles(names: Iterator[Any]) -> list[str]:
    given = [name for name in names if isinstance(name, str)]
    return sorted({name for name in given if given.count(name) > 1})


def interactive(block: dict[str, Any]) -> list[dict[str, Any]]:
    """The elements of a block a person can act on."""
    found = [*_listed(block.get("elements")), block.get("accessory"), block.get("element")]
    return [
        each for each in found if isinstance(each, dict) and each.get("type") not in ("image", "plain_text", "mrkdwn")
    ]


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def words_of(value: Any) -> Iterator[str]:
    """Every text in a block, for a person's eye and for sums."""
    if isinstance(value, dict):
        for name, part in value.items():
            if name in ("text", "alt_text") and isinstance(part, str):
                yield part
            else:
                yield from words_of(part)
    elif isinstance(value, list):
        for part in value:
            yield from words_of(part)
