"""When presence may go out: at once after quiet, then in ticks, slower under load. Pure."""

from streamhub.kit.clock import SECOND, Instant

TICK_MS = 250
LOADED_MS = SECOND
SHARE = 20  # sending takes one twentieth of the loop's time: a storm of joins needs the rest


class Pace:
    """The pace of one session's diffs and counts.

    A join storm of N people costs N × ticks frames, never N².
    """

    def __init__(self) -> None:
        self._next: Instant = 0

    def due(self, changed_at: Instant) -> Instant:
        """The instant at which a change of ``changed_at`` may go out."""
        return max(changed_at, self._next)

    def sent(self, at: Instant, took_ms: int) -> None:
        """A tick went out at ``at`` and kept the loop for ``took_ms``."""
        self._next = at + min(max(TICK_MS, SHARE * took_ms), LOADED_MS)
