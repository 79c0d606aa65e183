"""Pages that send too much or read too little: each is closed with its code, and nobody else notices."""

import asyncio
import json
import socket as sockets
from contextlib import asynccontextmanager, suppress
from urllib.parse import urlsplit

import pytest

from tests.faults.summit import heard, page, processor_seconds
from tests.faults.wire import (
    BINARY,
    CLOSE,
    CONTINUATION,
    PING,
    PONG,
    TEXT,
    frame,
    handshake,
    upgraded,
)
from tests.waiting import PATIENCE, eventually

LARGEST = 16_384
MESSAGES, CONTROLS = 10, 20
OUTBOX = 256_000
NOTICE = "€" * 500
NOTICES = 400  # twice what the outbox and the system's own buffers hold
BUSY_SECONDS = 1
WORK_MOST = 2.0  # seconds of processor time that the server spends on anything before somebody else's answer


@pytest.fixture(scope="module")
async def house(original, tmp_path_factory):
    """One server for all of these; everybody has a person of their own."""
    async with original.copy(tmp_path_factory.mktemp("floods")).serve() as (server, api):
        yield server, api, iter(original.people)


def message(size):
    """A message that means nothing, of exactly so many bytes."""
    empty = len(json.dumps({"type": "pad", "pad": ""}))
    return json.dumps({"type": "pad", "pad": "x" * (size - empty)}).encode()


@asynccontextmanager
async def wired(house, summit, **options):
    server, _, people = house
    async with upgraded(server, summit, next(people), **options) as wire:
        yield wire


async def flood(wire, pieces):
    """Send these again and again until the server hangs up."""
    while not wire.writer.transport.is_closing():
        await wire.send(*pieces)
        await asyncio.sleep(0)


async def most_work(server, api):
    """The most that the server did before somebody else got an answer, whatever other programs did."""
    loop, most = asyncio.get_running_loop(), 0.0
    end = loop.time() + BUSY_SECONDS
    while loop.time() < end:
        before = processor_seconds(server)
        async with asyncio.timeout(PATIENCE):
            assert await api().get("/healthz") == {"status": "ok"}
        most = max(most, processor_seconds(server) - before)
        await asyncio.sleep(0.05)
    return most


@pytest.mark.parametrize(("size", "code"), [(LARGEST - 1, None), (LARGEST, None), (LARGEST + 1, 4413)])
async def test_a_message_of_16_kib_and_not_a_byte_more(house, original, size, code):
    async with wired(house, original) as wire:
        await wire.send(frame(TEXT, message(size)), frame(PING, b"after"))
        if code is None:
            assert await asyncio.wait_for(first_pong(wire), PATIENCE) == b"after"
        else:
            assert await wire.close_code() == code


async def first_pong(wire):
    """What the next pong carries."""
    async for opcode, payload in wire.frames():
        if opcode == PONG:
            return payload
    raise AssertionError("closed before a pong")


@pytest.mark.parametrize(("kind", "most"), [(PING, CONTROLS), (PONG, CONTROLS), (TEXT, MESSAGES)])
async def test_as_many_frames_in_a_second_as_are_allowed_and_one_more(house, original, kind, most):
    payload = message(50) if kind == TEXT else b"x"
    async with wired(house, original) as wire:
        await wire.send(*[frame(kind, payload)] * most)
        await asyncio.sleep(0.5)
        assert not wire.reader.at_eof()
        await wire.send(*[frame(kind, payload)] * 4 * most)
        assert await wire.close_code() == 4429


FLOODS = {
    "pings": ([frame(PING, b"x" * 125)] * 100, 4429),
    "messages": ([frame(TEXT, message(100))] * 100, 4429),
    "binary messages": ([frame(BINARY, b"x" * 100)] * 10, 4400),
    "pieces without end": ([frame(CONTINUATION, b"x" * 1_000, final=False)] * 50, 4413),
    "empty pieces without end": ([frame(CONTINUATION, b"", final=False)] * 5_000, 4429),
    "pings between pieces": ([frame(CONTINUATION, b"", final=False), frame(PING)] * 50, 4429),
    "a piece of a gigabyte": ([b"\x01\xff" + (1 << 30).to_bytes(8, "big") + b"mask"], 4413),
}


@pytest.mark.parametrize("name", FLOODS)
async def test_a_flood_is_closed_and_nobody_else_waits(house, original, name):
    pieces, code = FLOODS[name]
    server, api, _ = house
    async with wired(house, original) as wire, asyncio.TaskGroup() as group:
        most = group.create_task(most_work(server, api))
        if "pieces" in name:
            await wire.send(frame(TEXT, b"", final=False))
        flooding = group.create_task(flood(wire, pieces))
        assert await wire.close_code() == code
        assert await most < WORK_MOST
        flooding.cancel()


WRONG = {
    "a piece of nothing": frame(CONTINUATION, b"nothing was begun"),
    "two messages at once": frame(TEXT, b"begun", final=False) + frame(TEXT, b"begun anew"),
    "half a ping": frame(PING, b"", final=False),
    "a long ping": frame(PING, b"x" * 126),
    "no such data frame": frame(0x3, b"reserved"),
    "no such control frame": frame(0xB, b"reserved"),
    "a reserved bit": b"\xc1\x80mask",
    "no UTF-8": frame(TEXT, b"\xff\xfe"),
    "half a close code": frame(CLOSE, b"\x03"),
    "no such close code": frame(CLOSE, (999).to_bytes(2, "big")),
}


async def test_frames_that_cannot_be_are_the_end(house, original):
    async def ended(wrong):
        async with wired(house, original) as wire:
            await wire.send(wrong)
            return await wire.close_code(), await wire.reader.read()

    ends = await asyncio.gather(*map(ended, WRONG.values()))
    assert dict(zip(WRONG, ends, strict=True)) == dict.fromkeys(WRONG, (4400, b""))


@asynccontextmanager
async def deaf(server, summit, person):
    """A page in the smallest pipe that the system lays, which reads only when it is told to."""
    pipe = sockets.socket()
    pipe.setsockopt(sockets.SOL_SOCKET, sockets.SO_RCVBUF, 4_096)
    pipe.setsockopt(sockets.IPPROTO_TCP, sockets.TCP_MAXSEG, 536)
    pipe.setblocking(False)
    address = urlsplit(server.url)
    await asyncio.get_running_loop().sock_connect(pipe, (address.hostname, address.port))
    await asyncio.get_running_loop().sock_sendall(pipe, handshake(summit.slug, person["token"]))
    try:
        yield pipe
    finally:
        pipe.close()


async def everything(pipe):
    """What lies in the pipe and comes after it, to its end."""
    said = bytearray()
    with suppress(ConnectionError):
        while piece := await asyncio.get_running_loop().sock_recv(pipe, 65_536):
            said += piece
    return bytes(said)


async def test_a_page_that_reads_nothing_is_cut_and_the_others_get_everything(house, original):
    server, api, people = house
    person, organiser = next(people), api(original.organiser["token"])
    address = f"/api/v1/sessions/{original.slug}/notices"
    async with page(original.address(server), next(people)) as fine, deaf(server, original, person) as pipe:
        await eventually(lambda: is_there(api, original, person))
        for _ in range(NOTICES // 20):
            told = (organiser.post(address, {"text": NOTICE, "lang": "fr"}, status=201) for _ in range(20))
            await asyncio.gather(*told)
        said = await asyncio.wait_for(everything(pipe), PATIENCE)
        for _ in range(NOTICES):
            assert (await heard(fine, "notice"))["text"] == NOTICE
    assert b'"code":4002' in said[-300:]
    assert OUTBOX <= len(said) < NOTICES * len(NOTICE.encode())


async def is_there(api, summit, person):
    return person["participant"] in await summit.present(api)
