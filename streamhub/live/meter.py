"""How many bytes one page may send, whatever they are.

Messages and control frames are counted once they are whole; the pieces of a message that never
ends, empty ones above all, are not, and reading them is work all the same.
"""

import asyncio
from typing import Protocol

from streamhub.kit.clock import SECOND, Clock
from streamhub.live.limits import Limits

_SLACK = 2  # times what a page sends that fills every limit


class Line(Protocol):
    """Whose bytes are counted."""

    def flooded(self) -> None:
        """More came than is allowed; nothing more is handed on."""
        ...

    def lost(self) -> None:
        """The line is gone."""
        ...


class Meter(asyncio.Protocol):
    """Stands before the library's protocol and hands on what a line may send."""

    __slots__ = ("_at", "_clock", "_inner", "_left", "_line", "_open", "_per_second")

    def __init__(
        self,
        inner: asyncio.BaseProtocol,
        clock: Clock,
        limits: Limits,
        line: Line,
    ) -> None:
        assert isinstance(inner, asyncio.Protocol)  # noqa: S101 - reads bytes from a transport
        self._inner = inner
        self._clock = clock
        self._line = line
        self._per_second = _SLACK * limits.message_bytes * limits.messages_per_second
        self._left = self._per_second
        self._at = clock.now()
        self._open = True

    def data_received(self, data: bytes) -> None:
        """Hand on what came, unless it is too much."""
        if not self._open:
            return
        self._left -= len(data)
        if self._left < 0 and not self._regain():
            self._open = False
            self._line.flooded()
            return
        self._inner.data_received(data)

    def eof_received(self) -> bool | None:
        """Hand on."""
        return self._inner.eof_received()

    def pause_writing(self) -> None:
        """Hand on."""
        self._inner.pause_writing()

    def resume_writing(self) -> None:
        """Hand on."""
        self._inner.resume_writing()

    def connection_lost(self, exc: Exception | None) -> None:
        """Hand on."""
        self._line.lost()
        self._inner.connection_lost(exc)

    def _regain(self) -> bool:
        """Look at the clock, which is only needed now; False where the page sends too much."""
        now = self._clock.now()
        regained = (now - self._at) * self._per_second // SECOND
        self._left, self._at = min(self._left + regained, self._per_second), now
        return self._left >= 0
