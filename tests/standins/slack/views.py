"""views.*: modals on people's screens, and home tabs."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from tests.standins.slack.blocks import check_view
from tests.standins.slack.checks import Problems, many
from tests.standins.slack.elements import GROUP, OPTION
from tests.standins.slack.errors import Refused
from tests.standins.slack.shapes import view_json
from tests.standins.slack.workspace import View, Workspace

TRIGGER_LIFE = timedelta(seconds=3)
DEEPEST = 3  # views in one stack


class Triggers:
    """Trigger identifiers: each opens one view, within three seconds."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._given: dict[str, tuple[str, datetime, str | None]] = {}
        self._used: set[str] = set()

    def give(self, user: str, view: str | None = None) -> str:
        """A new one for what ``user`` just did, in ``view`` if it was in a modal."""
        id = f"{next(self._workspace.numbers)}.{100000 + len(self._given)}.{'ab' * 16}"
        self._given[id] = (user, self._workspace.now(), view)
        return id

    def exchange(self, arguments: dict[str, Any]) -> tuple[str, str | None]:
        """The person, and the view they acted in."""
        id = arguments.get("trigger_id") or arguments.get("interactivity_pointer")
        if id not in self._given:
            raise Refused("invalid_trigger_id" if id else "invalid_arguments", "invalid `trigger_id`")
        user, given, view = self._given[id]
        if self._workspace.now() - given > TRIGGER_LIFE:
            raise Refused("expired_trigger_id")
        if id in self._used:
            raise Refused("exchanged_trigger_id")
        self._used.add(id)
        return user, view


def open_view(workspace: Workspace, triggers: Triggers, arguments: dict[str, Any]) -> dict[str, Any]:
    """views.open: a first modal, or a new one instead of those that are there."""
    check_view(arguments["view"], "modal")
    user, _ = triggers.exchange(arguments)
    close_all(workspace, user)
    return {"view": view_json(workspace, put_up(workspace, user, arguments["view"], None))}


def push(workspace: Workspace, triggers: Triggers, arguments: dict[str, Any]) -> dict[str, Any]:
    """views.push: one more on top of the view the person acted in."""
    check_view(arguments["view"], "modal")
    user, below = triggers.exchange(arguments)
    if below is None or not workspace.views[below].open:
        raise Refused("not_found")
    return {"view": view_json(workspace, put_up(workspace, user, arguments["view"], workspace.views[below]))}


def update(workspace: Workspace, arguments: dict[str, Any]) -> dict[str, Any]:
    """views.update: another content for a view that is still open."""
    view = _found(workspace, arguments)
    check_view(arguments["view"], view.body["type"])
    if arguments.get("hash", view.hash) != view.hash:
        raise Refused("hash_conflict")
    return {"view": view_json(workspace, replace_body(workspace, view, arguments["view"]))}


def publish(workspace: Workspace, arguments: dict[str, Any]) -> dict[str, Any]:
    """views.publish: somebody's home tab."""
    user = arguments["user_id"]
    if user not in workspace.users:
        raise Refused("invalid_arguments", "invalid `user_id`")
    check_view(arguments["view"], "home")
    known = workspace.homes.get(user)
    if known is not None and arguments.get("hash", known.hash) != known.hash:
        raise Refused("hash_conflict")
    if known is None:
        known = workspace.homes[user] = View(_id(workspace), user, arguments["view"], "", "")
        known.root = known.id
    return {"view": view_json(workspace, replace_body(workspace, known, arguments["view"]))}


def put_up(workspace: Workspace, user: str, body: dict[str, Any], below: View | None) -> View:
    """Show one more view to a person."""
    if below is not None and sum(each.open and each.root == below.root for each in workspace.views.values()) >= DEEPEST:
        raise Refused("push_limit_reached")
    _unique(workspace, body, None)
    id = _id(workspace)
    view = View(id, user, body, _hash(workspace), below.root if below else id, below.id if below else None)
    workspace.name_blocks(body["blocks"])
    workspace.views[id] = view
    return view


def replace_body(workspace: Workspace, view: View, body: dict[str, Any]) -> View:
    """Another content under the same identifier."""
    _unique(workspace, body, view)
    workspace.name_blocks(body["blocks"])
    view.body, view.hash, view.errors = body, _hash(workspace), {}
    return view


def close_all(workspace: Workspace, user: str) -> None:
    """Take every modal off a person's screen."""
    for view in workspace.views.values():
        if view.user == user:
            view.open = False


def _found(workspace: Workspace, arguments: dict[str, Any]) -> View:
    if "view_id" not in arguments and "external_id" not in arguments:
        raise Refused("invalid_arguments", "missing required field: view_id or external_id")
    for view in [*workspace.views.values(), *workspace.homes.values()]:
        named = view.id == arguments.get("view_id") or (
            "external_id" in arguments and view.body.get("external_id") == arguments["external_id"]
        )
        if named and view.open:
            return view
    raise Refused("not_found")


def _unique(workspace: Workspace, body: dict[str, Any], view: View | None) -> None:
    external = body.get("external_id")
    if external and any(
        each.body.get("external_id") == external and each is not view for each in workspace.views.values()
    ):
        raise Refused("duplicate_external_id")


def _id(workspace: Workspace) -> str:
    return f"V0{next(workspace.numbers):06d}"


def _hash(workspace: Workspace) -> str:
    return f"{int(workspace.now().timestamp())}.v{next(workspace.numbers)}"


# What the answer to a submission asks for, checked as strictly as a call


def show_errors(view: View, errors: dict[str, str]) -> None:
    """``response_action: errors``: only under input blocks of this view."""
    inputs = {block["block_id"] for block in view.body["blocks"] if block["type"] == "input"}
    assert errors, "errors without one"
    assert set(errors) <= inputs, f"errors for {set(errors) - inputs}, which are no input blocks of this view"
    view.errors = errors


def replace_checked(workspace: Workspace, view: View, body: dict[str, Any]) -> None:
    """``response_action: update``"""
    check_view(body, "modal")
    replace_body(workspace, view, body)


def push_checked(workspace: Workspace, view: View, body: dict[str, Any]) -> None:
    """``response_action: push``"""
    check_view(body, "modal")
    put_up(workspace, view.user, body, view)


def offered(answer: dict[str, Any]) -> list[dict[str, Any]]:
    """The choices in the answer to a block_suggestion."""
    assert set(answer) in ({"options"}, {"option_groups"}), f"neither options nor option_groups: {answer}"
    problems: Problems = []
    checks = {"options": many(OPTION, 100), "option_groups": many(GROUP, 100)}
    for name, value in answer.items():
        checks[name](value, f"/{name}", problems)
    assert not problems, problems
    return [each for group in answer.get("option_groups", [answer]) for each in group["options"]]
