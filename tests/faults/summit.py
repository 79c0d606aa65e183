"""A summit on the disk, served by the real program, and those who come to its live session."""

import json
import os
import shutil
import sqlite3
from contextlib import asynccontextmanager, closing, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from websockets.asyncio.client import connect
from websockets.exceptions import WebSocketException

from tests.client import PROTOCOL, calling
from tests.process import PROGRAM, running

PUBLIC = {"STREAMHUB_PUBLIC_URL": "http://127.0.0.1:9"}
"""Links name no port, so that they hold on whatever port the summit is served next."""

GRACE = 5
IMPATIENT = {
    "STREAMHUB_GRACE_SECONDS": str(GRACE),
    "STREAMHUB_UNSTABLE_SECONDS": "2",
    "STREAMHUB_HEARTBEAT_SECONDS": "1",
}
"""Whoever is silent is gone soon, but not so soon that a busy machine makes people silent."""


@dataclass(frozen=True, slots=True)
class Summit:
    """The data folder, the slug of the live session, invited people and an organiser."""

    data: object
    slug: str
    people: list
    organiser: dict

    def copy(self, folder):
        """The same in a data folder of its own."""
        shutil.copytree(self.data, folder / "data")
        return replace(self, data=folder / "data")

    @asynccontextmanager
    async def serve(self, *, program=PROGRAM, log=None, port="0", **environment):
        """The summit, served on a free port or that of before: the server, and a factory of callers."""
        arguments = ("serve", "--data", str(self.data), "--port", port)
        async with (
            running(*arguments, program=program, log=log, **(PUBLIC | environment)) as server,
            calling(server.url) as api,
        ):
            yield server, api

    def address(self, server):
        """Where the live session's sockets are."""
        return f"{server.url.replace('http', 'ws', 1)}/api/v1/live?session={self.slug}"

    async def present(self, api):
        """The participants that the organiser sees."""
        shown = await api(self.organiser["token"]).get(f"/api/v1/sessions/{self.slug}/presence")
        return {person["participant"] for person in shown["people"]}

    def stays(self, folder=None):
        """Participant to the web stays in the live session, from the file itself."""
        with closing(sqlite3.connect((folder or self.data) / "streamhub.db")) as db:
            rows = db.execute(
                "SELECT participant, since, until FROM stays WHERE session = ? AND channel = 'web'",
                (self.slug,),
            ).fetchall()
        found = {}
        for participant, since, until in rows:
            found.setdefault(participant, []).append((since, until))
        return found


def processor_seconds(server):
    """Processor time that the server has used."""
    fields = Path(f"/proc/{server.process.pid}/stat").read_text("ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@asynccontextmanager
async def page(address, person, **options):
    """One person's open socket."""
    headers = {"Authorization": f"Bearer {person['token']}"}
    usual = {"max_size": None, "open_timeout": 60}
    async with connect(
        address, additional_headers=headers, subprotocols=[PROTOCOL], **(usual | options)
    ) as socket:
        yield socket


async def heard(socket, kind):
    """The next message of this type."""
    async for text in socket:
        message = json.loads(text)
        if message["type"] == kind:
            return message
    raise AssertionError(f"closed with {socket.close_code} before a {kind}")


async def arrive(address, person, on_welcome):
    """Come, call ``on_welcome(participant)`` as soon as the welcome is read, and leave."""
    with suppress(OSError, WebSocketException, AssertionError):
        async with page(address, person) as socket:
            await heard(socket, "welcome")
            on_welcome(person["participant"])
