"""Failed tries per caller: a guesser has to wait, somebody with a good code never does."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from aiohttp import web

from streamhub.kit.clock import MINUTE, SECOND, Clock, Instant
from streamhub.kit.errors import CodeUnknown, RateLimited, TokenInvalid

CALLERS = 10_000  # remembered at once; the oldest are forgotten first


class FailureLimiter:
    """Counts failures per caller in windows of a minute. Addresses stay in memory only."""

    def __init__(self, per_minute: int, clock: Clock) -> None:
        self._per_minute = per_minute
        self._clock = clock
        self._failures: dict[str, tuple[Instant, int]] = {}

    def failed(self, caller: str) -> None:
        """Count one failure; raises RateLimited for those above the limit."""
        now = self._clock.now()
        since, count = self._failures.pop(caller, (now, 0))
        if now - since >= MINUTE:
            since, count = now, 0
        if len(self._failures) >= CALLERS:
            del self._failures[next(iter(self._failures))]
        self._failures[caller] = (since, count + 1)
        if count >= self._per_minute:
            wait = max(1, -(-(since + MINUTE - now) // SECOND))
            raise RateLimited("too many wrong codes or tokens; wait a little", retry_after=wait)


LIMITER: Final = web.AppKey("failure limiter", FailureLimiter)


@asynccontextmanager
async def counting_failures(request: web.Request) -> AsyncIterator[None]:
    """Count what is refused inside as unknown code or invalid token.

    The try comes first and the limit after it: a whole hotel behind one address is never
    kept out by one of its guests, and whoever guesses learns nothing from a 429.
    """
    try:
        yield
    except (CodeUnknown, TokenInvalid):
        count_failure(request)
        raise


def count_failure(request: web.Request) -> None:
    """Count one failure of this caller; raises RateLimited for those above the limit."""
    request.app[LIMITER].failed(request.remote or "")
