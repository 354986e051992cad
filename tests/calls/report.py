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

A call is complete when its matter is understood, or its words or sound are before a person; when its place is known, is
asked for by text afterwards, or there is none (information; somebody in danger is not asked); and when the caller has
heard the reference or was sent it. What a caller answers to the text that follows a call, to the same number, counts
with the call; some callers answer it and some do not. A caller who says that it is about their earlier report has named
matter and place, and is told its reference. A call that was only put through to a person is not complete: it is their
conversation then; so is a zero instead of an answer to whether it is about an earlier report, which does not say that
it is.
"""

AGAIN = """
## The same webhook thrice

{citizens} citizens, of whom six in ten write a text, two by WhatsApp, and two call, say it and hang up; {webhooks}
webhooks, each of them {times} times, in any order:

"""


def table(ended: Sequence[Ended]) -> str:
    """The figures, with what was wanted of them."""
    said = [one for one in ended if one.call.matter]
    right, kept = sum(not one.problems for one in ended), sum(one.kept != "nothing" for one in ended)
    whole, every = sum(one.complete for one in ended), len(ended)
    told, known = sum(one.complete for one in said), sum(one.complete and not one.asked_by_text for one in said)
    rows = [
        ("calls", str(every), "≥ 60"),
        ("that ended as their script says", _share(right, every), "100 %"),
        ("with something kept (report, person or missed call)", _share(kept, every), "100 %"),
        ("complete, of all calls", _share(whole, every), "≥ 90 %"),
        ("… of those in which the caller says what is happening", _share(told, len(said)), "≥ 90 %"),
        ("… of these, without the place being asked for by text", _share(known, len(said)), ""),
        ("questions after the opening, median", f"{median(one.questions - 1 for one in said):g}", "≤ 2"),
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
    left = [(one.call.name, "yes" if one.call.matter else "no", one.kept) for one in ended if not one.complete]
    rows = _markdown(("call", "says what is happening", "kept"), left)
    return f"\nThe calls that did not end complete, and what was kept of them:\n\n{rows}"


def _replayed(again: Replayed) -> str:
    rows = [
        ("reports more than citizens", str(again.reports - again.citizens)),
        ("texts more than citizens", str(again.texts - again.citizens)),
        ("people told twice", str(again.people_told_twice)),
    ]
    head = AGAIN.format(citizens=again.citizens, webhooks=again.webhooks, times=TIMES)
    return f"{head}{_markdown(('', 'measured'), rows)}"


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.0%} ({part}/{whole})".replace("%", " %")


def _markdown(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"
