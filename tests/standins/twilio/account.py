"""Twilio's REST API, as far as we use it: messages sent and listed, a call in progress redirected."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping
from datetime import timedelta
from itertools import count
from typing import Any
from urllib.parse import parse_qsl

from tests.standins.rates import Limit
from tests.standins.serving import Clock, StandIn
from tests.standins.twilio.books import Books, Kept, Placed
from tests.standins.twilio.spec import answered_wrongly, asked_wrongly
from tests.standins.wire import Answer, Asked, Call

SEND = {"To", "From", "Body", "StatusCallback", "MediaUrl", "ContentSid", "ContentVariables"}
PLACE = {
    "To", "From", "Url", "Method", "Timeout", "StatusCallback", "StatusCallbackEvent", "StatusCallbackMethod",
    "MachineDetection", "AsyncAmd", "AsyncAmdStatusCallback", "AsyncAmdStatusCallbackMethod",
}  # fmt: skip
LIST_CALLS = {"To", "From", "Status", "StartTime", "StartTime>", "StartTime<", "PageSize"}
EVENTS = {"initiated", "ringing", "answered", "completed"}
LONGEST_RING = 600
LIST = {"To", "From", "DateSent", "DateSent>", "DateSent<", "PageSize"}
UPDATE = {"Url", "Method", "Twiml", "Status"}
LONGEST = 1600
NUMBER = re.compile(r"(whatsapp:)?\+[1-9]\d{6,14}")
MEDIA = re.compile(
    r"/2010-04-01/Accounts/(?P<account>AC\w{32})/(?:Messages/\w{34}/Media/(?P<media>ME\w{32})|Recordings/(?P<recording>RE\w{32})(?:\.\w{3})?)"
)
STORE = "/store-of-twiliocdn/"
PATH = re.compile(r"/2010-04-01/Accounts/(?P<account>AC\w{32})/(?P<what>Messages|Calls)(?:/(?P<sid>CA\w{32}))?\.json")


class TwilioStandIn(StandIn):
    """One account. ``texts_to`` is what a person received; what nobody looked at fails the test."""

    name = "twilio"
    quiet = frozenset({"messages.list", "calls.list", "calls.fetch", "media.address", "media.read"})

    def __init__(self, clock: Clock, *, port: int = 0) -> None:
        super().__init__(clock, port=port)
        self.sid = "AC" + "0" * 32
        self.token = "twilio-secret-of-the-tests"
        self.books = Books()
        self._numbers = count(1)
        self._looked_at: set[str] = set()
        self._answered: set[str] = set()
        self._drift: list[str] = []

    def calls_to(self, number: str) -> list[Placed]:
        """The calls to a number, oldest first."""
        found = [call for call in self.books.calls if call.to == number]
        self._answered.update(call.sid for call in found)
        return found

    def holds(self, content: bytes, media_type: str, message: str = "MM") -> str:
        """A file that a message or call brought; returns its address as a webhook gives it."""
        name = f"ME{next(self._numbers):032x}"
        self.books.media[name] = (content, media_type)
        return f"https://api.twilio.com/2010-04-01/Accounts/{self.sid}/Messages/{message:0<34}/Media/{name}"

    def texts_to(self, number: str) -> list[str]:
        """What a number received, oldest first."""
        found = [message for message in self.books.messages if message.to == number]
        self._looked_at.update(message.sid for message in found)
        return [message.body for message in found]

    def read(self, asked: Asked) -> Call:
        """Basic authentication, a known address, known parameters."""
        if asked.path.startswith(STORE):
            return Call("media.read", {"name": asked.path.removeprefix(STORE)}, asked)
        found = MEDIA.fullmatch(asked.path) or PATH.fullmatch(asked.path)
        expected = base64.b64encode(f"{self.sid}:{self.token}".encode()).decode()
        if asked.headers.get("authorization") != f"Basic {expected}":
            return Call("?", {}, asked, _error(401, 20003, "Authenticate"))
        if found is None or found["account"] != self.sid:
            return Call("?", {}, asked, _error(404, 20404, "not found"))
        if name := (found.groupdict().get("media") or found.groupdict().get("recording")):
            return Call("media.address", {"name": name}, asked)
        posted = asked.method == "POST"
        given = dict(parse_qsl(asked.body.decode() if posted else asked.query, keep_blank_values=True))
        name = {"Messages": "messages", "Calls": "calls"}[found["what"]]
        verb = ("update" if posted else "fetch") if found["sid"] else "create" if posted else "list"
        known = {
            "messages.create": SEND,
            "messages.list": LIST,
            "calls.create": PLACE,
            "calls.list": LIST_CALLS,
            "calls.update": UPDATE,
            "calls.fetch": set(),
        }.get(f"{name}.{verb}", set())
        if unknown := set(given) - known:
            return Call(f"{name}.{verb}", given, asked, _error(400, 20001, f"unknown parameter {unknown}"))
        return Call(f"{name}.{verb}", {**given, "sid": found["sid"]}, asked)

    async def answer(self, call: Call) -> Answer:
        """Answer as Twilio would; what its specification does not know of a call or of our answer fails the test."""
        answer = self._answer_to(call)
        if answer.status < REFUSED:
            given = {name: value for name, value in call.arguments.items() if name != "sid"}
            self._drift += asked_wrongly(call.name, given)
            self._drift += answered_wrongly(call.name, answer.status, answer.shown())
        return answer

    def _answer_to(self, call: Call) -> Answer:
        match call.name:
            case "messages.create":
                return self._send(call.arguments)
            case "messages.list":
                found = [self._shown(item) for item in self.books.messages if item.to == call.arguments.get("To")]
                return Answer.of_json({"messages": found[::-1], "next_page_uri": None, "page": 0, "page_size": 50})
            case "calls.create":
                return self._place(call)
            case "calls.list":
                calls = [_call(item) for item in self.books.calls if item.to == call.arguments.get("To")]
                return Answer.of_json({"calls": calls[::-1], "next_page_uri": None, "page": 0, "page_size": 50})
            case "calls.update":
                return self._update(call.arguments)
            case "calls.fetch":
                known = [item for item in self.books.calls if item.sid == call.arguments["sid"]]
                return Answer.of_json(_call(known[0])) if known else _error(404, 20404, "not found")
            case "media.address" if call.arguments["name"] in self.books.media:
                return Answer(307, b"", {"location": f"{self.origin}{STORE}{call.arguments['name']}"})
            case "media.read" if "authorization" not in call.asked.headers:
                content, media_type = self.books.media[call.arguments["name"]]
                return Answer(200, content, {"content-type": media_type})
        return _error(404, 20404, "not found")

    def limits(self, call: Call) -> dict[str, Limit]:
        """None is published per number for what we do."""
        return {}

    def limited(self, call: Call, retry_after: float | None) -> Answer:
        """Too Many Requests."""
        answer = _error(429, 20429, "Too Many Requests")
        more = {"retry-after": str(int(retry_after))} if retry_after else {}
        return Answer(answer.status, answer.body, {**answer.headers, **more})

    def unexpected(self) -> list[str]:
        """Texts and calls nobody looked at, and what Twilio does not document."""
        calls = [f"a call to {item.to}: {item.url}" for item in self.books.calls if item.sid not in self._answered]
        texts = [item for item in self.books.messages if item.sid not in self._looked_at]
        return self._drift + calls + [f"a text to {item.to}: {item.body}" for item in texts]

    def _place(self, call: Call) -> Answer:
        given = call.arguments
        events = {value for name, value in parse_qsl(call.asked.body.decode()) if name == "StatusCallbackEvent"}
        if not NUMBER.fullmatch(given.get("To", "")):
            return _error(400, 21211, "Invalid 'To' Phone Number")
        if not given.get("Url", "").startswith("http"):
            return _error(400, 21205, "Url is not a valid URL")
        if not events <= EVENTS:
            return _error(400, 21626, f"Invalid statusCallbackEvents {events - EVENTS}")
        if not 0 < int(given.get("Timeout", 60)) <= LONGEST_RING:
            return _error(400, 21218, "Invalid Timeout")
        if given.get("AsyncAmd") == "true" and not given.get("AsyncAmdStatusCallback"):
            return _error(400, 21262, "AsyncAmd without AsyncAmdStatusCallback")
        sid = f"CA{next(self._numbers):032x}"
        machine = given.get("AsyncAmdStatusCallback")
        started_at = self.now().strftime("%a, %d %b %Y %H:%M:%S +0000")
        placed = Placed(sid, given["To"], given["From"], given["Url"], given.get("StatusCallback"), machine, started_at)
        self.books.calls.append(placed)
        return Answer.of_json(_call(placed), 201)

    def _update(self, given: Mapping[str, Any]) -> Answer:
        if given.get("Url"):
            self.books.redirected.append((given["sid"], given["Url"]))
        for placed in self.books.calls:
            if placed.sid == given["sid"]:
                if placed.status in FINAL:
                    return _error(400, 21220, "Call is not in-progress. Cannot redirect.")
                if given.get("Status") == "canceled" and placed.status == "in-progress":
                    return _error(400, 21220, "Call is in-progress: completed ends it")
                placed.status = given.get("Status", placed.status)
                placed.twiml = given.get("Twiml", placed.twiml)
                return Answer.of_json(_call(placed))
        return Answer.of_json({"sid": given["sid"], "status": "in-progress"})

    def _send(self, given: Mapping[str, Any]) -> Answer:
        if not NUMBER.fullmatch(given.get("To", "")):
            return _error(400, 21211, "Invalid 'To' Phone Number")
        if given.get("ContentSid"):
            given = {**given, "Body": f"Dijon métropole : {json.loads(given['ContentVariables'])['1']}"}
        elif (heard := self.books.heard.get(given["To"])) and self.now() - heard >= timedelta(hours=24):
            return _error(400, 63016, "Failed to send freeform message because you are outside the allowed window")
        if not given.get("Body") and not given.get("MediaUrl"):
            return _error(400, 21602, "Message body is required")
        if len(given.get("Body", "")) > LONGEST:
            return _error(400, 21617, "The concatenated message body exceeds the 1600 character limit")
        if given["To"] in self.books.opted_out:
            return _error(400, 21610, "Attempt to send to unsubscribed recipient")
        sent_at = self.now().strftime("%a, %d %b %Y %H:%M:%S +0000")
        sid = f"SM{next(self._numbers):032x}"
        message = Kept(sid, given["To"], given.get("From", ""), given["Body"], given.get("StatusCallback"), sent_at)
        self.books.messages.append(message)
        return Answer.of_json(self._shown(message), 201)

    def _shown(self, message: Kept) -> dict[str, Any]:
        return {
            "sid": message.sid,
            "to": message.to,
            "from": message.sender,
            "body": message.body,
            "status": "queued",
            "date_sent": message.sent_at,
            "account_sid": self.sid,
        }


REFUSED = 300  # answers from here on are documented by their codes
FINAL = ("completed", "busy", "no-answer", "failed", "canceled")


def _call(placed: Placed) -> dict[str, Any]:
    return {
        "sid": placed.sid,
        "to": placed.to,
        "from": placed.sender,
        "status": placed.status,
        "start_time": placed.started_at,
        "direction": "outbound-api",
    }


def _error(status: int, code: int, words: str) -> Answer:
    more = f"https://www.twilio.com/docs/errors/{code}"
    return Answer.of_json({"code": code, "message": words, "more_info": more, "status": status}, status)
