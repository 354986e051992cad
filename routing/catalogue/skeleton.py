"""The beginning of a new procedure: files that say what is left to write, and that are refused until it is written."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import yaml

from routing.domain.procedure import TO_WRITE, Severity
from routing.domain.redaction import plain

_SHORTEST = 3  # signs of a title
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
        raise ValueError(
            "The id and the family are lower-case words joined by hyphens, without accents, such as voirie-trou: "
            f"{plain(begun.id).replace(' ', '-')}?"
        )
    if not begun.id.startswith(f"{begun.family}-"):
        raise ValueError(f"The id begins with its family: {begun.family}-{begun.id}?")
    taken = [*catalogue.glob(f"procedures/*/{begun.id}.yaml"), *examples.glob(f"*/{begun.id}.txt")]
    if taken:
        raise ValueError(f"{begun.id} exists already: {taken[0]}. Change it, or choose another id.")
    if len(begun.title.strip()) < _SHORTEST:
        raise ValueError("The title is what the room reads: a few words.")
    if begun.lead not in (codes := _services(catalogue / "services.yaml")):
        raise ValueError(f"No service '{begun.lead}'; one of {', '.join(codes)}.")
    procedure = catalogue / "procedures" / begun.family / f"{begun.id}.yaml"
    utterances = examples / begun.family / f"{begun.id}.txt"
    for path, content in ((procedure, _procedure(begun)), (utterances, f"{TO_WRITE} : {_HOW}\n")):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    return procedure, utterances


def families(catalogue: Path) -> list[str]:
    """The families there are, sorted."""
    return sorted({path.parent.name for path in catalogue.glob("procedures/*/*.yaml")})


def _services(path: Path) -> list[str]:
    try:
        return [row["code"] for row in yaml.safe_load(path.read_text(encoding="utf-8-sig"))["services"]]
    except OSError as error:
        raise ValueError(f"{path}: cannot be read ({error.strerror}); is this the folder of a catalogue?") from error
    except (yaml.YAMLError, ValueError, KeyError, TypeError) as error:
        raise ValueError(f"{path}: no list of services; `vigie catalogue check` says more.") from error


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
