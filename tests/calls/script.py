"""One scripted call, read from YAML and walked through the stand-in, as a caller would."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import yaml
from sqlalchemy import select

from routing.domain.understanding import Decision
from routing.store.models import Incident, PhoneCall, Report
from tests.acceptance.connected import BASE
from tests.city import City
from tests.standins.twilio.account import TwilioStandIn
from tests.standins.twilio.line import Line
from tests.understood import Scripted

FOLDER = Path(__file__).parent
_numbers = count(100)


@dataclass(frozen=True, slots=True)
class Call:
    """``turns`` are single-key mappings (say, press, silence, partial, nobody, leave, hang_up, hear, after); ``ends``
    is what must be true in the end.
    """

    name: str
    turns: Sequence[Mapping[str, Any]]
    ends: Mapping[str, Any]
    caller: str = "mobile"


@dataclass(slots=True)
class Ended:
    """How a call went. ``kept`` is report, person, missed or nothing; ``spoken`` are seconds of our voice."""

    call: Call
    heard: list[str] = field(default_factory=list)
    kept: str = "nothing"
    said_something: bool = False
    complete: bool = False
    questions: int = 0
    spoken: float = 0.0
    opening: float = 0.0
    problems: list[str] = field(default_factory=list)


def scripts() -> dict[str, list[Call]]:
    """Every call, by the name of its file."""
    return {path.stem: _calls(path) for path in sorted(FOLDER.glob("*.yaml")) if path.stem != "means"}


def _calls(path: Path) -> list[Call]:
    return [
        Call(row["name"], row["turns"], row["ends"], row.get("caller", "mobile"))
        for row in yaml.safe_load(path.read_text(encoding="utf-8"))
    ]


def teach(means: Scripted) -> None:
    """Let the classifier understand what the scripts say."""
    for text, meaning in yaml.safe_load((FOLDER / "means.yaml").read_text(encoding="utf-8")).items():
        ranking = tuple(meaning["ranking"].items())
        decision = Decision(meaning.get("decision", "route"))
        means.expect(
            text, *ranking, decision=decision, place=meaning.get("place"), language=meaning.get("language", "fr")
        )


async def walk(city: City, twilio: TwilioStandIn, call: Call) -> Ended:
    """Walk one call to its end and look at what it left."""
    number = next(_numbers)
    caller = {"hidden": "anonymous", "fixed": f"+3338099{number:04}"}.get(call.caller, f"+336399{number:05}")
    ended = Ended(call)
    line = Line(city, twilio.token, BASE, caller=caller)
    await line.ring()
    ended.opening = line.seconds
    for turn in call.turns:
        [(what, value)] = turn.items()
        try:
            line = await _turn(city, twilio, line, what, value, ended)
        except AssertionError as error:
            ended.problems.append(f"{what} {value!r}: {error}")
            break
    await city.settle(seconds=100)
    await _look(city, line, ended)
    twilio.texts_to(caller)
    await city.rings()
    ended.heard, ended.questions, ended.spoken = line.heard, line.questions, line.seconds
    _compare(call, line, ended)
    return ended


async def _turn(city: City, twilio: TwilioStandIn, line: Line, what: str, value: Any, ended: Ended) -> Line:
    match what:
        case "say":
            ended.said_something = True
            await line.say(value)
        case "press":
            await line.press(str(value))
        case "silence":
            await line.silence()
        case "partial":
            ended.said_something = True
            await line.begin_to_say(value)
            [_, address] = twilio.books.redirected[-1]
            await line.interrupt(address)
        case "nobody":
            await line.nobody_answers()
        case "leave":
            ended.said_something = True
            await line.leave_message(seconds=value)
        case "hang_up":
            await line.hang_up()
        case "hear":
            said = " ".join(line.heard[-4:])
            assert value in said, f"heard instead: {said}"
        case "after":  # the same caller calls again, so many minutes later
            await city.settle(minutes=value)
            twilio.texts_to(line.caller)
            line = Line(city, twilio.token, BASE, caller=line.caller)
            await line.ring()
        case _:
            raise AssertionError("no such turn")
    return line


async def _look(city: City, line: Line, ended: Ended) -> None:
    """What became of the call, in the database of the city."""
    async with city.session() as session:
        call = (await session.scalars(select(PhoneCall).where(PhoneCall.sid == line.sid))).one()
        report = await session.get(Report, call.report_id) if call.report_id else None
        incident = await session.get(Incident, report.incident_id) if report and report.incident_id else None
    if incident is not None:
        ended.kept = "report"
        procedure = city.house.desk.catalogue.procedure(incident.procedure_id)
        informed = procedure is not None and procedure.severity == "info"
        where = incident.place or incident.latitude or informed
        ended.complete = bool(incident.danger or (incident.procedure_id and where))
        for name in ("procedure_id", "place", "severity"):
            wanted = ended.call.ends.get(name.removesuffix("_id"))
            if wanted is not None and getattr(incident, name) != wanted:
                ended.problems.append(f"{name} is {getattr(incident, name)}, not {wanted}")
    elif line.dialled is not None or line.recording is not None:
        ended.kept = "person"
    elif call.about_id is not None:
        ended.kept = "report"
        ended.complete = True
    elif call.ended_at is not None:
        ended.kept = "missed"


def _compare(call: Call, line: Line, ended: Ended) -> None:
    for name in ("kept", "complete"):
        wanted = call.ends.get(name)
        if wanted is not None and getattr(ended, name) != wanted:
            ended.problems.append(f"{name} is {getattr(ended, name)}, not {wanted}; heard {line.heard[-3:]}")
    if (most := call.ends.get("questions")) is not None and line.questions > most:
        ended.problems.append(f"{line.questions} questions, not {most}")
    if call.ends.get("dialled") and line.dialled is None:
        ended.problems.append(f"nobody was dialled; heard {line.heard[-3:]}")
    if (words := call.ends.get("hears")) and words not in " ".join(line.heard):
        ended.problems.append(f"never heard {words!r} but {line.heard}")
