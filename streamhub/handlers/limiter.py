"""How often somebody may try and connect: counted by link or token first, by address last.

Whoever has a good link never waits behind somebody else: a whole hotel may share one
address. Nothing here is written anywhere; addresses and links are kept as hashes under a
key of this process.
"""

from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Final

from aiohttp import web

from streamhub.access.model import Grant
from streamhub.handlers.callers import Callers
from streamhub.kit.clock import MINUTE, SECOND, Clock, Instant
from streamhub.kit.errors import CodeUnknown, RateLimited, TokenInvalid
from streamhub.kit.ids import InvitationId
from streamhub.kit.settings import Settings
from streamhub.live.errors import TooManyConnections
from streamhub.live.limits import Rate

REMEMBERED = 10_000  # keys of one kind at once; the oldest are forgotten first


class Windows:
    """Counts per key in windows of a minute, each from its first count."""

    def __init__(self, per_minute: int, clock: Clock) -> None:
        self._per_minute = per_minute
        self._clock = clock
        self._counted: dict[bytes, tuple[Instant, int]] = {}

    def count(self, key: bytes, words: str) -> None:
        """Count one; raises RateLimited for those above the limit, until the window is over."""
        now = self._clock.now()
        since, count = self._counted.pop(key, (now, 0))
        if now - since >= MINUTE:
            since, count = now, 0
        if len(self._counted) >= REMEMBERED:
            del self._counted[next(iter(self._counted))]
        self._counted[key] = (since, count + 1)
        if count >= self._per_minute:
            raise RateLimited(words, retry_after=max(1, -(-(since + MINUTE - now) // SECOND)))


class Rates:
    """At most so many per key at once, and as many in every second."""

    def __init__(self, per_second: int, clock: Clock) -> None:
        self._per_second = per_second
        self._clock = clock
        self._rates: dict[bytes, Rate] = {}

    def allow(self, key: bytes) -> bool:
        """Count one; False when it is one too many."""
        now = self._clock.now()
        rate = self._rates.pop(key, None) or Rate(self._per_second, now)
        if len(self._rates) >= REMEMBERED:
            del self._rates[next(iter(self._rates))]
        self._rates[key] = rate
        return rate.allow(now)

    def give_back(self, key: bytes) -> None:
        """Take back one that should not have counted."""
        if key in self._rates:
            self._rates[key].give_back()


class Limiter:
    """The limits of one process on entering, verifying and connecting."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self._callers = Callers(settings.trusted_proxies)
        self._tries = Windows(settings.link_per_minute, clock)
        self._failures = Windows(settings.verify_per_minute, clock)
        self._requests = Windows(settings.access_requests_per_minute, clock)
        self._strangers = Rates(settings.sockets_per_address_second, clock)
        self._sockets = Rates(settings.sockets_per_token_second, clock)
        self._most_open = settings.connections_per_token
        self._open: Counter[InvitationId] = Counter()

    def tried(self, credential: str) -> None:
        """One try with this link or token, good or wrong; raises RateLimited."""
        key = self._callers.hashed(credential.strip().encode(errors="replace"))
        self._tries.count(key, "this link was tried too often; wait a little")

    def failed(self, request: web.Request) -> None:
        """What was tried opens nothing; raises RateLimited for an address with many of these.

        The try comes first and this limit after it: nobody with a good link is kept out by
        others at the same address, and whoever guesses learns nothing from a 429.
        """
        caller = self._callers.caller(request)
        self._failures.count(caller, "too many wrong codes or tokens; wait a little")

    def asked(self, request: web.Request) -> None:
        """A request for access, or its document; raises RateLimited for an address with many."""
        caller = self._callers.caller(request)
        self._requests.count(caller, "too many requests from one address; wait a little")

    def coming(self, request: web.Request) -> None:
        """A socket of somebody who has shown nothing yet; raises RateLimited for an address with many."""
        if not self._callers.is_here(request) and not self._strangers.allow(self._callers.caller(request)):
            raise RateLimited("too many new connections from one address", retry_after=1)

    def proved(self, request: web.Request) -> None:
        """The socket showed a good token: it counts for that and not for its address."""
        self._strangers.give_back(self._callers.caller(request))

    def hold(self, grant: Grant | None) -> Callable[[], None]:
        """Count a connection of this invitation until the answer is called; viewers are not counted.

        Raises TooManyConnections.
        """
        if grant is None:
            return _nothing
        invitation, released = grant.invitation, False
        if self._open[invitation] >= self._most_open or not self._sockets.allow(invitation.encode()):
            raise TooManyConnections("this link has as many connections as it may")
        self._open[invitation] += 1

        def release() -> None:
            nonlocal released
            if not released:
                released = True
                self._open[invitation] -= 1
                if not self._open[invitation]:
                    del self._open[invitation]

        return release

    @contextmanager
    def holding(self, grant: Grant | None) -> Iterator[None]:
        """Count a connection of this invitation while it lasts; raises TooManyConnections."""
        release = self.hold(grant)
        try:
            yield
        finally:
            release()


LIMITER: Final = web.AppKey("limiter", Limiter)


@asynccontextmanager
async def counting_tries(request: web.Request, credential: str) -> AsyncIterator[None]:
    """Count a try with a link or token, and for its address what was refused as unknown or invalid.

    Raises RateLimited.
    """
    limiter = request.app[LIMITER]
    limiter.tried(credential)
    try:
        yield
    except (CodeUnknown, TokenInvalid):
        limiter.failed(request)
        raise


def count_failure(request: web.Request, credential: str) -> None:
    """Count a link or token that was judged and opens nothing; raises RateLimited."""
    limiter = request.app[LIMITER]
    limiter.tried(credential)
    limiter.failed(request)


def _nothing() -> None:
    """Release what was never held."""
