"""How much one page may send and leave unread."""

from dataclasses import dataclass
from typing import Self

from streamhub.kit.clock import SECOND, Instant
from streamhub.kit.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The limits of one live socket.

    ``outbox_messages`` holds only where the library frames (``direct_frames`` false): what
    is handed to the transport is counted in bytes.
    """

    message_bytes: int = 16_384
    messages_per_second: int = 10
    controls_per_second: int = 20
    outbox_bytes: int = 256_000
    outbox_messages: int = 64
    hello_seconds: float = 10.0
    close_seconds: float = 5.0  # for a page to take what it was sent and to answer the close
    direct_frames: bool = True

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """The limits that the organiser set."""
        return cls(
            message_bytes=settings.live_message_bytes,
            messages_per_second=settings.live_messages_per_second,
            controls_per_second=settings.live_controls_per_second,
            outbox_bytes=settings.live_outbox_bytes,
            hello_seconds=settings.live_hello_seconds,
            direct_frames=settings.live_direct_frames,
        )


class Rate:
    """At most ``per_second`` at once and as many in every second. Pure: time is an argument."""

    __slots__ = ("_at", "_left", "_per_second")

    def __init__(self, per_second: int, now: Instant) -> None:
        self._per_second = per_second
        self._left = float(per_second)
        self._at = now

    def allow(self, now: Instant) -> bool:
        """Count one; False when it is one too many."""
        regained = (now - self._at) * self._per_second / SECOND
        self._left = min(self._left + regained, float(self._per_second))
        self._at = now
        if self._left < 1:
            return False
        self._left -= 1
        return True

    def give_back(self) -> None:
        """Take back one that should not have counted."""
        self._left = min(self._left + 1, float(self._per_second))
