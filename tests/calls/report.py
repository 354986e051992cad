"""The figures of the scripted calls, as a page."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median

from tests.calls.replay import TIMES, Replayed
from tests.calls.script import Ended
from tests.standins.twilio.line import WORDS_A_SECOND

HEAD = """# Telephone calls, walked

Written by `python -m tests.calls`: the scripted calls of `tests/calls/*.yaml` through the public webhooks, on a real
PostgreSQL, with a stand-in that carries out the TwiML as Twilio would and checks it against Twilio's schema. What the
words mean is scripted (`tests/calls/means.yaml`): these figures judge the exchange, not the understanding, which has
[its own page](understanding.md), nor the recogniser. Seconds are those of our voice, at {speed} words a second.

The share of complete calls is missed: a third of the scripts hang up, stay silent, want a person, find nothing that
fits or cannot say where, on purpose: see below. Whoever says what and where, and confirms it, ends complete.
"""


def table(ended: Sequence[Ended]) -> str:
    """The figures, with what was wanted of them."""
    said = [one for one in ended if one.said_something]
    named = [one for one in said if one.complete or one.kept == "report"]
    complete = sum(one.complete for one in said)
    right, kept = sum(not one.problems for one in ended), sum(one.kept != "nothing" for one in ended)
    whole, every = sum(one.complete for one in ended), len(ended)
    rows = [
        ("calls", str(every), "≥ 60"),
        ("that ended as their script says", _share(right, every), "100 %"),
        ("with something kept (report, person or missed call)", _share(kept, every), "100 %"),
        ("complete (what, where, danger, contact), of all calls", _share(whole, every), "≥ 90 %"),
        ("… of the calls in which the caller said something", _share(complete, len(said)), ""),
        ("… that became a report", _share(complete, len(named)), ""),
        ("questions after the opening, median", str(median(one.questions - 1 for one in named)), "≤ 2"),
        ("our voice, median", f"{median(one.spoken for one in ended):.0f} s", "≤ 150 s"),
        ("our voice, longest call", f"{max(one.spoken for one in ended):.0f} s", ""),
        ("the opening, longest", f"{max(one.opening for one in ended):.1f} s", "≤ 12 s"),
    ]  # fmt: skip
    return _markdown(("", "measured", "wanted"), rows)


def page(ended: Sequence[Ended], again: Replayed) -> str:
    """docs/calls.md."""
    parts = [HEAD.format(speed=WORDS_A_SECOND), table(ended), _incomplete(ended), _replayed(again)]
    return "\n".join(parts)


def _incomplete(ended: Sequence[Ended]) -> str:
    left = [(one.call.name, one.kept) for one in ended if not one.complete]
    return f"\nThe calls that did not end complete, and what was kept of them:\n\n{_markdown(('call', 'kept'), left)}"


def _replayed(again: Replayed) -> str:
    rows = [
        ("reports more than messages", str(again.reports - again.messages)),
        ("texts more than messages", str(again.texts - again.messages)),
        ("people told twice", str(again.people_told_twice)),
    ]
    said = f"\n## The same webhook thrice\n\n{again.messages} messages, each delivered {TIMES} times, in any order:\n\n"
    return f"{said}{_markdown(('', 'measured'), rows)}"


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.0%} ({part}/{whole})".replace("%", " %")


def _markdown(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"
