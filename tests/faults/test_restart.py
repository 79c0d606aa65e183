"""An orderly stop in mid-session: all hear when to come back, come back spread out, and were never away."""

import asyncio
import json
import os
import random
from collections import Counter
from contextlib import suppress

import pytest
from websockets.exceptions import WebSocketException

from tests.faults.summit import PUBLIC, page
from tests.ports import free_port
from tests.process import invite

LONG = bool(os.environ.get("STREAMHUB_LONG"))
PAGES = 2_000 if LONG else 300
STOP_SECONDS = 10
SPREAD_MS = max(2_000, PAGES * 1_000 // 500)  # 500 pages a second at the most, over two seconds at the least
CAP_SECONDS = 30 if LONG else 4  # of the jitter, which doubles; the contract has 30
MOST_AT_ONCE = 1_000 if LONG else 250  # in any second after the restart; without delays all of them would be


class Page:
    """A page as the contract wants it: it comes back after its delay, then with full jitter, doubling."""

    def __init__(self, person, stay):
        self.person = person
        self.stay = stay
        self.due = 0.0
        self.comings = []
        self.welcomes = []
        self.closings = []
        self.codes = []
        self.inside = asyncio.Event()

    async def live(self, address):
        """Be there until ``stay`` is set."""
        tries, loop = 0, asyncio.get_running_loop()
        while not self.stay.is_set():
            with suppress(OSError, WebSocketException):
                async with page(address, self.person, ping_interval=None, open_timeout=60) as socket:
                    await self.listen(socket)
                    tries = 0
            if not self.stay.is_set():
                wait = self.closings[-1] / 1_000 if self.closings and not tries else 0
                self.due = loop.time() + wait + random.uniform(0, min(CAP_SECONDS, 2**tries))
                await asyncio.sleep(self.due - loop.time())
                tries += 1

    async def listen(self, socket):
        """Read until the close, or until it is time to leave."""
        leaving = asyncio.ensure_future(self.stay.wait())  # noqa: TID251 - the test's own client
        leaving.add_done_callback(lambda _: socket.transport.close())
        try:
            async for text in socket:
                message = json.loads(text)
                if message["type"] == "welcome":
                    self.comings.append(self.due)  # not when a busy machine let it
                    self.welcomes.append(asyncio.get_running_loop().time())
                    self.inside.set()
                elif message["type"] == "closing":
                    self.closings.append(message["retry_after_ms"])
        finally:
            self.inside.clear()
            leaving.cancel()
            if not self.stay.is_set():
                self.codes.append(socket.close_code)


def most_in_a_second(times):
    """The most of these instants that lie within one second."""
    times = sorted(times)
    return max(sum(at <= other < at + 1 for other in times) for at in times)


async def everybody(summit):
    """As many people as come."""
    people = list(summit.people)
    while len(people) < PAGES:
        people += await invite(summit.data, "delegate", "--delegation", "BJ", "--count", "500", **PUBLIC)
    return people[:PAGES]


async def inside(pages, seconds):
    """Wait until each page is in."""
    async with asyncio.timeout(seconds):
        for one in pages:
            await one.inside.wait()


@pytest.mark.timeout(400)
async def test_a_restart_in_mid_session_is_no_storm_and_no_gap(summit):
    stay, loop = asyncio.Event(), asyncio.get_running_loop()
    pages = [Page(person, stay) for person in await everybody(summit)]
    port, patient = str(free_port()), {"STREAMHUB_RESTART_GAP_SECONDS": "200"}
    async with asyncio.TaskGroup() as visitors:
        async with summit.serve(port=port, **patient) as (server, _):
            for one in pages:
                visitors.create_task(one.live(summit.address(server)))
            await inside(pages, 120)
            began = loop.time()
            assert await server.stop() == 0
            stopped = loop.time() - began
        async with summit.serve(port=port, **patient) as (server, api):
            await inside(pages, 200)
            assert len(await summit.present(api)) == PAGES
            stay.set()
            assert await server.stop() == 0

    assert stopped <= STOP_SECONDS
    assert Counter(code for one in pages for code in one.codes[:1]) == {4001: PAGES}
    delays = [one.closings[0] for one in pages]
    assert 0 <= min(delays) < max(delays) <= SPREAD_MS
    assert len(set(delays)) > PAGES // 3
    peak = most_in_a_second([one.comings[1] for one in pages])
    print(f"stop {stopped:.2f} s, peak {peak} of {PAGES} pages in a second")  # noqa: T201 - for docs/faults.md
    assert peak <= MOST_AT_ONCE
    stays = summit.stays()
    assert len(stays) == PAGES
    for one in pages:
        [(since, until)] = stays[one.person["participant"]]
        assert until - since >= (one.welcomes[1] - one.welcomes[0]) * 1_000 - 1_000
