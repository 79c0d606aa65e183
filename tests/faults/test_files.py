"""File descriptors run out: who comes is refused, who is in stays, nothing spins, and it mends itself."""

import asyncio
from contextlib import AsyncExitStack

from tests.faults.summit import heard, page, processor_seconds
from tests.faults.wire import connected
from tests.process import PROGRAM
from tests.waiting import PATIENCE, eventually

FILES = 160
FEW = ("sh", "-c", f'ulimit -n {FILES}; exec "$@"', "sh", *PROGRAM)
OLD = 20
ASK = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"
IDLE = 0.6  # seconds of two cores' time in 2 s; a loop that spins takes 2


async def answer(wire):
    """The status that a bare connection is answered with; None where it is hung up."""
    await wire.send(ASK)
    try:
        head = await asyncio.wait_for(wire.reader.readuntil(b"\r\n\r\n"), PATIENCE)
    except (OSError, asyncio.IncompleteReadError):
        return None
    return int(head.split()[1])


async def test_when_files_run_out_new_ones_are_refused_and_old_ones_stay(summit):
    old, late = summit.people[:OLD], summit.people[OLD]
    async with summit.serve(program=FEW) as (server, api), AsyncExitStack() as pages:
        address = summit.address(server)
        wall = await pages.enter_async_context(page(address, summit.organiser))
        sockets = [await pages.enter_async_context(page(address, person)) for person in old]
        for socket in sockets:
            await heard(socket, "welcome")

        async with AsyncExitStack() as crowd:
            hall = [await crowd.enter_async_context(connected(server.url)) for _ in range(2 * FILES)]
            answers = [await answer(wire) for wire in hall]
            assert 200 in answers
            assert 503 in answers
            assert set(answers) <= {200, 503, None}
            before = processor_seconds(server)
            await asyncio.sleep(2)
            assert processor_seconds(server) - before < IDLE

            await sockets[0].send('{"type": "bye"}')
            async with asyncio.timeout(PATIENCE):
                while old[0]["participant"] not in (await heard(wall, "presence_diff"))["leaves"]:
                    pass
            await eventually(lambda: left(summit, old[0]))
            assert all(socket.close_code is None for socket in sockets[1:])

        async with page(address, late) as socket:
            assert (await heard(socket, "welcome"))["participant"] == late["participant"]
        assert len(await summit.present(api)) >= OLD - 1


async def left(summit, person):
    """Whether the ledger knows that the person left."""
    return all(end is not None for _, end in summit.stays()[person["participant"]])
