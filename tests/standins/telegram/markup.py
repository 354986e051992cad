"""Keyboards and the small objects beside a text, checked. Source: https://core.telegram.org/bots/api"""

from __future__ import annotations

from typing import Any

from tests.standins.telegram.errors import bad, wrong

DATA = 64  # bytes
BUTTONS = 100
REPLY_FIELDS = frozenset(
    {"message_id", "chat_id", "allow_sending_without_reply", "quote", "quote_parse_mode", "quote_position"}
)
PREVIEW_FIELDS = frozenset({"is_disabled", "url", "prefer_small_media", "prefer_large_media", "show_above_text"})
INLINE = frozenset({"text", "callback_data", "url"})
KEY = frozenset({"text", "request_location", "request_contact"})


def check(arguments: dict[str, Any]) -> None:
    """Refuse what Telegram would of ``reply_markup``, ``reply_parameters`` and ``link_preview_options``."""
    _only("reply_parameters", arguments.get("reply_parameters", {}), REPLY_FIELDS)
    _only("link_preview_options", arguments.get("link_preview_options", {}), PREVIEW_FIELDS)
    found = arguments.get("reply_markup")
    if found is None:
        return
    if "inline_keyboard" in found:
        _only("reply_markup", found, frozenset({"inline_keyboard"}))
        _rows(found["inline_keyboard"], _inline)
    elif "keyboard" in found:
        more = {"keyboard", "resize_keyboard", "one_time_keyboard", "is_persistent", "selective"}
        _only("reply_markup", found, frozenset(more | {"input_field_placeholder"}))
        _rows(found["keyboard"], _key)
    elif "force_reply" in found:
        _only("reply_markup", found, frozenset({"force_reply", "selective", "input_field_placeholder"}))
        if not 0 < len(found.get("input_field_placeholder", "x")) <= 64:
            raise wrong("input_field_placeholder")
    elif "remove_keyboard" in found:
        _only("reply_markup", found, frozenset({"remove_keyboard", "selective"}))
    else:
        raise wrong("object expected as reply markup")


def buttons(markup: dict[str, Any] | None) -> list[dict[str, Any]]:
    """The buttons of a keyboard, row by row."""
    rows = (markup or {}).get("inline_keyboard") or (markup or {}).get("keyboard") or []
    return [button for row in rows for button in row]


def _rows(rows: Any, one: Any) -> None:
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise wrong("a keyboard is an Array of Array")
    if sum(len(row) for row in rows) > BUTTONS or any(len(row) > 8 for row in rows):
        raise bad("reply markup is too long")
    for button in (button for row in rows for button in row):
        one(button)


def _inline(button: Any) -> None:
    _only("InlineKeyboardButton", button, INLINE)
    if not isinstance(button.get("text"), str) or not button["text"].strip():
        raise wrong("Text buttons are unallowed in the inline keyboard")
    if len(set(button) - {"text"}) != 1:
        raise wrong("exactly one action of a button")
    if "callback_data" in button and not 0 < len(str(button["callback_data"]).encode()) <= DATA:
        raise wrong("BUTTON_DATA_INVALID")
    if "url" in button and not str(button["url"]).startswith(("https://", "http://", "tg://")):
        raise wrong("BUTTON_URL_INVALID")


def _key(button: Any) -> None:
    if isinstance(button, str):
        return
    _only("KeyboardButton", button, KEY)
    if not isinstance(button.get("text"), str) or not button["text"]:
        raise wrong("a button without words")


def _only(name: str, value: Any, allowed: frozenset[str]) -> None:
    unknown = sorted(set(value) - allowed)
    if unknown:
        raise wrong(f"unknown field {', '.join(unknown)} of {name}")
