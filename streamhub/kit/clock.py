"""Instants in whole milliseconds, and the one clock that may read the time.

An instant is an ``int``: milliseconds since 1970-01-01T00:00:00Z. Sums over a
million stays stay exact, and JSON and SQL carry the same number.
"""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Protocol, TypeAlias

Instant: TypeAlias = int
"""Whole milliseconds since the epoch, UTC."""

SECOND = 1_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


class Clock(Protocol):
    """Where the time comes from; tests pass their own."""

    def now(self) -> Instant:
        """Return the present instant."""
        ...


class SystemClock:
    """Wall time at start plus the monotonic clock: never jumps while running.

    ``wall`` and ``monotonic`` answer nanoseconds; a test moves them apart.
    """

    def __init__(
        self, wall: Callable[[], int] = time.time_ns, monotonic: Callable[[], int] = time.monotonic_ns
    ) -> None:
        self._wall = wall
        self._monotonic = monotonic
        self._wall_ns = wall()
        self._monotonic_ns = monotonic()

    def now(self) -> Instant:
        """Return the present instant, unmoved by changes of the wall clock."""
        elapsed = self._monotonic() - self._monotonic_ns
        return (self._wall_ns + elapsed) // 1_000_000

    def skew(self) -> int:
        """Milliseconds by which the wall clock has moved away since the start."""
        return self._wall() // 1_000_000 - self.now()


def to_datetime(instant: Instant) -> datetime:
    """The same instant as an aware datetime in UTC."""
    return _EPOCH + timedelta(milliseconds=instant)


def from_datetime(moment: datetime) -> Instant:
    """The instant of an aware datetime, floored to the millisecond."""
    return (moment - _EPOCH) // _MILLISECOND


def rfc3339(instant: Instant) -> str:
    """``2021-11-04T13:30:00.000Z``: the form of every time in JSON (RFC 3339)."""
    return to_datetime(instant).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def parse_rfc3339(text: str) -> Instant:
    """Read an RFC 3339 time with any offset.

    Raises ValueError when the text is no time or has no offset.
    """
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        message = f"time without offset: {text!r}"
        raise ValueError(message)
    return from_datetime(moment)
