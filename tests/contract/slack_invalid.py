"""One example of everything Block Kit forbids, by the name of the case (slackblocks' ``invalid_cases.json``)."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]


def words(count: int, kind: str = "plain_text") -> Json:
    """A text object of so many characters."""
    return {"type": kind, "text": "é" * count}


def button(**more: Any) -> Json:
    """A button that is valid but for ``more``."""
    return {"type": "button", "action_id": "a", "text": words(3), **more}


def option(**more: Any) -> Json:
    """A choice that is valid but for ``more``."""
    return {"text": words(3), "value": "v", **more}


def options(count: int) -> list[Json]:
    """So many choices."""
    return [option(value=str(number)) for number in range(count)]


def confirm(**more: Any) -> Json:
    """A question that is valid but for ``more``."""
    return {"title": words(3), "text": words(3), "confirm": words(3), "deny": words(3), **more}


def in_actions(*elements: Json) -> Json:
    """Elements in a block of actions."""
    return {"type": "actions", "elements": list(elements)}


def asked(element: Json, **more: Any) -> Json:
    """An element in an input block."""
    return {"type": "input", "label": words(3), "element": element, **more}


def select(**more: Any) -> Json:
    """A menu in a block of actions."""
    return in_actions({"type": "static_select", "action_id": "s", **more})


def group(count: int, label: int = 3) -> Json:
    """A group of so many choices."""
    return {"label": words(label), "options": options(count)}


def image(**more: Any) -> Json:
    """An image block that is valid but for ``more``."""
    return {"type": "image", "image_url": "https://x.example/a.png", "alt_text": "a", **more}


def video(**more: Any) -> Json:
    """A video block that is valid but for ``more``."""
    address = "https://x.example/a.mp4"
    base = {"type": "video", "alt_text": "a", "title": words(3), "thumbnail_url": address, "video_url": address}
    return base | more


def section(**more: Any) -> Json:
    """A section."""
    return {"type": "section", **more}


def modal(**more: Any) -> Json:
    """A modal that is valid but for ``more``."""
    return {"type": "modal", "title": words(3), "blocks": [{"type": "divider"}], **more}


def number(**more: Any) -> Json:
    """A field for a number."""
    return asked({"type": "number_input", "action_id": "n", "is_decimal_allowed": False, **more})


TEXT_INPUT = {"type": "plain_text_input", "action_id": "t"}
BLOCKS: dict[str, Json] = {
    "text-empty": section(text=words(0)),
    "text-too-long": section(text=words(3001)),
    "button-action-id-too-long": in_actions(button(action_id="x" * 256)),
    "button-text-too-long": in_actions(button(text=words(76))),
    "button-url-too-long": in_actions(button(url="https://x.example/" + "x" * 3000)),
    "button-value-too-long": in_actions(button(value="x" * 2001)),
    "button-accessibility-label-too-long": in_actions(button(accessibility_label="x" * 76)),
    "confirmation-title-too-long": in_actions(button(confirm=confirm(title=words(101)))),
    "confirmation-text-too-long": in_actions(button(confirm=confirm(text=words(301)))),
    "confirmation-confirm-too-long": in_actions(button(confirm=confirm(confirm=words(31)))),
    "confirmation-deny-too-long": in_actions(button(confirm=confirm(deny=words(31)))),
    "option-text-too-long": select(options=[option(text=words(76))]),
    "option-value-too-long": select(options=[option(value="x" * 151)]),
    "option-description-too-long": select(options=[option(description=words(76))]),
    "option-url-too-long": in_actions({"type": "overflow", "options": [option(url="https://" + "x" * 3000)]}),
    "option-group-label-too-long": select(option_groups=[group(1, label=76)]),
    "option-group-empty": select(option_groups=[group(0)]),
    "option-group-too-many-options": select(option_groups=[group(101)]),
    "select-placeholder-too-long": select(options=options(2), placeholder=words(151)),
    "select-too-many-options": select(options=options(101)),
    "select-too-many-option-groups": select(option_groups=[group(1)] * 101),
    "static-select-options-and-groups": select(options=options(1), option_groups=[group(1)]),
    "overflow-empty": in_actions({"type": "overflow", "options": []}),
    "overflow-too-many-options": in_actions({"type": "overflow", "options": options(6)}),
    "checkboxes-empty": in_actions({"type": "checkboxes", "options": []}),
    "checkboxes-too-many-options": in_actions({"type": "checkboxes", "options": options(11)}),
    "radio-buttons-empty": in_actions({"type": "radio_buttons", "options": []}),
    "radio-buttons-too-many-options": in_actions({"type": "radio_buttons", "options": options(11)}),
    "file-input-max-files-too-small": asked({"type": "file_input", "max_files": 0}),
    "file-input-max-files-too-large": asked({"type": "file_input", "max_files": 11}),
    "plain-text-input-max-length-too-large": asked({**TEXT_INPUT, "max_length": 3001}),
    "number-input-inverted-range": number(min_value="5", max_value="4"),
    "actions-too-many-elements": in_actions(*(button(action_id=str(one)) for one in range(26))),
    "context-too-many-elements": {"type": "context", "elements": [words(1)] * 11},
    "context-invalid-element": {"type": "context", "elements": [button()]},
    "header-text-too-long": {"type": "header", "text": words(151)},
    "image-url-too-long": image(image_url="https://x.example/" + "x" * 3000),
    "image-alt-text-too-long": image(alt_text="x" * 2001),
    "image-url-and-slack-file": image(slack_file={"id": "F0"}),
    "input-label-too-long": asked(TEXT_INPUT, label=words(2001)),
    "input-hint-too-long": asked(TEXT_INPUT, hint=words(2001)),
    "input-invalid-element": asked(button()),
    "markdown-empty": {"type": "markdown", "text": ""},
    "markdown-too-long": {"type": "markdown", "text": "x" * 12_001},
    "section-text-too-long": section(text=words(3001)),
    "section-too-many-fields": section(fields=[words(1)] * 11),
    "section-field-too-long": section(fields=[words(2001)]),
    "section-missing-content": section(),
    "block-id-too-long": section(text=words(1), block_id="x" * 256),
    "video-alt-text-empty": video(alt_text=""),
    "video-alt-text-too-long": video(alt_text="x" * 201),
    "video-title-too-long": video(title=words(201)),
    "video-author-name-too-long": video(author_name="x" * 51),
    "video-description-too-long": video(description=words(201)),
    "video-provider-name-too-long": video(provider_name="x" * 51),
}
VIEWS: dict[str, Json] = {
    "view-missing-blocks": modal(blocks=[]),
    "view-too-many-blocks": modal(blocks=[{"type": "divider"}] * 101),
    "view-private-metadata-too-long": modal(private_metadata="x" * 3001),
    "view-callback-id-too-long": modal(callback_id="x" * 256),
    "view-title-too-long": modal(title=words(25)),
    "view-close-too-long": modal(close=words(25)),
    "view-submit-too-long": modal(submit=words(25)),
}
# Blocks that the stand-in does not offer at all: our cards use none of them, so even a valid one is refused.
NOT_OFFERED = (
    "alert",
    "axis",
    "card",
    "carousel",
    "chart",
    "container",
    "context-actions",
    "data",
    "feedback-button",
    "icon-button",
    "pie-chart",
    "table",
    "url-source",
)
# What slack_sdk's own validators let through, and Slack does not.
MORE: dict[str, Json] = {
    "a header in mrkdwn": {"type": "header", "text": words(3, "mrkdwn")},
    "two elements of one name in a block": in_actions(button(), button()),
    "an unknown field": section(text=words(3), colour="red"),
    "an unknown kind of block": {"type": "blink", "text": words(3)},
    "a first choice that is none of the choices": select(options=options(2), initial_option=option(value="z")),
    "a button without words": in_actions({"type": "button", "action_id": "a"}),
    "a number where a string is due": section(text={"type": "plain_text", "text": 3}),
}
