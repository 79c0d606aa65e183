"""Pages behind networks that let no socket through: they ask every 30 s what they missed."""

from collections import deque
from collections.abc import Callable
from typing import TypeAlias

from streamhub.kit.clock import SECOND, Clock, Instant
from streamhub.kit.ids import new_id
from streamhub.kit.tasks import every
from streamhub.live.close_codes import CloseCode
from streamhub.live.frames import Frame, Opcode, opcode_of, payload_of, text_frame
from streamhub.live.messages import Closing, encode
from streamhub.live.visit import Visit

BEAT_MS = 30 * SECOND
CLOSED = 1_000  # closed pages whose next beat may still come; the oldest are forgotten first
KEPT = 64  # messages that wait for the next beat; a page that missed more asks for the whole state


Key: TypeAlias = tuple[str, str, str]
"""Session, participant or viewer, and the page's own name for itself."""


class BeatPage:
    """A page without a socket: what it is told is kept until it asks."""

    def __init__(self) -> None:
        self.id = new_id("b")
        self.closing = False
        self.on_close: Callable[[CloseCode], None] | None = None
        self._kept: deque[bytes] = deque(maxlen=KEPT)
        self._latest: bytes | None = None

    def send(self, frame: Frame) -> None:
        """Keep a message; pings are for sockets."""
        if not self.closing and opcode_of(frame) is Opcode.TEXT:
            self._kept.append(payload_of(frame))

    def send_all(self, *frames: Frame) -> None:
        """Keep several messages."""
        for frame in frames:
            self.send(frame)

    def send_latest(self, frame: Frame) -> None:
        """Keep the newest count alone."""
        if not self.closing:
            self._latest = payload_of(frame)

    def ping(self) -> None:
        """The beats themselves are the sign of life."""

    def close(self, code: CloseCode, reason: str, retry_after_ms: int | None = None) -> None:
        """The next beat hears why it was the last."""
        if self.closing:
            return
        self.send(text_frame(encode(Closing(code=code, reason=reason, retry_after_ms=retry_after_ms))))
        self.closing = True
        if self.on_close is not None:
            self.on_close(code)

    def take(self) -> list[bytes]:
        """What was missed since the last beat, as JSON texts."""
        missed = [*self._kept, *([self._latest] if self._latest is not None else [])]
        self._kept.clear()
        self._latest = None
        return missed


class Beats:
    """The pages of this node that beat over HTTP, by who they are and how they call themselves.

    Presence lets go of silent pages that it counts. The others (the session is over, a viewer waits
    at the doors, the person went elsewhere) have no line that breaks: ``grace_seconds`` after a beat
    that did not come they end here.
    """

    def __init__(self, clock: Clock, grace_seconds: int) -> None:
        self._clock = clock
        self._patience_ms = BEAT_MS + grace_seconds * SECOND
        self._visits: dict[Key, Visit] = {}
        self._closed: dict[Key, Visit] = {}
        self._heard: dict[Key, Instant] = {}

    def __len__(self) -> int:
        return len(self._visits)

    def find(self, key: Key) -> Visit | None:
        """A page beats: its visit if it beat before, and did not yet hear why it was closed."""
        if key in self._visits:
            self._heard[key] = self._clock.now()
        return self._visits.get(key) or self._closed.get(key)

    def add(self, key: Key, visit: Visit) -> None:
        """Remember a new page."""
        self._visits[key] = visit
        self._heard[key] = self._clock.now()

    def close(self, key: Key) -> None:
        """Keep a page that was closed until its next beat."""
        visit = self._forget(key)
        if visit is not None:
            self._closed[key] = visit
        if len(self._closed) > CLOSED:
            del self._closed[next(iter(self._closed))]

    def drop(self, key: Key) -> None:
        """Forget a page that knows its end, or needs none."""
        self._forget(key)
        self._closed.pop(key, None)

    async def keep_time(self) -> None:
        """Every second: let go of pages whose beats ended."""
        await every(1.0, self.end_silent)

    async def end_silent(self) -> None:
        """Close the pages whose beat did not come."""
        last = self._clock.now() - self._patience_ms
        for key in [key for key, heard_at in self._heard.items() if heard_at <= last]:
            self._visits[key].page.close(CloseCode.SILENT, "silent")

    def _forget(self, key: Key) -> Visit | None:
        self._heard.pop(key, None)
        return self._visits.pop(key, None)
