"""What the clocks of a place show, and when: the one place that knows of daylight-saving changes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

SECOND = timedelta(seconds=1)


def zone_named(name: str) -> ZoneInfo:
    """The time zone of that name. Raises ValueError for a name that the system's tables do not hold."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(f"unknown time zone '{name}', e.g. Europe/Paris") from error


def shown(at: datetime, zone: ZoneInfo) -> datetime:
    """What the clocks show at an instant, as a naive datetime."""
    return at.astimezone(zone).replace(tzinfo=None, fold=0)


def instant(local: datetime, zone: ZoneInfo) -> datetime:
    """The first instant (UTC) at which the clocks show ``local``; when they skip it, the instant at which they do.

    In the hour that is shown twice, what happened the first time is not undone the second time.
    """
    after = local.replace(tzinfo=zone, fold=0).astimezone(UTC)
    if shown(after, zone) == local:
        return after
    return _jump(local.replace(tzinfo=zone, fold=1).astimezone(UTC), after, zone)


def _jump(before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    """The second between two instants at which the clocks go forward."""
    new = after.astimezone(zone).utcoffset()
    while after - before > SECOND:
        middle = (before + (after - before) / 2).replace(microsecond=0)
        if middle.astimezone(zone).utcoffset() == new:
            after = middle
        else:
            before = middle
    return after
