"""The process stands still (SIGSTOP; a paused virtual machine does the same): nobody is expelled for that."""

import asyncio
import signal
from contextlib import AsyncExitStack

import pytest

from tests.faults.summit import GRACE, IMPATIENT, heard, page

INSIDE = 10


async def stands_still(summit, seconds):
    """Ten people are inside; nothing moves for a while; all of them are still there."""
    async with summit.serve(**IMPATIENT) as (server, api), AsyncExitStack() as pages:
        address = summit.address(server)
        sockets = [await pages.enter_async_context(page(address, p)) for p in summit.people[:INSIDE]]
        for socket in sockets:
            await heard(socket, "welcome")
        server.process.send_signal(signal.SIGSTOP)
        await asyncio.sleep(seconds)
        server.process.send_signal(signal.SIGCONT)
        await asyncio.sleep(2)  # two of the server's looks at who is silent
        assert all(socket.close_code is None for socket in sockets)
        present = await summit.present(api)
        assert await server.stop() == 0
    times = [stay for stays in summit.stays().values() for stay in stays]
    assert len(times) == len(present) == INSIDE  # one stay each: nobody left and came back


async def test_nobody_is_expelled_when_the_loop_was_blocked_for_longer_than_the_grace(summit):
    await stands_still(summit, GRACE + 1)


@pytest.mark.long
async def test_nobody_is_expelled_when_the_loop_was_blocked_for_half_a_minute(summit):
    await stands_still(summit, 30)
