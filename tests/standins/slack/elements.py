"""The interactive elements of Block Kit and their limits."""

from __future__ import annotations

from typing import Any

from tests.standins.slack.checks import (
    Check,
    Fields,
    Problems,
    anything,
    boolean,
    many,
    number,
    one_of,
    string,
    text,
    typed,
)

CONFIRM = Fields(
    {
        "title": text(100),
        "text": text(300),
        "confirm": text(30),
        "deny": text(30),
        "style": one_of("primary", "danger"),
    },
    ("title", "text", "confirm", "deny"),
)


def option(*, plain: bool = True, url: bool = False) -> Fields:
    """One choice. Only an overflow's may hold an address."""
    fields: dict[str, Check] = {
        "text": text(75, plain=plain),
        "value": string(150, 1),
        "description": text(75, plain=plain),
    }
    return Fields({**fields, **({"url": string(3000)} if url else {})}, ("text", "value"))


OPTION = option()
LOOSE_OPTION = option(plain=False)
GROUP = Fields({"label": text(75), "options": many(OPTION, 100, 1)}, ("label", "options"))
ASKED: dict[str, Check] = {"placeholder": text(150), "confirm": CONFIRM, "focus_on_load": boolean}
COMMON: dict[str, Check] = {"type": anything, "action_id": string(255, 1)}
DISPATCH = Fields({"trigger_actions_on": many(one_of("on_enter_pressed", "on_character_entered"), 2, 1)})


def _choices(value: Any, at: str, problems: Problems) -> None:
    if ("options" in value) == ("option_groups" in value):
        problems.append(f"must have exactly one of options and option_groups [json-pointer:{at}]")
    _initial(value, at, problems)


def _initial(value: Any, at: str, problems: Problems) -> None:
    """What is chosen at first must be among the choices, word for word."""
    groups = value.get("option_groups") or []
    offered = [*(value.get("options") or []), *(each for group in groups for each in group.get("options", []))]
    first = value.get("initial_options") or ([value["initial_option"]] if value.get("initial_option") else [])
    if any(each not in offered for each in first):
        problems.append(f"initial option must exactly match one of the options [json-pointer:{at}]")


def _number_range(value: Any, at: str, problems: Problems) -> None:
    low, high = value.get("min_value"), value.get("max_value")
    if low is not None and high is not None and float(low) > float(high):
        problems.append(f"min_value must not exceed max_value [json-pointer:{at}]")


def _element(fields: dict[str, Check], required: tuple[str, ...] = (), rule: Check | None = None) -> Fields:
    return Fields({**COMMON, **fields}, required, rule)


def _select(fields: dict[str, Check], rule: Check | None = None) -> tuple[Fields, Fields]:
    """One choice, and its multi_ sister."""
    one = _element({**ASKED, **fields}, (), rule)
    several = {
        name.replace("initial_option", "initial_options") if name == "initial_option" else name: check
        for name, check in fields.items()
    }
    if "initial_option" in fields:
        several["initial_options"] = many(OPTION, 100)
    return one, _element({**ASKED, **several, "max_selected_items": number(1)}, (), rule)


_STATIC = _select(
    {"options": many(OPTION, 100, 1), "option_groups": many(GROUP, 100, 1), "initial_option": OPTION}, _choices
)
_EXTERNAL = _select({"min_query_length": number(0), "initial_option": OPTION})
_FILTER = Fields(
    {
        "include": many(one_of("im", "mpim", "private", "public"), 4, 1),
        "exclude_external_shared_channels": boolean,
        "exclude_bot_users": boolean,
    }
)
_IDS = many(string(255, 1), 100)
_RESPONSE = {"response_url_enabled": boolean}

ELEMENTS: dict[str, Check] = {
    "button": _element(
        {
            "text": text(75),
            "url": string(3000),
            "value": string(2000),
            "style": one_of("primary", "danger"),
            "confirm": CONFIRM,
            "accessibility_label": string(75),
        },
        ("text",),
    ),
    "static_select": _STATIC[0],
    "multi_static_select": _STATIC[1],
    "external_select": _EXTERNAL[0],
    "multi_external_select": _EXTERNAL[1],
    "users_select": _element({**ASKED, "initial_user": string(), **_RESPONSE}),
    "multi_users_select": _element({**ASKED, "initial_users": _IDS, "max_selected_items": number(1)}),
    "channels_select": _element({**ASKED, "initial_channel": string(), **_RESPONSE}),
    "multi_channels_select": _element({**ASKED, "initial_channels": _IDS, "max_selected_items": number(1)}),
    "conversations_select": _element(
        {
            **ASKED,
            "initial_conversation": string(),
            "default_to_current_conversation": boolean,
            "filter": _FILTER,
            **_RESPONSE,
        }
    ),
    "multi_conversations_select": _element(
        {
            **ASKED,
            "initial_conversations": _IDS,
            "default_to_current_conversation": boolean,
            "filter": _FILTER,
            "max_selected_items": number(1),
        }
    ),
    "overflow": _element({"options": many(option(url=True), 5, 1), "confirm": CONFIRM}, ("options",)),
    "checkboxes": _element(
        {
            "options": many(LOOSE_OPTION, 10, 1),
            "initial_options": many(LOOSE_OPTION, 10, 1),
            "confirm": CONFIRM,
            "focus_on_load": boolean,
        },
        ("options",),
        _initial,
    ),
    "radio_buttons": _element(
        {
            "options": many(LOOSE_OPTION, 10, 1),
            "initial_option": LOOSE_OPTION,
            "confirm": CONFIRM,
            "focus_on_load": boolean,
        },
        ("options",),
        _initial,
    ),
    "datepicker": _element({**ASKED, "initial_date": string(10, 10)}),
    "timepicker": _element({**ASKED, "initial_time": string(5, 5), "timezone": string()}),
    "datetimepicker": _element({"initial_date_time": number(0), "confirm": CONFIRM, "focus_on_load": boolean}),
    "plain_text_input": _element(
        {
            "placeholder": text(150),
            "initial_value": string(3000),
            "multiline": boolean,
            "min_length": number(0, 3000),
            "max_length": number(1, 3000),
            "dispatch_action_config": DISPATCH,
            "focus_on_load": boolean,
        }
    ),
    "number_input": _element(
        {
            "is_decimal_allowed": boolean,
            "initial_value": string(),
            "min_value": string(),
            "max_value": string(),
            "placeholder": text(150),
            "dispatch_action_config": DISPATCH,
            "focus_on_load": boolean,
        },
        ("is_decimal_allowed",),
        _number_range,
    ),
    "email_text_input": _element(
        {
            "initial_value": string(),
            "placeholder": text(150),
            "dispatch_action_config": DISPATCH,
            "focus_on_load": boolean,
        }
    ),
    "url_text_input": _element(
        {
            "initial_value": string(3000),
            "placeholder": text(150),
            "dispatch_action_config": DISPATCH,
            "focus_on_load": boolean,
        }
    ),
    "file_input": _element({"filetypes": many(string(), 100), "max_files": number(1, 10)}),
    "rich_text_input": _element(
        {
            "initial_value": anything,
            "dispatch_action_config": DISPATCH,
            "focus_on_load": boolean,
            "placeholder": text(150),
        }
    ),
}

SELECTS = frozenset(kind for kind in ELEMENTS if kind.endswith("_select"))
PICKERS = frozenset({"datepicker", "timepicker", "datetimepicker", "checkboxes", "radio_buttons"})
IN_ACTIONS = SELECTS | PICKERS | {"button", "overflow", "rich_text_input"}
IN_INPUT = SELECTS | PICKERS | {kind for kind in ELEMENTS if kind.endswith("_input")}
IN_SECTION = SELECTS | PICKERS | {"button", "overflow", "image"}


def element(only: frozenset[str], more: dict[str, Check] | None = None) -> Check:
    """One element of the kinds taken there."""
    return typed({**ELEMENTS, **(more or {})}, only)
