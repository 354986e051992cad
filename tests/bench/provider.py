"""The telephone company of the paging scenarios, and a Vigie whose people on duty it reaches."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count as counting
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import httpx
import yaml

from tests.standins.twilio.signing import signature

SID, SECRET = "AC" + "0" * 32, "token-of-no-value"
PLAN = [{"after": 0, "by": "voice"}, {"after": 20, "by": "sms"}]


@dataclass
class Provider:
    """Twilio, as far as this needs it. Calls end unanswered after ``ends_after`` seconds, unless it is None."""

    ends_after: float | None = None
    base: str = ""
    calls: list[tuple[float, int, str]] = field(default_factory=list)  # when, page, sid
    going_on: dict[str, dict[str, str]] = field(default_factory=dict)
    numbers: Iterator[int] = field(default_factory=lambda: counting(1))

    def place(self, given: dict[str, str]) -> dict[str, Any]:
        """Take a call."""
        at, sid = time.time(), f"CA{next(self.numbers):032x}"
        self.calls.append((at, _page(given["Url"]), sid))
        shown = {"sid": sid, "to": given["To"], "from": given["From"], "status": "ringing"}
        self.going_on[sid] = {**shown, "callback": given["StatusCallback"]}
        if self.ends_after is not None:
            threading.Timer(self.ends_after, self.end, (sid,)).start()
        return shown

    def write(self, given: dict[str, str]) -> dict[str, Any]:
        """Take a text message; those to people on duty say in their callback which page they carry."""
        sid = f"SM{next(self.numbers):032x}"
        if "/pages/" in given.get("StatusCallback", ""):
            self.calls.append((time.time(), _page(given["StatusCallback"]), sid))
        return {"sid": sid, "status": "queued", "body": given.get("Body", "")}

    def end(self, sid: str, status: str = "no-answer") -> None:
        """The call is over; Vigie is told as often as it takes."""
        call = self.going_on.get(sid)
        if call is None:
            return
        split = urlsplit(call["callback"])
        path = f"{split.path}?{split.query}"
        fields = [("CallSid", sid), ("CallStatus", status), ("SequenceNumber", "3")]
        headers = {
            "X-Twilio-Signature": signature(SECRET, self.base + path, fields),
            "Content-Type": "application/x-www-form-urlencoded",
        }
        for _ in range(40):
            try:
                if httpx.post(self.base + path, content=urlencode(fields), headers=headers).is_success:
                    break
            except httpx.HTTPError:
                pass
            time.sleep(0.5)
        self.going_on.pop(sid, None)


def _page(address: str) -> int:
    return int(dict(parse_qsl(urlsplit(address).query))["page"])


@contextmanager
def provider(ends_after: float | None = None) -> Iterator[tuple[Provider, str]]:
    """The provider on a port of loopback, and its address."""
    state = Provider(ends_after)

    class Door(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            given = dict(parse_qsl(self.rfile.read(int(self.headers["content-length"])).decode()))
            if self.path.endswith("/Calls.json"):
                self._answer(201, state.place(given))
            else:
                self._answer(201, state.write(given))

        def do_GET(self) -> None:
            what = "calls" if "/Calls" in self.path else "messages"
            found = list(state.going_on.values()) if what == "calls" else []
            self._answer(200, {what: found, "next_page_uri": None, "page": 0, "page_size": 50, "status": "ringing"})

        def _answer(self, status: int, body: dict[str, Any]) -> None:
            content = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: Any) -> None:
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield state, f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()


def roster(folder: Path, plan: list[dict[str, Any]], services: tuple[str, ...]) -> str:
    """Each service has one person, a second one two minutes later; returns the file's path."""
    people = [
        {"id": f"p{n}", "name": f"Personne {n}", "phone": f"+33639980{n:03}", "plan": plan}
        for n in range(len(services) + 1)
    ]
    last = {"after": 120, "targets": [f"person:p{len(services)}"]}
    policies = [
        {"id": code, "levels": [{"after": 0, "targets": [f"person:p{n}"]}, last]} for n, code in enumerate(services)
    ]
    file = {"people": people, "policies": policies, "services": {code: {"policy": code} for code in services}}
    path = folder / "oncall.yaml"
    path.write_text(yaml.safe_dump(file), encoding="utf-8")
    return str(path)


def account(
    folder: Path, address: str, plan: list[dict[str, Any]], services: tuple[str, ...] = ("astreinte", "voirie")
) -> dict[str, str]:
    """The settings of a Vigie whose account is the provider's."""
    return {
        "VIGIE_TWILIO_ACCOUNT_SID": SID,
        "VIGIE_TWILIO_AUTH_TOKEN": SECRET,
        "VIGIE_TWILIO_FROM_NUMBER": "+33939980000",
        "VIGIE_TWILIO_BASE_URL": address,
        "VIGIE_ONCALL_FILE": roster(folder, plan, services),
    }
