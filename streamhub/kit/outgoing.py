"""Requests to other services. Their answers are never trusted: bounded in time and size, typed when read."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeVar

import aiohttp
import msgspec
from yarl import URL

CONNECT_SECONDS = 5.0
TOTAL_SECONDS = 15.0
MAX_BYTES = 2_000_000

T = TypeVar("T")


class Unanswered(Exception):
    """Nothing that can be used came back: ``code`` is unreachable, slow, too_large or rubbish."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Reply:
    """What another service answered. ``headers`` are looked up in small letters."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)

    def read(self, form: type[T]) -> T:
        """The body as JSON of this form; what the form does not name is left out.

        Raises Unanswered (rubbish) for anything else.
        """
        try:
            return msgspec.json.decode(self.body, type=form)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            raise Unanswered("rubbish") from None


class Outgoing:
    """One pool of connections. No redirects, no cookies, no proxy of the environment."""

    def __init__(self, total_seconds: float = TOTAL_SECONDS) -> None:
        self._timeout = aiohttp.ClientTimeout(
            total=total_seconds, connect=min(CONNECT_SECONDS, total_seconds)
        )
        self._session: aiohttp.ClientSession | None = None

    async def get(self, url: str, headers: Mapping[str, str] | None = None) -> Reply:
        """GET an address that is already encoded. Raises Unanswered."""
        return await self.send("GET", url, None, headers)

    async def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Reply:
        """POST a body; ``headers`` name its type. Raises Unanswered."""
        return await self.send("POST", url, body, headers)

    async def close(self) -> None:
        """Let go of every connection."""
        if self._session is not None:
            await self._session.close()

    async def send(
        self, method: str, url: str, body: bytes | None, headers: Mapping[str, str] | None
    ) -> Reply:
        """Ask for an address that is already encoded, by any method. Raises Unanswered."""
        address = URL(url, encoded=True)  # a percent sign that was meant must arrive as it is
        try:
            async with self._opened().request(
                method, address, headers=headers, data=body, allow_redirects=False
            ) as answer:
                found = {name.lower(): value for name, value in answer.headers.items()}
                return Reply(answer.status, found, await _bounded(answer.content))
        except TimeoutError:
            raise Unanswered("slow") from None
        except (aiohttp.ClientError, OSError, ValueError):
            raise Unanswered("unreachable") from None

    def _opened(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                timeout=self._timeout, cookie_jar=aiohttp.DummyCookieJar(), trust_env=False
            )
        return self._session


async def _bounded(content: aiohttp.StreamReader) -> bytes:
    """The whole body, as long as it is not too large."""
    found = bytearray()
    async for chunk in content.iter_chunked(65_536):
        found += chunk
        if len(found) > MAX_BYTES:
            raise Unanswered("too_large")
    return bytes(found)
