"""``kill -9`` while people arrive: nobody who was told "you are counted" is lost, nobody is invented."""

import asyncio
import os

import pytest

from tests.faults.summit import IMPATIENT, PUBLIC, arrive, heard, page
from tests.process import streamhub

TIMES = 20 if os.environ.get("STREAMHUB_LONG") else 3


async def killed_under_load(summit, enough):
    """Everybody comes at once, and the server is killed when ``enough`` are in; answers who was welcomed."""
    welcomed, reached = set(), asyncio.Event()

    def on_welcome(participant):
        welcomed.add(participant)
        if len(welcomed) >= enough:
            reached.set()

    async with summit.serve(**IMPATIENT) as (server, _), asyncio.TaskGroup() as arriving:
        for person in summit.people[:200]:
            arriving.create_task(arrive(summit.address(server), person, on_welcome))
        await asyncio.wait_for(reached.wait(), 120)
        server.kill()
        await server.process.wait()
    return welcomed


@pytest.mark.timeout(60 + 30 * TIMES)
async def test_whoever_was_welcomed_is_in_the_ledger_after_every_kill(summit):
    counted = set()
    for kill in range(TIMES):
        enough = 40 + 50 * kill % 120
        welcomed = await killed_under_load(summit, enough)
        counted |= welcomed

        assert len(welcomed) >= enough
        assert counted <= set(summit.stays())

    async with summit.serve() as (_, api):
        assert await summit.present(api) == set()
    assert all(until is not None for times in summit.stays().values() for _, until in times)
    told = await streamhub("doctor", "--rebuild", "--data", str(summit.data), check=False, **PUBLIC)
    assert "good      ledger:" in told


async def test_after_a_kill_a_stay_ends_when_the_server_was_last_known_to_live(summit):
    person = summit.people[0]
    async with summit.serve() as (server, _), page(summit.address(server), person) as socket:
        began = asyncio.get_running_loop().time()
        await heard(socket, "welcome")
        await asyncio.sleep(2.5)
        server.kill()
        await server.process.wait()
        there_ms = (asyncio.get_running_loop().time() - began) * 1_000

    async with summit.serve():
        [(since, until)] = summit.stays()[person["participant"]]

    assert 1_000 <= until - since <= there_ms + 1_000
