"""Local times of the summit's zone and the instants that they mean."""

import re
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from streamhub.kit.clock import Instant, from_datetime, to_datetime

_TIME = re.compile(r"([01]?[0-9]|2[0-3]):([0-5][0-9])")
_DAY = re.compile(r"2[01][0-9]{2}-[0-9]{2}-[0-9]{2}")
_FULL_DAY = timedelta(days=1)


class NoSuchTime(ValueError):
    """A local time that the zone skips when summer time begins."""


@cache
def zone_of(name: str) -> ZoneInfo:
    """The zone of that name (IANA). Raises ValueError for a name that is none."""
    if name not in available_timezones():
        message = f"{name!r} is no time zone such as Europe/Paris"
        raise ValueError(message)
    return ZoneInfo(name)


def parse_day(text: str) -> date:
    """``2021-11-04``. Raises ValueError for anything else and for years outside 2000 … 2199."""
    if not _DAY.fullmatch(text):
        message = f"{text!r} is no day of the form 2021-11-04"
        raise ValueError(message)
    try:
        return date.fromisoformat(text)
    except ValueError:
        message = f"{text!r} is no day of the calendar"
        raise ValueError(message) from None


def parse_time(text: str) -> time:
    """``9:05`` or ``14:30``. Raises ValueError for anything else."""
    match = _TIME.fullmatch(text)
    if match is None:
        message = f"{text!r} is no time of the form 14:30"
        raise ValueError(message)
    return time(int(match[1]), int(match[2]))


def instant_of(day: date, at: time, zone: ZoneInfo) -> Instant:
    """The instant of a local time; of an ambiguous one (end of summer time) the earlier.

    Raises NoSuchTime for a time that the zone skips.
    """
    local = datetime.combine(day, at, zone)
    back = local.astimezone(UTC).astimezone(zone)
    if back.replace(tzinfo=None) != local.replace(tzinfo=None):
        message = f"{at:%H:%M} does not exist on {day} in {zone.key}: the clocks go forward"
        raise NoSuchTime(message)
    return from_datetime(local)


def end_day(day: date, start: time, end: time) -> date:
    """The day on which something that starts on ``day`` ends: an end at or before the start is the next."""
    return day if end > start else day + _FULL_DAY


def day_of(instant: Instant, zone: ZoneInfo) -> date:
    """The local day."""
    return to_datetime(instant).astimezone(zone).date()


def time_text(instant: Instant, zone: ZoneInfo) -> str:
    """The local time as ``14:30``."""
    return f"{to_datetime(instant).astimezone(zone):%H:%M}"
