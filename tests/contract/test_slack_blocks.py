"""The stand-in takes what Slack takes and refuses what Slack refuses."""

from __future__ import annotations

from typing import Any

import pytest

from tests.contract.shared import contract, names
from tests.contract.slack_invalid import BLOCKS, MORE, NOT_OFFERED, VIEWS
from tests.standins.slack import blocks as kit
from tests.standins.slack.blocks import check_blocks, check_view
from tests.standins.slack.checks import Problems
from tests.standins.slack.elements import ELEMENTS
from tests.standins.slack.errors import Refused


@pytest.mark.parametrize("block", [*BLOCKS.values(), *MORE.values()], ids=[*BLOCKS, *MORE])
def test_a_message_with_this_block_is_refused(block: dict[str, Any]) -> None:
    with pytest.raises(Refused, match="invalid_blocks"):
        check_blocks([block])


@pytest.mark.parametrize("view", VIEWS.values(), ids=VIEWS)
def test_a_modal_like_this_is_refused(view: dict[str, Any]) -> None:
    with pytest.raises(Refused, match="invalid_arguments"):
        check_view(view, "modal")


def test_every_case_slack_forbids_has_its_example() -> None:
    cases = {case["id"] for case in contract("slack", "blockkit", "invalid_cases.json")["cases"]}
    left = {name for name in cases - {*BLOCKS, *VIEWS} if not name.startswith(NOT_OFFERED)}
    assert left == set()
    assert {*BLOCKS, *VIEWS} <= cases


def _offered() -> list[str]:
    """Examples of what the stand-in offers: whole messages and views, blocks, elements."""
    found = names("slack", "blockkit", "valid")
    kinds = {name: contract("slack", "blockkit", "valid", name).get("type") for name in found}
    known = {*kit.BLOCKS, *ELEMENTS, "modal", "home"}
    return [name for name, kind in kinds.items() if kind in known or name.startswith("message_")]


@pytest.mark.parametrize("name", _offered() or ["absent.json"])
def test_what_slack_takes_is_taken(name: str) -> None:
    example = contract("slack", "blockkit", "valid", name)
    kind = example.get("type")
    problems: Problems = []
    if kind in ELEMENTS:
        ELEMENTS[kind](example, "", problems)
    elif kind in ("modal", "home"):
        check_view(example, kind)
    else:
        check_blocks([example] if kind else example.get("blocks", []))
    assert problems == []


def test_the_most_that_fits_is_taken() -> None:
    limits = contract("slack", "blockkit", "limits.json")
    check_blocks([{"type": "section", "text": _words(limits["section"]["text"]["max_length"])}])
    check_blocks([{"type": "header", "text": _words(limits["header"]["text"]["max_length"])}])
    buttons = [
        {
            "type": "button",
            "action_id": str(number),
            "text": _words(limits["button"]["text"]["max_length"]),
            "value": "x" * limits["button"]["value"]["max_length"],
        }
        for number in range(limits["actions"]["elements"]["max_items"])
    ]
    check_blocks([{"type": "actions", "elements": buttons}])


def _words(count: int) -> dict[str, str]:
    return {"type": "plain_text", "text": "é" * count}
