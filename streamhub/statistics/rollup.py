"""A session's attendance, kept person by person: what changes is that person's part and its minutes.

``Rollup`` holds everybody's times, ``View`` what they amount to inside one window. While a
session runs the window ends now, and a time that lasts grows by itself. Both equal the sweep of
``statistics.summary`` to the millisecond, which stays the definition.
"""

from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from streamhub.attendance.model import Correction
from streamhub.kit.channel import Channel
from streamhub.kit.clock import MINUTE, Instant
from streamhub.kit.ids import ParticipantId
from streamhub.kit.intervals import Span, Union, clip, difference, length_ms, union
from streamhub.programme.clock import Window
from streamhub.statistics.corrections import apply_corrections
from streamhub.statistics.minutes import OPEN, Minutes
from streamhub.statistics.model import Attendance
from streamhub.statistics.timeline import RANK, apart

MAX_MINUTES = 10_000
"""A longer window is nobody's session: it is swept."""

_CHANNELS = tuple(Channel)

Recorded = tuple[Channel, Instant, Instant | None]
"""One stay of one person: its end is None while it lasts."""


def _packed(spans: Union) -> "array[int]":
    return array("q", [instant for span in spans for instant in span])


def _unpacked(spans: "array[int]") -> Union:
    pairs = iter(spans)
    return tuple(zip(pairs, pairs, strict=True))


class Times:
    """One person's times, packed: by channel and none twice, with our page open, with its player."""

    __slots__ = ("_packed",)

    def __init__(self, by_rank: Iterable[Union], page: Union = (), player: Union = ()) -> None:
        self._packed = tuple(_packed(spans) for spans in (*by_rank, page, player))

    @property
    def by_rank(self) -> Iterator[Union]:
        """In the hall, in Zoom and not in the hall, on our page and nowhere else."""
        return (_unpacked(spans) for spans in self._packed[:-2])

    @property
    def page(self) -> Union:
        """With our page open, wherever else the person was."""
        return _unpacked(self._packed[-2])

    @property
    def player(self) -> Union:
        """With our page open and its player opened."""
        return _unpacked(self._packed[-1])


NEVER = Times(((), (), ()))


def times_of(
    who: ParticipantId, stays: Iterable[Recorded], corrections: Sequence[Correction], players: Iterable[Span]
) -> Times:
    """One person's times from what was recorded and corrected; ends that are open are ``OPEN``."""
    channels: list[list[Span]] = [[] for _ in Channel]
    for channel, since, until in _corrected(who, stays, corrections):
        channels[RANK[channel]].append((since, OPEN if until is None else until))
    page = union(channels[RANK[Channel.WEB]])
    opened = union(players)
    return Times(apart(channels), page, difference(page, difference(page, opened)))


def _corrected(
    who: ParticipantId, stays: Iterable[Recorded], corrections: Sequence[Correction]
) -> Iterable[Recorded]:
    if not corrections:
        return stays
    recorded = (Attendance(who, None, channel, a, OPEN if b is None else b) for channel, a, b in stays)
    return ((s.channel, s.since, s.until) for s in apply_corrections(recorded, corrections, {}))


@dataclass(slots=True)
class _Sum:
    """A time that grows: what is over, how many last, and the sum of their beginnings."""

    over_ms: int = 0
    open: int = 0
    begun: int = 0

    def add(self, spans: Union, sign: int) -> None:
        """Count the times in, or out again."""
        for since, until in spans:
            if until == OPEN:
                self.open += sign
                self.begun += sign * since
            else:
                self.over_ms += sign * (until - since)

    def until(self, at: Instant) -> int:
        """How long it is, all together, if what lasts ends at the instant."""
        return self.over_ms + self.open * at - self.begun


@dataclass(frozen=True, slots=True)
class _There:
    """One person inside the window: the first of their channels, what is over, since when they are there."""

    rank: int
    over_ms: int
    open_since: Instant | None


class View:
    """Everybody's times inside one window; ``end`` is None while it ends now."""

    def __init__(self, since: Instant, end: Instant | None) -> None:
        self.since = since
        self.end = end
        self.minutes = Minutes(since)
        self.page = _Sum()
        self.player = _Sum()
        self._there: dict[str, _There] = {}
        self._last_since: Instant = since
        self._last_page: Instant = since

    def replace(self, who: str, before: Times, after: Times) -> None:
        """Somebody's times were these and are those."""
        ranks = [self._cut(spans) for spans in after.by_rank]
        for rank, (old, new) in enumerate(zip(before.by_rank, ranks, strict=True)):
            self.minutes.replace(rank, self._cut(old), new)
        self._count(before, -1)
        self._count(after, 1)
        self._there.pop(who, None)
        every = [span for spans in ranks for span in spans]
        if every:
            over = length_ms(span for span in every if span[1] != OPEN)
            lasts = next((since for since, until in every if until == OPEN), None)
            rank = next(rank for rank, spans in enumerate(ranks) if spans)
            self._there[who] = _There(rank, over, lasts)
            self._last_since = max(self._last_since, *(since for since, _ in every))
        pages = (end if end != OPEN else since for since, end in (*after.page, *after.player))
        self._last_page = max(self._last_page, *pages, self.since)

    def reaches(self, until: Instant) -> bool:
        """Whether nothing is later than ``until``: else what lasts cannot simply be cut there."""
        last = max(self.minutes.last_change, self._last_page)
        return self.end is not None or (self._last_since < until and last <= until)

    def lengths(self, until: Instant) -> list[int]:
        """How long each person was there, in milliseconds."""
        return [
            one.over_ms + (0 if one.open_since is None else until - one.open_since)
            for one in self._there.values()
        ]

    def people(self) -> Iterator[tuple[str, Channel]]:
        """Who was there, and by which way: hall, else Zoom, else our page."""
        return ((who, _CHANNELS[one.rank]) for who, one in self._there.items())

    def __len__(self) -> int:
        return len(self._there)

    def _count(self, times: Times, sign: int) -> None:
        self.page.add(self._cut(times.page), sign)
        self.player.add(self._cut(times.player), sign)

    def _cut(self, spans: Union) -> Union:
        end = OPEN if self.end is None else self.end
        if not spans or (spans[0][0] >= self.since and spans[-1][1] <= end):
            return spans
        return clip(spans, self.since, end)


class Rollup:
    """Everybody's times in one holding of a session, and its views; ``version`` counts what was put."""

    def __init__(self) -> None:
        self.version = 0
        self._people: dict[str, Times] = {}
        self._views: dict[tuple[Instant, Instant | None], View] = {}

    def put(self, who: str, times: Times | None) -> None:
        """Take what somebody's times are now; None: they are in no figure."""
        before = self._people.pop(who, NEVER)
        if times is not None:
            self._people[who] = times
        for view in self._views.values():
            view.replace(who, before, times or NEVER)
        self.version += 1

    def view(self, window: Window, now: Instant) -> View | None:
        """What the times amount to inside a window; None where only the sweep can say."""
        if window.until - window.since > MAX_MINUTES * MINUTE:
            return None
        key = (window.since, None if window.until == now else window.until)
        found = self._views.get(key)
        if found is None:
            found = self._made(*key)
        return found if found.reaches(window.until) else None

    def __contains__(self, who: str) -> bool:
        return who in self._people

    def _made(self, since: Instant, end: Instant | None) -> View:
        made = View(since, end)
        for who, times in self._people.items():
            made.replace(who, NEVER, times)
        while len(self._views) >= 2:  # noqa: PLR2004 - the actual window and the scheduled one
            del self._views[next(iter(self._views))]
        self._views[since, end] = made
        return made
