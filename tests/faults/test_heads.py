"""Requests that are never whole: whoever sends half a head does not keep a connection."""

import asyncio
from contextlib import suppress

import pytest

from tests.faults.summit import heard, page
from tests.faults.wire import connected
from tests.waiting import PATIENCE

HALF = b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: "
SECONDS = 15


async def hung_up_after(wire, first=b"", drop=b""):
    """Send a beginning, then a drop again and again; answers how long it took to be hung up."""
    loop = asyncio.get_running_loop()
    await wire.send(first)
    async with asyncio.timeout(SECONDS + PATIENCE):
        while True:
            with suppress(TimeoutError):
                try:
                    said = await asyncio.wait_for(wire.reader.read(1), 0.2)
                except ConnectionError:
                    return loop.time() - wire.since
                assert said == b""
                return loop.time() - wire.since
            await wire.send(drop)


async def test_half_a_head_is_cut_off_and_disturbs_nobody(summit):
    async with (
        summit.serve(STREAMHUB_HEAD_SECONDS="2") as (server, _),
        page(summit.address(server), summit.people[0]) as socket,
        connected(server.url) as silent,
        connected(server.url) as slow,
    ):
        await heard(socket, "welcome")
        took = await asyncio.gather(hung_up_after(silent), hung_up_after(slow, HALF, b"x"))
        assert all(seconds >= 2 for seconds in took)
        assert socket.close_code is None


@pytest.mark.long
async def test_fifteen_seconds_are_what_a_head_is_given(summit):
    async with summit.serve() as (server, _), connected(server.url) as slow:
        assert SECONDS <= await hung_up_after(slow, HALF, b"x") < SECONDS + 10
