"""How Slack says no: HTTP 200 and ``ok: false``."""

from __future__ import annotations

from typing import Any


class Refused(Exception):
    """A refusal with Slack's own word; ``messages`` are its ``[ERROR] …`` lines, ``more`` goes beside the error."""

    def __init__(self, error: str, *messages: str, **more: Any) -> None:
        super().__init__(error)
        self.error = error
        self.messages = [f"[ERROR] {message}" for message in messages]
        self.more = more

    def body(self) -> dict[str, Any]:
        """The JSON of the answer."""
        metadata = {"response_metadata": {"messages": self.messages}} if self.messages else {}
        return {"ok": False, "error": self.error, **self.more, **metadata}


# A client that meets one of these has a mistake in it: the test fails unless it said that it expects it.
MISTAKES = frozenset(
    {
        "exchanged_trigger_id",
        "invalid_arg_name",
        "invalid_arguments",
        "invalid_auth",
        "invalid_blocks",
        "invalid_blocks_format",
        "invalid_json",
        "invalid_metadata_format",
        "invalid_metadata_schema",
        "invalid_post_type",
        "invalid_thread_ts",
        "invalid_trigger_id",
        "markdown_text_conflict",
        "metadata_too_large",
        "missing_argument",
        "missing_scope",
        "msg_blocks_too_long",
        "msg_too_long",
        "no_text",
        "not_allowed_token_type",
        "not_authed",
        "too_many_attachments",
        "unknown_method",
        "view_too_large",
    }
)
