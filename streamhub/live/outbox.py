"""What waits to be read by one page: bounded, the latest count alone, never awaited by the sender.

Two ways behind one form: ``DirectOutbox`` writes ready-made frames to the transport,
``QueuedOutbox`` hands them to the library's own sending, one after the other.
"""

import asyncio
import os
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol

from streamhub.live.frames import Frame

NO_FILE = -1


class Outbox(Protocol):
    """Where frames for one page go."""

    def put(self, frame: Frame) -> bool:
        """Send ``frame``, or answer False: more waits than the bound allows, so cut the page."""
        ...

    def put_all(self, frames: Sequence[Frame]) -> bool:
        """Like ``put`` for several."""
        ...

    def put_latest(self, frame: Frame) -> None:
        """Send ``frame`` if nothing waits; else keep it, instead of the one kept before."""
        ...

    def finish(self, *frames: Frame) -> None:
        """Send the last frames, whatever waits. Nothing may be put after them."""
        ...

    def lost(self) -> None:
        """The line is gone, and the number of its file may soon be another's."""
        ...

    async def run(self) -> None:
        """Send until the last frame; ends by itself when the page is gone."""
        ...


class DirectOutbox:
    """Writes to the transport, whose buffer is the outbox, and to its file while nothing waits there.

    The file is written to because the transport's own ``write`` takes as long as everything else
    that we do for a frame. A frame larger than the bound (the list of 10,000 people) is sent all the
    same, and the bound then grows by what waits of it: what comes after it is no reason to cut
    whoever still reads it.
    """

    __slots__ = ("_bound", "_file", "_latest", "_room", "_transport")

    def __init__(self, transport: asyncio.WriteTransport, bound: int) -> None:
        self._transport = transport
        self._bound = self._room = bound
        self._latest: Frame | None = None
        self._file = NO_FILE

    def put(self, frame: Frame) -> bool:
        """See Outbox."""
        if self._file == NO_FILE:
            return self._hand_over(frame)
        try:
            sent = os.write(self._file, frame)
        except OSError:  # full, or gone: the transport finds out which
            sent = 0
        if sent == len(frame):
            return True
        self._file = NO_FILE
        return self._hand_over(Frame(frame[sent:]))

    def put_all(self, frames: Sequence[Frame]) -> bool:
        """See Outbox."""
        return self.put(Frame(b"".join(frames)))

    def put_latest(self, frame: Frame) -> None:
        """See Outbox. What is kept goes out before the next frame, at the latest with the next ping."""
        if self._file == NO_FILE and self._transport.get_write_buffer_size():
            self._latest = frame
        else:
            self._latest = None
            self.put(frame)

    def finish(self, *frames: Frame) -> None:
        """See Outbox."""
        self._latest = None
        self._file = NO_FILE
        if frames and not self._transport.is_closing():
            self._transport.write(b"".join(frames))

    def lost(self) -> None:
        """See Outbox."""
        self._file = NO_FILE

    async def run(self) -> None:
        """See Outbox: the transport sends by itself."""

    def _hand_over(self, frame: Frame) -> bool:
        """Give the transport a frame; where it is sent at once, the next one goes to the file."""
        transport = self._transport
        if transport.is_closing():
            return True
        waiting = transport.get_write_buffer_size()
        if waiting > self._room:
            return False
        if self._latest is not None and not waiting:
            transport.write(self._latest)
            self._latest = None
        transport.write(frame)
        if len(frame) > self._bound:
            self._room = max(self._room, self._bound + len(frame))
        if not transport.get_write_buffer_size():
            self._file = _file_of(transport)
        return True


def _file_of(transport: asyncio.WriteTransport) -> int:
    """The number of the file behind a transport that sends what it is given as it is."""
    sock = transport.get_extra_info("socket")
    if sock is None or transport.is_closing() or transport.get_extra_info("sslcontext") is not None:
        return NO_FILE
    return int(sock.fileno())


class QueuedOutbox:
    """Keeps frames until ``send`` has taken those before them."""

    def __init__(self, send: Callable[[Frame], Awaitable[None]], bound: int, messages: int) -> None:
        self._send = send
        self._bound = self._room = bound
        self._messages = messages
        self._waiting: deque[Frame] = deque()
        self._bytes = 0
        self._latest: Frame | None = None
        self._finished = False
        self._filled = asyncio.Event()

    def put(self, frame: Frame) -> bool:
        """See Outbox."""
        if self._bytes > self._room or len(self._waiting) >= self._messages:
            return False
        self._add(frame)
        if len(frame) > self._bound:
            self._room = max(self._room, self._bound + len(frame))
        return True

    def put_all(self, frames: Sequence[Frame]) -> bool:
        """See Outbox."""
        return all(map(self.put, frames))

    def put_latest(self, frame: Frame) -> None:
        """See Outbox."""
        self._latest = frame
        self._filled.set()

    def finish(self, *frames: Frame) -> None:
        """See Outbox."""
        self._latest = None
        for frame in frames:
            self._add(frame)
        self._finished = True
        self._filled.set()

    def lost(self) -> None:
        """See Outbox: the library knows."""

    async def run(self) -> None:
        """See Outbox."""
        try:
            while not self._finished or self._waiting:
                await self._filled.wait()
                await self._send_waiting()
        except ConnectionError:
            return

    def _add(self, frame: Frame) -> None:
        self._waiting.append(frame)
        self._bytes += len(frame)
        self._filled.set()

    async def _send_waiting(self) -> None:
        while self._waiting:
            await self._send(self._waiting[0])
            self._bytes -= len(self._waiting.popleft())
        if self._latest is not None:
            latest, self._latest = self._latest, None
            await self._send(latest)
        if not self._waiting and self._latest is None:
            self._filled.clear()
