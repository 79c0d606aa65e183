"""A real server on port 0 whose handler does what every live handler does, and nothing more."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import msgspec
from aiohttp import web
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from streamhub.kit.clock import Clock
from streamhub.kit.errors import StreamhubError
from streamhub.kit.ids import ParticipantId, SessionSlug
from streamhub.live.connection import Connection, Inbound
from streamhub.live.frames import Frame, text_frame
from streamhub.live.hub import Hub, Listener, To
from streamhub.live.limits import Limits
from streamhub.live.messages import Hello, Notice, encode
from tests.support import FakeClock

ROOM = SessionSlug("atelier-1")
BOTH_WAYS = [True, False]
"""Frames written to the transport, and frames handed to the library."""


@dataclass
class LiveServer:
    hub: Hub
    clock: Clock
    limits: Limits
    url: str = ""
    heard: list[Inbound] = field(default_factory=list)
    ended: "asyncio.Queue[Connection]" = field(default_factory=asyncio.Queue)
    tasks: "set[asyncio.Task[None] | None]" = field(default_factory=set)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        self.tasks.add(asyncio.current_task())
        async with await Connection.accept(request, self.clock, self.limits) as connection:
            try:
                if await self.admit(connection, request):
                    async for message in connection.inbound():
                        self.heard.append(message)
            except StreamhubError as error:
                connection.refuse(error)
            finally:
                self.hub.discard(connection)
        self.ended.put_nowait(connection)
        return connection.response

    async def admit(self, connection: Connection, request: web.Request) -> bool:
        name = request.query.get("name")
        if name is None:
            hello = await connection.hello()
            if not isinstance(hello, Hello):
                return False
            name = str(hello.viewer)
        kind = To[request.query.get("kind", "INVITED")]
        self.hub.add(connection, Listener(session=ROOM, kind=kind, participant=ParticipantId(name)))
        connection.send(notice("in"))
        return True

    def connection(self, name: str) -> Connection:
        [found] = self.hub.connections(ParticipantId(name))
        return found

    @asynccontextmanager
    async def page(self, name: str | None = "ada", **options: object) -> AsyncIterator[ClientConnection]:
        """A page that is in the hub (with a name) or was just connected (without)."""
        query = "" if name is None else f"?name={name}&kind={options.pop('kind', 'INVITED')}"
        async with connect(
            self.url + query, subprotocols=["streamhub.v1.json"], max_size=None, ping_interval=None, **options
        ) as page:
            if name is not None:
                await page.recv()
            yield page


@asynccontextmanager
async def live_server(
    limits: Limits | None = None, *, clock: Clock | None = None, hub: Hub | None = None
) -> AsyncIterator[LiveServer]:
    server = LiveServer(Hub() if hub is None else hub, clock or FakeClock(), limits or Limits())
    app = web.Application()
    app.router.add_get("/live", server.handle)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    server.url = f"ws://{host}:{port}/live"
    try:
        yield server
    finally:
        await runner.cleanup()


def notice(text: str) -> Frame:
    return text_frame(encode(Notice(text=text, lang="fr")))


@dataclass
class Received:
    """Everything that a page was sent until the close."""

    messages: list[dict]
    code: int
    reason: str

    @property
    def texts(self) -> list[str]:
        return [m["text"] for m in self.messages if m["type"] == "notice"]

    @property
    def closing(self) -> dict:
        assert [m["type"] for m in self.messages].count("closing") == 1
        assert self.messages[-1]["type"] == "closing"
        return self.messages[-1]


async def all_that_comes(page: ClientConnection) -> Received:
    messages = []
    try:
        while True:
            messages.append(msgspec.json.decode(await page.recv()))
    except ConnectionClosed as closed:
        close = closed.rcvd
    assert close is not None, "the connection broke without a close frame"
    return Received(messages, close.code, close.reason)
