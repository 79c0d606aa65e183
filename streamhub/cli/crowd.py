"""Pretend delegates: each enters by its link like a browser, keeps its pages open, and comes back."""

import asyncio
import contextlib
import random
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode, urlsplit, urlunsplit

import aiohttp
import msgspec
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake
from websockets.typing import Subprotocol

from streamhub.live.close_codes import CloseCode
from streamhub.live.messages import SUBPROTOCOL

COOKIE = "__Host-streamhub"
HANDSHAKES = 500
"""At the same time: a backlog that overflows would measure the kernel's patience and not the service."""

PORTS = 20_000
"""Connections from one address of this machine; a port is 16 bits, and some are taken."""

RETURN_SECONDS = 2.0
_STOPS = frozenset(code.value for code in CloseCode if not code.comes_back)


class _Named(msgspec.Struct, frozen=True):
    id: str


class Heard(msgspec.Struct, frozen=True):
    """What a pretend page looks at in a message."""

    type: str
    source: _Named | None = None
    reason: str = ""


@dataclass(slots=True)
class Seen:
    """What the crowd lived through; times are seconds of the loop's clock."""

    begun: float = 0.0
    welcomed: dict[str, float] = field(default_factory=dict)
    slowest_welcome: float = 0.0
    waiting: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    returns: list[float] = field(default_factory=list)
    dropped: int = 0
    tabs: int = 0
    asked: int = 0
    answered: int = 0
    switches: list["Switch"] = field(default_factory=list)

    def hear_of(self, source: str, now: float) -> None:
        """A page hears that another source is on."""
        if not self.switches or self.switches[-1].source != source:
            self.switches.append(Switch(source, now))
        self.switches[-1].last = now
        self.switches[-1].pages += 1


@dataclass(slots=True)
class Switch:
    """Another source came on: when the first and the last page heard of it, and how many did."""

    source: str
    first: float
    last: float = 0.0
    pages: int = 0


@dataclass(frozen=True, slots=True)
class Person:
    """A pretend delegate: the code of its link, and its cookie once it is in."""

    participant: str
    code: str
    number: int


class Crowd:
    """Every pretend delegate and its pages."""

    def __init__(self, url: str, origin: str, session: str, http: aiohttp.ClientSession) -> None:
        parts = urlsplit(url)
        scheme = "wss" if parts.scheme == "https" else "ws"
        query = urlencode({"session": session})
        self.seen = Seen()
        self.pages: set[Page] = set()
        self.left = asyncio.Event()
        self.empty = asyncio.Event()
        self._enter = f"{url}/api/v1/enter"
        self._live = urlunsplit((scheme, parts.netloc, "/api/v1/live", query, ""))
        self._loopback = parts.hostname == "127.0.0.1"
        self._origin = origin
        self._http = http
        self._handshakes = asyncio.Semaphore(HANDSHAKES)
        self._opened = 0

    async def attend(self, person: Person, after: float, tab_after: float | None) -> None:
        """Arrive ``after`` seconds, with a second tab later where one is asked for; stay until all leave."""
        if await self.gone_within(after):
            return
        try:
            cookie = await self._cookie(person)
        except (aiohttp.ClientError, TimeoutError) as error:
            self.seen.refused[type(error).__name__] += 1
            return
        if cookie is None:
            return
        async with asyncio.TaskGroup() as pages:
            pages.create_task(Page(self, person, cookie).stay())
            if tab_after is not None:
                pages.create_task(self._tab(person, cookie, tab_after))

    @contextlib.asynccontextmanager
    async def connected(self, cookie: str) -> AsyncIterator[ClientConnection]:
        """A page's socket, as a browser opens it."""
        headers = {"Cookie": f"{COOKIE}={cookie}"}
        async with self._handshakes:
            socket = await connect(
                self._live,
                additional_headers=headers,
                origin=self._origin,  # type: ignore[arg-type] # a NewType of str
                subprotocols=[Subprotocol(SUBPROTOCOL)],
                compression=None,
                ping_interval=None,
                open_timeout=60,
                close_timeout=5,
                max_queue=None,
                **self._from(),
            )
        async with socket:
            yield socket

    def _from(self) -> dict[str, Any]:
        """A machine has some 28,000 ports to one address: past them another of its own addresses."""
        self._opened += 1
        if not self._loopback or self._opened <= PORTS:
            return {}
        return {"local_addr": (f"127.0.0.{1 + self._opened // PORTS}", 0)}

    async def _cookie(self, person: Person) -> str | None:
        async with self._http.post(self._enter, json={"code": person.code}) as answer:
            if answer.status == 204:  # noqa: PLR2004 - No Content
                return answer.cookies[COOKIE].value
            self.seen.refused[f"http {answer.status}"] += 1
            return None

    async def _tab(self, person: Person, cookie: str, after: float) -> None:
        if not await self.gone_within(after):
            self.seen.tabs += 1
            await Page(self, person, cookie).stay()

    async def gone_within(self, seconds: float) -> bool:
        """Wait so long; answers whether everybody leaves."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self.left.wait()
        return self.left.is_set()


class Page:
    """One open page of one pretend delegate; it comes back when its line is lost."""

    def __init__(self, crowd: Crowd, person: Person, cookie: str) -> None:
        self.person = person
        self.is_in = False
        self._crowd = crowd
        self._cookie = cookie
        self._socket: ClientConnection | None = None
        self._lost_at: float | None = None
        self._asked = False

    async def stay(self) -> None:
        """Until everybody leaves, or the service says that coming back is of no use."""
        self._crowd.pages.add(self)
        self._crowd.empty.clear()
        jitter = random.Random(self.person.number)  # noqa: S311 - no secret
        try:
            while await self._once():
                if await self._crowd.gone_within(jitter.uniform(0, RETURN_SECONDS)):
                    return
        finally:
            self._crowd.pages.discard(self)
            if not self._crowd.pages:
                self._crowd.empty.set()

    async def leave(self) -> None:
        """Say goodbye: the stay ends now, and nobody waits for the floor any more."""
        if self._asked:
            await self._say({"type": "floor.withdraw"})
        await self._say({"type": "bye"})

    async def ask(self) -> None:
        """Ask for the floor; it is taken back once it was heard."""
        self._asked = True
        self._crowd.seen.asked += 1
        await self._say({"type": "floor.request", "subject": "rehearsal"})

    def drop(self) -> None:
        """Lose the line without a word, as a telephone in a lift does."""
        if self._socket is not None:
            self._lost_at = _now()
            self._crowd.seen.dropped += 1
            self._socket.transport.abort()

    def cut(self) -> None:
        """Lose it for good: everybody left and nobody answers."""
        if self._socket is not None:
            self._socket.transport.abort()

    async def _once(self) -> bool:
        """One connection to its end; answers whether coming back is of any use."""
        if self._crowd.left.is_set():
            return False
        began, code = _now(), 0
        try:
            async with self._crowd.connected(self._cookie) as self._socket:
                try:
                    await self._listen(began)
                finally:
                    code = self._socket.close_code or 0
        except ConnectionClosed:
            pass
        except (OSError, InvalidHandshake, TimeoutError) as error:
            self._refuse(type(error).__name__)
        self._socket, self.is_in = None, False
        if code in _STOPS:
            self._refuse(str(code))
            return False
        if self._lost_at is None and self._welcomed:
            self._lost_at = _now()
        return True

    async def _listen(self, began: float) -> None:
        if self._socket is None:
            return
        async for text in self._socket:
            heard = msgspec.json.decode(text, type=Heard)
            if heard.type == "welcome":
                self.is_in = True
                self._welcome(_now(), began)
                await self._say({"type": "beat", "visible": True, "player": "closed"})
            elif heard.type == "waiting":
                self._crowd.seen.waiting[heard.reason] += 1
            elif heard.type == "source" and heard.source is not None:
                self._crowd.seen.hear_of(heard.source.id, _now())
            elif heard.type == "floor" and self._asked:
                self._asked = False
                self._crowd.seen.answered += 1
                await self._say({"type": "floor.withdraw"})
            if self._crowd.left.is_set():
                await self.leave()

    def _welcome(self, now: float, began: float) -> None:
        seen = self._crowd.seen
        if self._lost_at is not None:
            seen.returns.append(now - self._lost_at)
            self._lost_at = None
        elif not self._welcomed:
            seen.welcomed[self.person.participant] = now - seen.begun
            seen.slowest_welcome = max(seen.slowest_welcome, now - began)

    @property
    def _welcomed(self) -> bool:
        return self.person.participant in self._crowd.seen.welcomed

    def _refuse(self, what: str) -> None:
        if not self._crowd.left.is_set():
            self._crowd.seen.refused[what] += 1

    async def _say(self, message: dict[str, str | bool]) -> None:
        if self._socket is not None:
            with contextlib.suppress(ConnectionClosed):
                await self._socket.send(msgspec.json.encode(message).decode())


def _now() -> float:
    return asyncio.get_running_loop().time()
