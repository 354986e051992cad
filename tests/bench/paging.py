"""People on duty are called by a provider on loopback: alone, behind a long queue, all at once, and among killings."""

from __future__ import annotations

import json
import random
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count as counting
from pathlib import Path
from typing import Any, LiteralString
from urllib.parse import parse_qsl, urlencode, urlsplit

import httpx
import yaml

from tests.bench.client import Client
from tests.bench.figures import Figure, percentile, worst
from tests.bench.probe import Probe
from tests.bench.rig import Rig, until
from tests.bench.vigie import Vigie, running
from tests.bench.words import reports
from tests.standins.twilio.signing import signature

NAME = "paging"
SID, SECRET = "AC" + "0" * 32, "token-of-no-value"
PLAN = [{"after": 0, "by": "voice"}, {"after": 20, "by": "sms"}]
DUE: LiteralString = "SELECT id, extract(epoch FROM due_at) FROM page WHERE id = ANY(%s)"
LOST: LiteralString = """
    SELECT count(*) FROM page WHERE attempts = 0 AND joined_id IS NULL AND state <> 'cancelled'
    AND due_at < now() - interval '15 seconds'
"""
UNHANDLED: LiteralString = "SELECT %s - count(*) FROM report WHERE incident_id IS NOT NULL"
UNPAGED: LiteralString = """
    SELECT count(*) FROM incident WHERE severity = 'critique'
    AND NOT EXISTS (SELECT FROM page WHERE incident_id = incident.id AND sent_at IS NOT NULL)
"""
ROUTINE: LiteralString = """
    WITH told AS (
        INSERT INTO citizen_message (report_id, at, text, ref, state, attempts)
        SELECT (SELECT min(id) FROM report WHERE contact IS NOT NULL), now(), 'essai ' || n, 'bench-' || n, 'pending', 0
        FROM generate_series(1, %s) AS n RETURNING id)
    INSERT INTO timer (verb, subject_id, due_at, next_at, priority, attempts)
    SELECT 'tell', id, now(), now(), 10, 0 FROM told
"""
WAITING: LiteralString = "SELECT count(*) FROM citizen_message WHERE state = 'pending'"
ESCALATIONS: LiteralString = """
    WITH made AS (
        INSERT INTO incident (reference, state, severity, lead, opened_at, excerpt, reports, decision, confidence,
            candidates, weighed, version, policy_service, escalation_started_at, level, round)
        SELECT 'IN-B' || n, 'open', 'urgent', 'voirie', now(), 'banc', 1, 'route', 1, '[]', '[]', 1, 'voirie',
            now() + interval '5 seconds', 0, 1
        FROM generate_series(1, %s) AS n RETURNING id)
    INSERT INTO timer (verb, subject_id, due_at, next_at, priority, attempts)
    SELECT 'escalate', id, now() + interval '5 seconds', now() + interval '5 seconds', 80, 0 FROM made
"""
UNEVALUATED: LiteralString = "SELECT count(*) FROM incident WHERE reference LIKE 'IN-B%%' AND level = 0 AND round = 1"


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
        page = int(dict(parse_qsl(urlsplit(given["Url"]).query))["page"])
        self.calls.append((at, page, sid))
        shown = {"sid": sid, "to": given["To"], "from": given["From"], "status": "ringing"}
        self.going_on[sid] = {**shown, "callback": given["StatusCallback"]}
        if self.ends_after is not None:
            threading.Timer(self.ends_after, self.end, (sid,)).start()
        return shown

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
                sid = f"SM{next(state.numbers):032x}"
                self._answer(201, {"sid": sid, "status": "queued", "body": given.get("Body", "")})

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


def roster(folder: Path, plan: list[dict[str, Any]]) -> str:
    """Two people on duty for everything; returns the file's path."""
    people = [{"id": f"p{n}", "name": f"Personne {n}", "phone": f"+3363998002{n}", "plan": plan} for n in (1, 2)]
    levels = [{"after": 0, "targets": ["person:p1"]}, {"after": 120, "targets": ["person:p2"]}]
    both = {"astreinte": {"policy": "tout"}, "voirie": {"policy": "tout"}}
    path = folder / "oncall.yaml"
    file = {"people": people, "policies": [{"id": "tout", "levels": levels}], "services": both}
    path.write_text(yaml.safe_dump(file), encoding="utf-8")
    return str(path)


@contextmanager
def _running(rig: Rig, picture: str, address: str, plan: list[dict[str, Any]]) -> Iterator[Vigie]:
    """A Vigie whose account is the provider's."""
    settings = {
        "VIGIE_TWILIO_ACCOUNT_SID": SID,
        "VIGIE_TWILIO_AUTH_TOKEN": SECRET,
        "VIGIE_TWILIO_FROM_NUMBER": "+33939980000",
        "VIGIE_TWILIO_BASE_URL": address,
        "VIGIE_ONCALL_FILE": roster(rig.folder, plan),
    }
    with running(rig, f"{NAME}-{picture}", settings=settings) as vigie:
        yield vigie


def run(rig: Rig) -> list[Figure]:
    """Four pictures of one machine."""
    return [*_calls(rig), *_escalations(rig), *_killed(rig)]


def _calls(rig: Rig) -> list[Figure]:
    alone, queued = rig.size(60, 10), rig.size(5000, 300)
    with provider() as (state, address), _running(rig, "calls", address, PLAN) as vigie:
        state.base = vigie.base_url
        bodies = reports(alone + 2, seed=71, first_place=0, critical_every=1)
        with closing(Probe(vigie.database_url())) as probe, Client(vigie.base_url) as client:
            with rig.steps(f"{NAME}: calls", alone) as step:
                late = []
                for body in bodies[: alone + 1]:
                    late.append(_one(probe, client, state, body))
                    step()
            client.post({"text": "un tag rue des Essais", "channel": "sms", "contact": "+33639980055"})
            probe.wait_idle(within=60)
            probe.connection.execute(ROUTINE, [queued])
            until(lambda: probe.number(WAITING) < queued - 5, 60, "the routine messages leave")
            begun = time.time()
            behind = _one(probe, client, state, bodies[-1])
            whole = state.calls[-1][0] - begun
            left = probe.number(WAITING)
    return [
        Figure(NAME, "commit → provider request, alone, p50", percentile(late[1:], 0.5), "s", 0.3),
        Figure(NAME, "commit → provider request, alone, p99", percentile(late[1:], 0.99), "s", 1),
        Figure(NAME, f"report → critical call behind {left:.0f} routine messages", whole, "s", 3),
        Figure(NAME, "of which commit → provider request", behind, "s"),
    ]


def _one(probe: Probe, client: Client, state: Provider, body: dict[str, Any]) -> float:
    """One critical report; seconds from its page's commit until the provider was asked."""
    before = len(state.calls)
    client.post(body)
    until(lambda: len(state.calls) > before, 60, "a call")
    at, page, sid = state.calls[-1]
    due = float(probe.rows(DUE, [page])[0][1])
    state.end(sid, "completed")
    reference = str(probe.rows("SELECT reference FROM incident ORDER BY id DESC LIMIT 1")[0][0])
    client.http.post(f"/api/v1/incidents/{reference}/resolve", json={"by": "le banc"})
    return at - due


def _escalations(rig: Rig) -> list[Figure]:
    many = rig.size(6000, 300)
    with provider() as (state, address), _running(rig, "due", address, []) as vigie:
        state.base = vigie.base_url
        with closing(Probe(vigie.database_url())) as probe:
            probe.connection.execute(ESCALATIONS, [many])
            time.sleep(5)
            begun = time.perf_counter()
            rig.say(f"{NAME}: {many} escalations due at once")
            until(lambda: not probe.number(UNEVALUATED), 600, "every escalation evaluated", every=0.1)
            seconds = time.perf_counter() - begun
    return [Figure(NAME, f"{many} escalations due in one second → all evaluated", seconds, "s", 10)]


def _killed(rig: Rig) -> list[Figure]:
    kills, count = rig.size(30, 5), rig.size(90, 20)
    drawn = random.Random(83)
    with provider(ends_after=0.5) as (state, address), _running(rig, "killed", address, PLAN) as vigie:
        state.base = vigie.base_url
        with closing(Probe(vigie.database_url())) as probe, Client(vigie.base_url) as client:
            bodies = reports(count, seed=89, first_place=0, critical_every=1)
            with rig.steps(f"{NAME}: kills", kills) as step:
                for number in range(kills):
                    for body in bodies[number * count // kills : (number + 1) * count // kills]:
                        client.post_until_kept(body, f"{NAME}-{number}-{body['location']['address']}")
                    time.sleep(drawn.random() * 1.5)  # the moment is random, not a condition
                    _kill(vigie, drawn)
                    step()
            until(lambda: not probe.number(UNHANDLED, count), 180, "every report handled", every=0.5)
            until(lambda: not probe.number(UNPAGED) and not probe.number(LOST), 180, "every page attempted", every=0.5)
            lost, unpaged = probe.number(LOST), probe.number(UNPAGED)
    twice = Counter(page for _, page, _ in state.calls)
    return [
        Figure(NAME, f"critical incidents nobody was called for ({kills} × kill -9)", unpaged, "", 0),
        Figure(NAME, "pages never attempted", lost, "", 0),
        Figure(NAME, "calls of one page at most", worst(list(map(float, twice.values()))), "", 2),
        Figure(NAME, f"pages called more than once (of {len(twice)})", sum(n > 1 for n in twice.values()), ""),
    ]


def _kill(vigie: Vigie, drawn: random.Random) -> None:
    whom = drawn.choice(("the worker", "the worker", "both"))
    vigie.kill(parent=whom == "both", worker=True)
    if whom == "both":
        vigie.start()
        vigie.wait_for("/healthz")
