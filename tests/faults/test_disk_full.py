"""The disk is full: nothing is acknowledged that is not stored, the rest goes on, and it mends itself."""

import asyncio
import os
import resource
import shutil
import subprocess
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path

import aiohttp
import pytest

from tests.faults.summit import heard, page
from tests.waiting import PATIENCE, eventually

INSIDE = 12
SMALL = "12m"
SYS_ADMIN = 21  # the number of the right to mount


@contextmanager
def limited(_summit, server):
    """No file may grow: what the kernel does to a process at its limit. Needs no rights."""
    before = resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (4_096, before[1]))
    yield
    resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, before)


@contextmanager
def filled(summit, _server):
    """A small disk without a byte left."""
    filler = summit.data / "filler"
    with filler.open("wb", buffering=0) as output:
        while shutil.disk_usage(summit.data).free:
            output.write(bytes(4_096))
    yield
    filler.unlink()


@asynccontextmanager
async def a_limit(_summit):
    """The summit where it is."""
    yield limited


@asynccontextmanager
async def a_small_disk(summit):
    """The summit on a disk of its own."""
    data, kept = summit.data, summit.data.with_name("kept")
    shutil.copytree(data, kept)
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={SMALL}", "none", data], check=True)
    try:
        shutil.copytree(kept, data, dirs_exist_ok=True)
        yield filled
    finally:
        subprocess.run(["umount", "-l", data], check=True)


def may_mount():
    """Whether this process may (CAP_SYS_ADMIN): in a container usually not."""
    status = Path("/proc/self/status").read_text("utf-8")
    allowed = next(line.split()[1] for line in status.splitlines() if line.startswith("CapEff:"))
    return bool(int(allowed, 16) >> SYS_ADMIN & 1)


@pytest.fixture
def nowhere():
    """A log that never fills a disk."""
    with Path(os.devnull).open("wb") as file:
        yield file


@pytest.mark.parametrize("disk", [a_limit, *([a_small_disk] if may_mount() else [])])
async def test_with_a_full_disk_nobody_is_lost_and_nobody_is_invented(summit, disk, nowhere):
    inside, leaver, late = summit.people[:INSIDE], summit.people[INSIDE], summit.people[INSIDE + 1]
    async with disk(summit) as full, summit.serve(log=nowhere) as (server, api):
        address, stay = summit.address(server), asyncio.Event()
        async with asyncio.TaskGroup() as seated, asyncio.timeout(3 * PATIENCE):
            for person in inside:
                seated.create_task(sit(address, person, stay))
            async with page(address, leaver) as leaving:
                await heard(leaving, "welcome")
                await eventually(lambda: so_many(summit, api, INSIDE + 1))
                with full(summit, server):
                    await newcomer_refused(address, late)
                    await order_refused(server, summit)
                    await leaving.send('{"type": "bye"}')
                    await eventually(lambda: so_many(summit, api, INSIDE))
                    assert late["participant"] not in summit.stays()
            await eventually(lambda: let_in(address, late))
            await eventually(lambda: written_down(summit, leaver))
            stay.set()
        assert await server.stop() == 0

        stays = summit.stays()
        assert set(stays) == {p["participant"] for p in (*inside, leaver, late)}
        assert all(until is not None for times in stays.values() for _, until in times)


async def sit(address, person, stay):
    """Come, and be still there when ``stay`` is set."""
    async with page(address, person) as socket:
        await heard(socket, "welcome")
        await stay.wait()
        assert socket.close_code is None


async def so_many(summit, api, number):
    return len(await summit.present(api)) == number


async def newcomer_refused(address, person):
    """A page hears that nothing was stored, and when to come back."""
    async with page(address, person) as socket:
        closing = await heard(socket, "closing")
        await socket.wait_closed()
    assert (socket.close_code, closing["reason"]) == (4005, "storage_unavailable")
    assert closing["retry_after_ms"] > 0


async def order_refused(server, summit):
    """An order over HTTP hears it too."""
    headers = {"Authorization": f"Bearer {summit.organiser['token']}"}
    order = {"role": "delegate", "delegation": "BJ"}
    async with (
        aiohttp.ClientSession(headers=headers) as http,
        http.post(f"{server.url}/api/v1/invitations", json=order) as answer,
    ):
        problem = await answer.json(content_type="application/problem+json")
    assert (answer.status, problem["code"]) == (503, "storage_unavailable"), problem
    assert int(answer.headers["Retry-After"]) > 0


async def let_in(address, person):
    """Whether the page is welcomed."""
    async with page(address, person) as socket:
        with suppress(AssertionError):
            return await heard(socket, "welcome")


async def written_down(summit, person):
    """Whether the ledger knows that the person left."""
    return all(until is not None for _, until in summit.stays()[person["participant"]])
