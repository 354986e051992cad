"""The beginning of a new procedure: files that say what is left to write, and that are refused until it is written."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import yaml

from routing.domain.procedure import TO_WRITE, Severity

_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


@dataclass(frozen=True, slots=True)
class Beginning:
    """What must be known to begin."""

    id: str
    title: str
    family: str
    lead: str
    severity: Severity


def write(catalogue: Path, examples: Path, begun: Beginning) -> tuple[Path, Path]:
    """Write ``procedures/<family>/<id>.yaml`` and ``<family>/<id>.txt``; returns both paths.

    Raises ValueError, with words for a person, for an id that is no id, is taken, or a service that does not exist.
    """
    if not all(_ID.fullmatch(name) for name in (begun.id, begun.family)):
        raise ValueError("The id and the family are lower-case words joined by hyphens, such as voirie-trou.")
    if not begun.id.startswith(f"{begun.family}-"):
        raise ValueError(f"The id begins with its family: {begun.family}-…")
    taken = [*catalogue.glob(f"procedures/*/{begun.id}.yaml"), *examples.glob(f"*/{begun.id}.txt")]
    if taken:
        raise ValueError(f"{begun.id} exists already: {taken[0]}")
    services = yaml.safe_load((catalogue / "services.yaml").read_text(encoding="utf-8"))["services"]
    if begun.lead not in (codes := [row["code"] for row in services]):
        raise ValueError(f"No service '{begun.lead}'; one of {', '.join(codes)}.")
    procedure = catalogue / "procedures" / begun.family / f"{begun.id}.yaml"
    utterances = examples / begun.family / f"{begun.id}.txt"
    for path, content in ((procedure, _procedure(begun)), (utterances, f"{TO_WRITE} : {_HOW}\n")):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    return procedure, utterances


_HOW = "at least 25 messages as people write and say them, one a line, in really different words; delete this line"


def _procedure(begun: Beginning) -> str:
    rows = {
        "id": begun.id,
        "title": begun.title,
        "family": begun.family,
        "lead": begun.lead,
        "level": "metropole",
        "severity": begun.severity.value,
        "on_call": "none",
        "emergency_first": False,
        "label": f"{TO_WRITE} : what the citizen is read as a choice",
        "cue": f"{TO_WRITE} : what tells it apart from its neighbours, in one sentence",
        "neighbours": [],
        "steps": [
            {
                "service": begun.lead,
                "after": 0,
                "do": [f"{TO_WRITE} : first thing to do", f"{TO_WRITE} : next thing to do"],
                "tell": f"{TO_WRITE} : what the citizen is told when this step starts",
            }
        ],
    }
    return str(yaml.safe_dump(rows, allow_unicode=True, sort_keys=False, width=200))
