"""The example summit, loaded once; each module's server runs on a copy of it."""

import shutil
import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest_asyncio
from aiohttp import ClientSession, DummyCookieJar, web
from websockets.asyncio.client import ClientConnection, connect

from streamhub import composition
from streamhub.access.model import InvitationOrder, IssuedInvitation
from streamhub.access.roles import NEEDS_DELEGATION, Role
from streamhub.cli.demo import load_example, main_session
from streamhub.handlers.app import build_app
from streamhub.handlers.request import COOKIE
from streamhub.kit.assets import example_folder
from streamhub.kit.clock import MINUTE
from streamhub.kit.folder import DataFolder
from streamhub.kit.ids import SessionSlug
from streamhub.kit.settings import Settings
from streamhub.programme.files import SummitFiles
from streamhub.programme.loaders import read_folder
from streamhub.programme.model import SessionAccess, SessionState
from streamhub.programme.rebase import moved_to
from streamhub.server import prepare
from tests.handlers.house import API, Guest, House
from tests.support import FakeClock

LIVE = SessionSlug("souverainete-cybersecurite")
"""Public, and live."""

ROOM = SessionSlug("table-ronde-ministerielle")
"""For invited people, and live too."""

LATER = SessionSlug("ouverture-officielle")
"""Public; its doors are not open yet."""

ENDED = SessionSlug("strategies-transformation")
"""Public, and over."""


@dataclass(slots=True)
class Example(House):
    """The running example."""

    async def invite(self, role: Role = Role.DELEGATE, **order: Any) -> IssuedInvitation:
        """An invitation with its link, for a delegate of Benin unless said otherwise."""
        given = ({"delegation": "BJ"} if role in NEEDS_DELEGATION else {}) | order
        [issued] = await self.use.access.issue(InvitationOrder(role=role, **given), "test")
        return issued

    async def cookie(self, guest: Guest | IssuedInvitation) -> dict[str, str]:
        """The header that a browser sends after entering."""
        async with self.client.post(f"{API}/enter", json={"token": guest.token}) as answer:
            assert answer.status == 204
            return {"Cookie": f"{COOKIE}={answer.cookies[COOKIE].value}"}

    async def status(self, method: str, path: str, **options: Any) -> tuple[int, Any]:
        """Status and code of one call; the code is None for what is no problem document."""
        async with self.client.request(method, path, allow_redirects=False, **options) as answer:
            said = await answer.json(content_type=None) if "problem" in answer.content_type else {}
            return answer.status, said.get("code")

    @asynccontextmanager
    async def socket(
        self, slug: str = LIVE, headers: Mapping[str, str] | None = None, **options: Any
    ) -> AsyncIterator[ClientConnection]:
        """A live socket of the websockets library; without headers it has not said who it is."""
        address = f"{self.url.replace('http', 'ws', 1)}{API}/live?session={slug}"
        async with connect(
            address, subprotocols=["streamhub.v1.json"], additional_headers=headers, **options
        ) as page:
            yield page


@asynccontextmanager
async def open_example(folder: Path, **settings: Any) -> AsyncIterator[Example]:
    """The server on port 0; its public address is that of the port unless another is given."""
    sock = socket.create_server(("127.0.0.1", 0))
    url = f"http://127.0.0.1:{sock.getsockname()[1]}"
    given = {"public_url": url, "issuer": url} | settings
    clock = FakeClock()
    use = await composition.build(DataFolder(folder), replace(Settings(), **given), clock)
    await use.start()
    runner = web.AppRunner(build_app(use), access_log=None, handler_cancellation=False)
    await runner.setup()
    await web.SockSite(runner, sock).start()
    try:
        async with ClientSession(url, cookie_jar=DummyCookieJar()) as client:
            yield Example(use, clock, client, url)
    finally:
        await use.live.drain()
        await runner.cleanup()
        await use.close()


@pytest_asyncio.fixture(scope="session")
async def example(tmp_path_factory) -> Path:
    """A data folder with the example, one session of it for invited people only."""
    folder = DataFolder(tmp_path_factory.mktemp("example") / "data")
    prepare(folder)
    clock = FakeClock()
    use = await composition.build(folder, Settings(public_url="http://127.0.0.1:1"), clock)
    try:
        files = read_folder(example_folder(), use.relay.check_link)
        main = main_session(files)
        ahead = (main.ends_at - main.starts_at) // MINUTE - 40
        await load_example(use, with_a_closed_room(moved_to(files, clock.now(), main.slug, ahead)))
        await use.programme.set_state(ROOM, SessionState.LIVE, "test")
    finally:
        await use.close()
    return folder.path


def with_a_closed_room(files: SummitFiles) -> SummitFiles:
    """The example's sessions are all public: one is not, here."""
    sessions = [
        replace(s, access=SessionAccess.INVITED) if s.slug == ROOM else s for s in files.sessions or ()
    ]
    return replace(files, sessions=tuple(sessions))


@pytest_asyncio.fixture(scope="module")
async def house(example, tmp_path_factory) -> AsyncIterator[Example]:
    """A running server on a copy of the example."""
    folder = tmp_path_factory.mktemp("house") / "data"
    shutil.copytree(example, folder)
    async with open_example(folder) as running:
        yield running


@pytest_asyncio.fixture(scope="module")
async def guests(house) -> dict[Role, Guest]:
    """One invited person of each role."""
    return {role: await house.guest(role) for role in Role}
