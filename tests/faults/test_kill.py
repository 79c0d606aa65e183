"""``kill -9`` while people arrive: nobody who was told "you are counted" is lost, nobody is invented."""

import asyncio
import json
import os
import socket
import sqlite3
from contextlib import closing

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import WebSocketException

from tests.client import PROTOCOL, calling
from tests.process import invite, running, start, streamhub

PEOPLE = 200
TIMES = 20 if os.environ.get("STREAMHUB_LONG") else 3
GRACE = "2"


def free_port():
    with closing(socket.socket()) as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


@pytest.fixture
async def summit(tmp_path):
    """A loaded summit, the port it will be served on, and its live session."""
    port = free_port()
    data = tmp_path / "demo"
    server = await start("demo", "--port", str(port), "--data", str(data), "--json")
    async with calling(server.url) as api:
        sessions = (await api().get("/api/v1/sessions"))["items"]
    assert await server.stop() == 0
    return data, port, next(s["slug"] for s in sessions if s["state"] == "live")


def stays(data, slug):
    """Participant to the web stays in the session, from the file itself."""
    with closing(sqlite3.connect(data / "streamhub.db")) as db:
        rows = db.execute(
            "SELECT participant, since, until FROM stays WHERE session = ? AND channel = 'web'", (slug,)
        ).fetchall()
    found = {}
    for participant, since, until in rows:
        found.setdefault(participant, []).append((since, until))
    return found


async def arrive(address, person, welcomed, enough, reached):
    """One person's page; writes down the welcome as soon as it is read."""
    headers = {"Authorization": f"Bearer {person['token']}"}
    try:
        async with connect(address, additional_headers=headers, subprotocols=[PROTOCOL]) as page:
            async for text in page:
                if json.loads(text)["type"] == "welcome":
                    welcomed.add(person["participant"])
                    if len(welcomed) >= enough:
                        reached.set()
                        return
    except (OSError, WebSocketException):
        return


@pytest.mark.timeout(60 * TIMES)
async def test_whoever_was_welcomed_is_in_the_ledger_after_every_kill(summit):
    data, port, slug = summit
    people = await invite(data, "delegate", "--delegation", "BJ", "--count", str(PEOPLE))
    counted = set()
    for kill in range(TIMES):
        async with running(
            "serve", "--data", str(data), "--port", str(port), STREAMHUB_GRACE_SECONDS=GRACE,
            STREAMHUB_UNSTABLE_SECONDS="1",
        ) as server:  # fmt: skip
            welcomed = set()
            address = f"ws://127.0.0.1:{port}/api/v1/live?session={slug}"
            enough = 40 + 50 * kill % 120
            reached = asyncio.Event()
            async with asyncio.TaskGroup() as arriving:
                for person in people:
                    arriving.create_task(arrive(address, person, welcomed, enough, reached))
                await reached.wait()
                server.kill()
            await server.process.wait()
        counted |= welcomed

        assert len(welcomed) >= enough
        assert counted <= set(stays(data, slug))

    async with (
        running("serve", "--data", str(data), "--port", str(port)) as server,
        calling(server.url) as api,
    ):
        [moderator] = await invite(data, "moderator")
        presence = await api(moderator["token"]).get(f"/api/v1/sessions/{slug}/presence")
        assert presence["people"] == []
    left_open = [who for who, times in stays(data, slug).items() if any(until is None for _, until in times)]
    assert left_open == []
    assert "good      ledger:" in await streamhub("doctor", "--rebuild", "--data", str(data), check=False)


async def test_after_a_kill_a_stay_ends_when_the_server_was_last_known_to_live(summit):
    data, port, slug = summit
    [person] = await invite(data, "delegate", "--delegation", "BJ")
    async with (
        running("serve", "--data", str(data), "--port", str(port)) as server,
        calling(server.url) as api,
        api(person["token"]).socket(slug) as page,
    ):
        await page.next("welcome")
        await asyncio.sleep(2.5)
        server.kill()
        await server.process.wait()

    async with running("serve", "--data", str(data), "--port", str(port)):
        [(since, until)] = stays(data, slug)[person["participant"]]

    assert 1_000 <= until - since <= 3_500
