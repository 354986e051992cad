"""One scripted call, read from YAML and walked through the stand-in, as a caller would."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import yaml
from sqlalchemy import func, select

from routing.domain.understanding import Decision
from routing.store.models import Incident, PhoneCall, Report, TimelineEntry
from tests.acceptance.connected import BASE
from tests.acceptance.texting import Telephone
from tests.city import City
from tests.standins.twilio.account import TwilioStandIn
from tests.standins.twilio.line import Line, spelled
from tests.understood import Scripted

FOLDER = Path(__file__).parent
_numbers = count(100)


@dataclass(frozen=True, slots=True)
class Call:
    """``turns`` are single-key mappings (say, talk_over, press, silence, partial, nobody, leave, hang_up, hear, after,
    later, text); ``ends`` is what must be true in the end; ``matter``: the caller says, at least once, what is
    happening.
    """

    name: str
    turns: Sequence[Mapping[str, Any]]
    ends: Mapping[str, Any]
    caller: str = "mobile"
    matter: bool = True


@dataclass(slots=True)
class Ended:
    """How a call went. ``kept`` is report, person, missed or nothing; ``spoken`` are seconds of our voice.

    ``complete``: the matter is understood, or its words or sound are before a person, or is an earlier report's; its
    place is known, asked for by text, or there is none; and the caller has heard its reference or was sent it.
    """

    call: Call
    heard: list[str] = field(default_factory=list)
    kept: str = "nothing"
    complete: bool = False
    asked_by_text: bool = False
    reports: int = 0
    questions: int = 0
    spoken: float = 0.0
    opening: float = 0.0
    problems: list[str] = field(default_factory=list)


def scripts() -> dict[str, list[Call]]:
    """Every call, by the name of its file."""
    return {path.stem: _calls(path) for path in sorted(FOLDER.glob("*.yaml")) if path.stem != "means"}


def _calls(path: Path) -> list[Call]:
    return [
        Call(row["name"], row["turns"], row["ends"], row.get("caller", "mobile"), row.get("matter", True))
        for row in yaml.safe_load(path.read_text(encoding="utf-8"))
    ]


def teach(means: Scripted) -> None:
    """Let the classifier understand what the scripts say."""
    for text, meaning in yaml.safe_load((FOLDER / "means.yaml").read_text(encoding="utf-8")).items():
        ranking = tuple(meaning["ranking"].items())
        decision = Decision(meaning.get("decision", "route"))
        means.expect(
            text,
            *ranking,
            decision=decision,
            place=meaning.get("place"),
            language=meaning.get("language", "fr"),
            also=tuple(meaning["also"]) if "also" in meaning else None,
        )


async def walk(city: City, twilio: TwilioStandIn, calls: Sequence[Call]) -> list[Ended]:
    """Walk the calls one after the other, let the time pass in which a lost one is noticed, see what is left."""
    walked = [await _walk(city, twilio, call) for call in calls]
    await city.settle(seconds=100)
    for line, ended in walked:
        await _look(city, line, twilio.texts_to(line.caller), ended)
        if (words := ended.call.ends.get("thread")) and (told := await _read_in_threads(city, line.caller, words)) != 1:
            ended.problems.append(f"threads say {words!r} {told} times, not once")
        ended.heard, ended.questions, ended.spoken = line.heard, line.questions, line.seconds
        _compare(ended.call, line, ended)
    await city.rings()
    return [ended for _, ended in walked]


async def _walk(city: City, twilio: TwilioStandIn, call: Call) -> tuple[Line, Ended]:
    number = next(_numbers)
    caller = {"hidden": "anonymous", "fixed": f"+3338099{number:04}"}.get(call.caller, f"+336399{number:05}")
    ended = Ended(call)
    line = Line(city, twilio.token, BASE, caller=caller)
    await line.ring()
    ended.opening = line.seconds
    for turn in call.turns:
        [(what, value)] = turn.items()
        try:
            line = await _turn(city, twilio, line, what, value)
        except AssertionError as error:
            ended.problems.append(f"{what} {value!r}: {error}")
            break
    return line, ended


async def _turn(city: City, twilio: TwilioStandIn, line: Line, what: str, value: Any) -> Line:
    match what:
        case "hear":
            said = " ".join(line.heard[-4:])
            assert value in said, f"heard instead: {said}"
        case "later":  # so many minutes
            await city.settle(minutes=value)
        case "text":
            await Telephone(city, twilio.token, line.caller).write(value)
        case "after":  # the same caller calls again, so many minutes later
            await city.settle(minutes=value)
            twilio.texts_to(line.caller)  # about the first call, which has scripts of its own
            line = Line(city, twilio.token, BASE, caller=line.caller)
            await line.ring()
        case _:
            await _act(twilio, line, what, value)
    return line


async def _act(twilio: TwilioStandIn, line: Line, what: str, value: Any) -> None:
    """What a caller does, or the person who is called."""
    match what:
        case "say":
            await line.say(value)
        case "talk_over":  # before our voice is over, and Twilio tells what it hears
            await line.begin_to_say(value)
            await line.say(value)
        case "press":
            await line.press(str(value))
        case "silence":
            await line.silence()
        case "partial":
            await line.begin_to_say(value)
            [_, address] = twilio.books.redirected[-1]
            await line.interrupt(address)
        case "nobody":
            await line.nobody_answers()
        case "leave":
            await line.leave_message(seconds=value)
        case "hang_up":
            await line.hang_up()
        case _:
            raise AssertionError("no such turn")


async def _look(city: City, line: Line, texts: Sequence[str], ended: Ended) -> None:
    """What became of the call, in the database of the city and on the caller's telephone."""
    async with city.session() as session:
        call = (await session.scalars(select(PhoneCall).where(PhoneCall.sid == line.sid))).one()
        report = await session.get(Report, call.report_id) if call.report_id else None
        about = await session.get(Report, call.about_id) if call.about_id else None
        incident = await session.get(Incident, report.incident_id) if report and report.incident_id else None
        more = select(func.count()).where(Report.part_of == call.report_id, Report.incident_id.is_not(None))
        ended.reports = (report is not None) + (await session.scalar(more) or 0)
    ended.asked_by_text = any("où est-ce ?" in text.lower() or "where is it?" in text.lower() for text in texts)
    named = any(_named(one, line, texts) for one in (report, about) if one is not None)
    if report is not None and incident is not None:
        ended.kept = "report"
        ended.complete = named and _placed(city, incident, ended)
        _expect(ended, incident, report)
    elif about is not None:
        ended.kept = "report"
        ended.complete = named
    elif line.dialled is not None or line.recording is not None:
        ended.kept = "person"
    elif call.ended_at is not None:
        ended.kept = "missed"


async def _read_in_threads(city: City, caller: str, words: str) -> int:
    """How many lines of the threads of what this number reported say it, naming the report."""
    said = (
        select(func.count())
        .select_from(TimelineEntry)
        .join(Report, Report.incident_id == TimelineEntry.incident_id)
        .where(Report.contact == caller, TimelineEntry.text.contains(Report.reference))
        .where(TimelineEntry.text.contains(words))
    )
    async with city.session() as session:
        return await session.scalar(said) or 0


def _placed(city: City, incident: Incident, ended: Ended) -> bool:
    """Whether the place is known, asked for by text, or there is none; danger is not asked where."""
    procedure = city.house.desk.catalogue.procedure(incident.procedure_id)
    informed = procedure is not None and procedure.severity == "info"
    known = incident.place or incident.latitude or informed or incident.danger
    return bool(known) or ended.asked_by_text


def _named(report: Report, line: Line, texts: Sequence[str]) -> bool:
    """Whether the caller has the reference: heard, or in a text."""
    return spelled(report.reference) in " ".join(line.heard) or any(report.reference in text for text in texts)


def _expect(ended: Ended, incident: Incident, report: Report) -> None:
    for name in ("procedure_id", "place", "severity"):
        wanted = ended.call.ends.get(name.removesuffix("_id"))
        if wanted is not None and getattr(incident, name) != wanted:
            ended.problems.append(f"{name} is {getattr(incident, name)}, not {wanted}")
    if (words := ended.call.ends.get("words")) and words not in report.text:
        ended.problems.append(f"{words!r} was not kept: {report.text!r}")
    if (note := ended.call.ends.get("note")) and note not in " ".join(incident.notes):
        ended.problems.append(f"the card does not say {note!r}: {incident.notes}")


def _compare(call: Call, line: Line, ended: Ended) -> None:
    for name in ("kept", "complete", "asked_by_text", "reports"):
        wanted = call.ends.get(name)
        if wanted is not None and getattr(ended, name) != wanted:
            ended.problems.append(f"{name} is {getattr(ended, name)}, not {wanted}; heard {line.heard[-3:]}")
    if (most := call.ends.get("questions")) is not None and line.questions > most:
        ended.problems.append(f"{line.questions} questions, not {most}")
    if call.ends.get("dialled") and line.dialled is None:
        ended.problems.append(f"nobody was dialled; heard {line.heard[-3:]}")
    if (words := call.ends.get("hears")) and words not in " ".join(line.heard):
        ended.problems.append(f"never heard {words!r} but {line.heard}")
