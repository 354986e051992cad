"""The exchange with a citizen as one small machine for every door: what, which, where, is that it. Pure.

Danger ends all questions; a person is given as soon as one is asked for; nothing is asked twice, but the place of a
caller who cannot be asked by text later. What was asked is kept with the report, so that any process can go on. A
written door does not read back: its citizen sees what they wrote.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from routing.domain.call import Step


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a matter in the middle of an exchange.

    ``named``: one procedure stands out, or the citizen chose it; ``chosen``: the citizen chose or confirmed it;
    ``doubtful``: a few candidates are worth a closed question; ``obscure``: nothing foreseen fits the words, more of
    them may help (somebody who wrote has named no matter yet); ``placeless``: the matter has a place that nobody said.
    ``asked`` are the questions put so far; ``spoken`` is a telephone; ``wheres``: how often the place may be asked for.
    """

    named: bool
    chosen: bool = False
    doubtful: bool = False
    placeless: bool = False
    obscure: bool = False
    danger: bool = False
    person: bool = False
    spoken: bool = False
    asked: Sequence[str] = ()
    wheres: int = 1


def next_step(known: Known) -> Step:
    """What comes next: a question, a person, or the end."""
    if known.danger:
        return Step.DONE
    if known.person:
        return Step.PERSON
    if known.doubtful and not known.chosen and Step.CHOOSE not in known.asked:
        return Step.CHOOSE
    if known.obscure and Step.WHAT not in known.asked:
        return Step.WHAT
    if known.placeless and known.asked.count(Step.WHERE) < known.wheres:
        return Step.WHERE
    if not known.named:
        return Step.DONE
    if known.spoken and not known.chosen and Step.CONFIRM not in known.asked:
        return Step.CONFIRM
    return Step.DONE
