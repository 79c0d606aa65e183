"""What waits for one page to read it: both outboxes keep the same promises."""

import asyncio
import os
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest

from streamhub.live.frames import Frame
from streamhub.live.outbox import DirectOutbox, QueuedOutbox
from tests.waiting import PATIENCE

BOUND = 1_000


def frame(size: int, fill: bytes = b"x") -> Frame:
    return Frame(fill * size)


class SlowTransport(asyncio.Transport):
    """Takes everything and sends nothing until it is told to."""

    def __init__(self) -> None:
        super().__init__()
        self.waiting = 0
        self.written: list[bytes] = []
        self.closed = False

    def write(self, data: bytes) -> None:
        self.written.append(data)
        self.waiting += len(data)

    def get_write_buffer_size(self) -> int:
        return self.waiting

    def is_closing(self) -> bool:
        return self.closed


class Direct:
    """A DirectOutbox over a slow transport."""

    def __init__(self) -> None:
        self.transport = SlowTransport()
        self.box = DirectOutbox(self.transport, BOUND)

    @property
    def sent(self) -> list[bytes]:
        return self.transport.written

    async def page_reads(self) -> None:
        self.transport.waiting = 0


class Queued:
    """A QueuedOutbox over a library that takes one frame per reading."""

    def __init__(self) -> None:
        self.sent: list[bytes] = []
        self.box = QueuedOutbox(self.send, BOUND, 64)
        self.reading = asyncio.Event()

    async def send(self, data: Frame) -> None:
        await self.reading.wait()
        self.sent.append(data)

    async def page_reads(self) -> None:
        self.reading.set()
        running = asyncio.get_running_loop().create_task(self.box.run())
        for _ in range(20):
            await asyncio.sleep(0)
        running.cancel()
        self.reading.clear()


@pytest.fixture(params=[Direct, Queued])
async def outbox(request):
    return request.param()


@pytest.mark.parametrize(("waiting", "taken"), [(BOUND - 1, True), (BOUND, True), (BOUND + 1, False)])
async def test_more_than_the_bound_unread_is_too_slow(outbox, waiting, taken):
    outbox.box.put(frame(waiting - 500))
    outbox.box.put(frame(500))

    assert outbox.box.put(frame(1)) is taken


async def test_whoever_reads_again_is_no_longer_slow(outbox):
    outbox.box.put(frame(600))
    outbox.box.put(frame(600))
    await outbox.page_reads()

    assert outbox.box.put(frame(600))


async def test_one_frame_above_the_bound_is_sent_and_is_no_reason_to_cut(outbox):
    assert outbox.box.put(frame(50 * BOUND))
    assert outbox.box.put(frame(BOUND))
    assert outbox.box.put(frame(1))
    assert not outbox.box.put(frame(1))


async def test_of_counts_only_the_newest_waits(outbox):
    outbox.box.put(frame(10, b"a"))
    for count in b"1", b"2", b"3":
        outbox.box.put_latest(Frame(count))
    await outbox.page_reads()
    outbox.box.put(frame(10, b"b"))
    await outbox.page_reads()

    assert outbox.sent == [b"a" * 10, b"3", b"b" * 10]


async def test_a_count_goes_out_at_once_when_nothing_waits(outbox):
    outbox.box.put_latest(Frame(b"1"))
    await outbox.page_reads()

    assert outbox.sent == [b"1"]


async def test_the_last_frames_are_sent_whatever_waits_and_no_count_after_them(outbox):
    outbox.box.put(frame(2 * BOUND))
    outbox.box.put_latest(Frame(b"count"))

    outbox.box.finish(Frame(b"closing"), Frame(b"close"))
    await outbox.page_reads()

    assert b"".join(outbox.sent) == frame(2 * BOUND) + b"closingclose"


async def test_a_queue_holds_64_messages_at_the_most():
    queued = Queued()

    assert [queued.box.put(frame(1)) for _ in range(65)] == [True] * 64 + [False]


async def test_a_queue_ends_with_its_last_frame_or_with_the_page():
    queued = Queued()
    queued.reading.set()
    queued.box.finish(Frame(b"close"))
    await asyncio.wait_for(queued.box.run(), PATIENCE)

    async def gone(_frame: Frame) -> None:
        raise ConnectionResetError

    broken = QueuedOutbox(gone, BOUND, 64)
    broken.put(frame(1))
    await asyncio.wait_for(broken.run(), PATIENCE)


async def test_nothing_is_written_to_a_transport_that_is_closing():
    direct = Direct()
    direct.transport.closed = True

    direct.box.put(frame(1))
    direct.box.put_latest(frame(1))
    direct.box.finish(frame(1))

    assert direct.sent == []


@dataclass
class Line:
    """A DirectOutbox whose page is the other end of a real line."""

    box: DirectOutbox
    transport: asyncio.Transport
    page: socket.socket

    async def read(self, size: int) -> bytes:
        got = b""
        while len(got) < size:
            got += await asyncio.get_running_loop().sock_recv(self.page, 65_536)
        return got


@pytest.fixture
async def line() -> AsyncIterator[Line]:
    ours, page = socket.socketpair()
    page.setblocking(False)
    transport, _ = await asyncio.get_running_loop().create_connection(asyncio.Protocol, sock=ours)
    yield Line(DirectOutbox(transport, BOUND), transport, page)
    transport.abort()
    page.close()
    await asyncio.sleep(0)


async def test_frames_come_in_order_past_the_transport_and_through_it(line):
    frames = [frame(50_000, b"%d" % (n % 10)) for n in range(20)]
    taken = [sent for sent in frames if line.box.put(sent)]
    line.box.put_latest(Frame(b"old count"))
    line.box.put_latest(Frame(b"count"))
    waited = line.transport.get_write_buffer_size()

    whole = b"".join(taken)
    assert await line.read(len(whole)) == whole
    assert line.box.put(Frame(b"next"))
    assert await line.read(9) == b"countnext"
    assert 0 < waited < len(whole), "the line has to be full in this test, and not from the beginning"


async def test_the_transport_is_passed_by_again_once_it_is_empty(line, monkeypatch):
    while not line.transport.get_write_buffer_size():
        line.box.put(frame(50_000))
    while line.transport.get_write_buffer_size():
        await line.read(1)
        await asyncio.sleep(0)
    line.box.put(frame(1))  # by the transport, which sends it at once
    written = []
    monkeypatch.setattr(line.transport, "write", written.append)

    assert line.box.put(frame(1))
    assert written == []


async def test_a_line_that_is_gone_is_left_to_the_transport(line):
    line.box.put(frame(1))
    line.page.close()

    assert line.box.put(frame(1))
    assert line.transport.is_closing()
    assert line.box.put(frame(1))


async def test_nothing_goes_to_whoever_is_given_the_number_of_a_line_that_is_gone(line, tmp_path):
    line.box.put(frame(1))
    number = line.transport.get_extra_info("socket").fileno()
    line.transport.abort()
    line.box.lost()
    await asyncio.sleep(0.01)
    other = os.open(tmp_path / "other", os.O_CREAT | os.O_RDWR)
    assert other == number, "the system gives the lowest number that is free"

    line.box.put(frame(1))
    line.box.put_latest(frame(1))

    os.close(other)
    assert (tmp_path / "other").read_bytes() == b""


async def test_what_has_to_be_encrypted_never_passes_the_transport_by(line, monkeypatch):
    told = line.transport.get_extra_info
    monkeypatch.setattr(line.transport, "get_extra_info", lambda name: name == "sslcontext" or told(name))
    written = []
    monkeypatch.setattr(line.transport, "write", written.append)

    for _ in range(3):
        line.box.put(frame(1))

    assert len(written) == 3
