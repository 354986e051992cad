"""Citizens: real HTTP requests on loopback, sent once or until they are kept."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

import httpx

from tests.bench.rig import TooLate
from tests.bench.vigie import TOKEN

AGAIN_AFTER = 0.25  # a client's pause after a refusal
CITIZENS = 64


@dataclass(frozen=True, slots=True)
class Receipt:
    """What came of one report. ``sent_at`` is the machine's time, ``seconds`` how long until it was answered."""

    reference: str
    sent_at: float
    seconds: float
    tries: int = 1


class Refused(Exception):
    """An answer that is not a success."""


class Client:
    """Posts reports to one Vigie; safe to use from several threads."""

    def __init__(self, base_url: str, *, timeout: float = 30.0) -> None:
        limits = httpx.Limits(max_connections=CITIZENS, max_keepalive_connections=CITIZENS)
        headers = {"Authorization": f"Bearer {TOKEN}"}
        self.http = httpx.Client(base_url=base_url, headers=headers, limits=limits, timeout=timeout)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.http.close()

    def post(self, report: dict[str, Any], key: str | None = None) -> Receipt:
        """Send one report. Raises Refused, or httpx.TransportError when nobody answers."""
        sent_at, begun = time.time(), time.perf_counter()
        answer = self.http.post("/api/v1/reports", json=report, headers={"Idempotency-Key": key} if key else {})
        if not answer.is_success:
            raise Refused(f"{answer.status_code}: {answer.text[:200]}")
        return Receipt(answer.json()["reference"], sent_at, time.perf_counter() - begun)

    def post_until_kept(self, report: dict[str, Any], key: str, *, patience: float = 120.0) -> Receipt:
        """Send one report with an Idempotency-Key again and again until it is a success."""
        sent_at, begun, tries = time.time(), time.perf_counter(), 0
        while time.perf_counter() - begun < patience:
            tries += 1
            try:
                kept = self.post(report, key)
            except (httpx.TransportError, Refused) as error:
                if isinstance(error, Refused) and not str(error).startswith("5"):
                    raise
                time.sleep(AGAIN_AFTER)
            else:
                return Receipt(kept.reference, sent_at, time.perf_counter() - begun, tries)
        raise TooLate(f"a report was not kept within {patience:.0f} s ({tries} tries)")


def spread(
    reports: Sequence[dict[str, Any]],
    seconds: float,
    send: Callable[[int, dict[str, Any]], Receipt],
    done: Callable[[], None],
) -> list[Receipt | Exception]:
    """Send every report at its moment, evenly over ``seconds``, each as a citizen of its own."""
    with ThreadPoolExecutor(CITIZENS) as citizens:
        begun = time.perf_counter()
        sending: list[Future[Receipt]] = []
        for index, report in enumerate(reports):
            time.sleep(max(0.0, begun + index * seconds / len(reports) - time.perf_counter()))
            sending.append(citizens.submit(send, index, report))
            sending[-1].add_done_callback(lambda _: done())
        return [_outcome(one) for one in sending]


def _outcome(sending: Future[Receipt]) -> Receipt | Exception:
    try:
        return sending.result()
    except (httpx.HTTPError, Refused, TooLate) as error:
        return error
