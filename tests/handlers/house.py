"""The whole application on a small summit, with real sockets and a real database file."""

import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from aiohttp import ClientResponse, ClientSession, ClientWebSocketResponse, web

from streamhub import composition
from streamhub.access.model import InvitationOrder
from streamhub.access.roles import Role
from streamhub.handlers.app import build_app
from streamhub.kit.folder import DataFolder
from streamhub.kit.ids import DelegationCode, ParticipantId, SessionSlug
from streamhub.kit.settings import Settings
from streamhub.programme.files import SummitFiles
from streamhub.programme.model import SessionState
from streamhub.relay.model import NewSource, Source
from streamhub.services import Services
from tests.programme.samples import loaded
from tests.support import FakeClock, empty_database
from tests.waiting import PATIENCE

OPEN, ROOM = SessionSlug("ouverture"), SessionSlug("atelier")
"""A public session and one for invited people; both are for later when the house opens."""

API = "/api/v1"
YOUTUBE = "https://youtu.be/dQw4w9WgXcQ"
ZOOM = "https://us02web.zoom.us/j/85512345678?pwd=QWxhZGRpbjpvcGVu.1"
BARE_ZOOM = "https://us02web.zoom.us/j/85512345678"
HLS = "https://stream.example.be/live/salle.m3u8"
SOUND = "https://radio.example.be/salle.m4a"
SETTINGS = Settings(
    peertube_hosts=("video.example.be",),
    hls_hosts=("stream.example.be",),
    stream_hosts=("radio.example.be",),
)


@dataclass(frozen=True, slots=True)
class Guest:
    """Somebody with a token."""

    participant: ParticipantId
    token: str
    seat: str

    @property
    def headers(self) -> dict[str, str]:
        """What a program sends."""
        return {"Authorization": f"Bearer {self.token}"}


@dataclass(slots=True)
class House:
    """A running server and somebody who asks it."""

    use: Services
    clock: FakeClock
    client: ClientSession
    url: str

    async def guest(
        self,
        role: Role = Role.DELEGATE,
        delegation: str = "BJ",
        sessions: tuple[SessionSlug, ...] | None = None,
    ) -> Guest:
        """Invite somebody; staff belong to no delegation."""
        outside = role in {Role.DELEGATE, Role.PRESS, Role.CORRESPONDENT, Role.OBSERVER}
        order = InvitationOrder(
            role=role, delegation=DelegationCode(delegation) if outside else None, sessions=sessions
        )
        [issued] = await self.use.access.issue(order, "test")
        return Guest(issued.invitation.participant, issued.token, issued.invitation.seat)

    async def begin(self, slug: SessionSlug = ROOM, state: SessionState = SessionState.LIVE) -> None:
        """Change a session by hand."""
        await self.use.programme.set_state(slug, state, "test")

    async def show(self, url: str, slug: SessionSlug = ROOM, **words: str) -> Source:
        """Add a source and switch to it."""
        return await self.use.relay.add(slug, NewSource(url=url, **words), None, activate=True)

    async def ask(
        self, method: str, path: str, guest: Guest | None = None, body: Any = None, **headers: str
    ) -> tuple[int, Any]:
        """Status and JSON of one call of the API."""
        async with self.raw(method, f"{API}{path}", guest, body, **headers) as answer:
            return answer.status, await answer.json(content_type=None) if answer.status != 204 else None

    @asynccontextmanager
    async def raw(
        self, method: str, path: str, guest: Guest | None = None, body: Any = None, **headers: str
    ) -> AsyncIterator[ClientResponse]:
        """One call of any address; a header is named with ``_`` for ``-``."""
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        given |= guest.headers if guest else {}
        async with self.client.request(method, path, json=body, headers=given) as answer:
            yield answer

    @asynccontextmanager
    async def page(self, guest: Guest, slug: SessionSlug = ROOM) -> AsyncIterator[ClientWebSocketResponse]:
        """An open page of somebody who was welcomed."""
        async with self.client.ws_connect(
            f"{API}/live?session={slug}", headers=guest.headers, protocols=("streamhub.v1.json",)
        ) as socket:
            await heard(socket, "welcome")
            yield socket


async def heard(socket: ClientWebSocketResponse, kind: str) -> Any:
    """The next message of a kind, whatever else is said before."""
    while True:
        message = await socket.receive_json(timeout=PATIENCE)
        if message["type"] == kind:
            return message


@asynccontextmanager
async def open_house(folder: Path, **settings: Any) -> AsyncIterator[House]:
    """The server on port 0, at noon, half an hour before the first doors open."""
    data = DataFolder(folder)
    data.create()
    data.database.write_bytes(empty_database())
    async with running(data, FakeClock(), loaded(), **settings) as house:
        yield house


@asynccontextmanager
async def running(
    data: DataFolder, clock: FakeClock, files: SummitFiles | None = None, port: int = 0, **settings: Any
) -> AsyncIterator[House]:
    """The server on a folder; started again, the same folder needs no files, and may want the same port."""
    sock = socket.create_server(("127.0.0.1", port))
    url = f"http://127.0.0.1:{sock.getsockname()[1]}"
    use = await composition.build(data, replace(SETTINGS, public_url=url, issuer=url, **settings), clock)
    if files is not None:
        await use.programme.load(files)
    await use.start()
    runner = web.AppRunner(build_app(use), access_log=None, handler_cancellation=False)
    await runner.setup()
    await web.SockSite(runner, sock).start()
    try:
        async with ClientSession(url) as client:
            yield House(use, clock, client, url)
    finally:
        await use.live.drain()
        await runner.cleanup()
        await use.close()
