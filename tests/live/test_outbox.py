"""What waits for one page to read it: both outboxes keep the same promises."""

import asyncio

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
