"""How many are there together, by the minute, kept while people come and go.

The changes of each minute lie packed in an array; what a minute amounts to is computed once and
again only where a change came to it. The curve, the peak and the levels follow from the minutes
and equal the sweep over all times (``statistics.timeline``, ``statistics.model``): a test says so.
"""

from array import array
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from streamhub.kit.clock import MINUTE, Instant
from streamhub.kit.intervals import Union
from streamhub.statistics.results import Level, Peak, Point

OPEN: Instant = 1 << 62
"""The end of a time that lasts."""

RANKS = 3
"""Hall, Zoom, page: a person counts in one of them at each instant."""

Heads = tuple[int, int, int]
_NOBODY: Heads = (0, 0, 0)


@dataclass(frozen=True, slots=True)
class _Minute:
    """One minute, given how many there were before it: at its first instant, at its end, between."""

    before: Heads
    first: Heads
    after: Heads
    most: int
    most_at: Instant
    levels: dict[int, int]


class Minutes:
    """The heads of one window from ``since`` on, minute by minute."""

    def __init__(self, since: Instant) -> None:
        self.since = since
        self.last_change: Instant = since
        self._changes: dict[int, array[int]] = {}
        self._minutes: list[_Minute] = []
        self._stale: set[int] = set()
        self._taken_back: set[int] = set()
        self._levels: Counter[int] = Counter()

    def replace(self, rank: int, before: Union, after: Union) -> None:
        """Somebody was there by a rank in ``before`` and is so in ``after``: only what differs changes.

        The times begin at ``since`` or later, their ends may be ``OPEN``.
        """
        if not before:
            for since, until in after:
                self._change(since, rank, 1)
                self._change(until, rank, 0)
            return
        for place, sign in ((0, 1), (1, 0)):
            was, now = {span[place] for span in before}, {span[place] for span in after}
            for at in was - now:
                self._change(at, rank, 1 - sign)
                self._taken_back.add((at - self.since) // MINUTE)
            for at in now - was:
                self._change(at, rank, sign)

    def points(self, until: Instant) -> tuple[Point, ...]:
        """The curve with a point a minute up to ``until``."""
        return tuple(
            Point(self.since + number * MINUTE, sum(minute.first), *minute.first, minute.most)
            for number, minute in enumerate(self._folded(until))
        )

    def peak(self, until: Instant) -> Peak:
        """The most at one instant, and the first such instant."""
        best = max(self._folded(until), key=lambda minute: minute.most)
        return Peak(best.most, best.most_at)

    def levels(self, until: Instant) -> tuple[Level, ...]:
        """For how long each number of people was there together."""
        self._folded(until)
        return tuple(Level(heads, spent) for heads, spent in sorted(self._levels.items()) if spent)

    def _change(self, at: Instant, rank: int, sign: int) -> None:
        if at == OPEN:
            return
        self.last_change = max(self.last_change, at)
        number, offset = divmod(at - self.since, MINUTE)
        packed = (offset * RANKS + rank) * 2 + sign
        found = self._changes.get(number)
        if found is None:
            self._changes[number] = array("q", (packed,))
        else:
            found.append(packed)
        self._stale.add(number)

    def _folded(self, until: Instant) -> list[_Minute]:
        """Every minute up to ``until``, the last one as far as it goes."""
        count = -(-(until - self.since) // MINUTE)
        self._forget_from(count)
        if self._minutes:
            self._stale.add(len(self._minutes) - 1)  # the last one has gone on since
        before = _NOBODY
        for number in range(count):
            known = self._minutes[number] if number < len(self._minutes) else None
            if known is None or number in self._stale or known.before != before:
                known = self._fold(number, before, min(MINUTE, until - self.since - number * MINUTE))
                self._put(number, known)
            before = known.after
        self._stale = {number for number in self._stale if number >= count}
        return self._minutes

    def _forget_from(self, count: int) -> None:
        for minute in self._minutes[count:]:
            self._levels.subtract(minute.levels)
        del self._minutes[count:]

    def _put(self, number: int, minute: _Minute) -> None:
        if number < len(self._minutes):
            self._levels.subtract(self._minutes[number].levels)
            self._minutes[number] = minute
        else:
            self._minutes.append(minute)
        self._levels.update(minute.levels)

    def _fold(self, number: int, before: Heads, length_ms: int) -> _Minute:
        start = self.since + number * MINUTE
        heads, first, most, most_at, done = list(before), before, -1, start, 0
        levels: dict[int, int] = {}
        for offset, by in _by_offset(self._netted(number)):
            if offset >= length_ms:
                break
            if offset:
                together = sum(heads)
                levels[together] = levels.get(together, 0) + offset - done
                if done == 0:
                    first, most = _heads(heads), together
            for rank, change in by:
                heads[rank] += change
            done = offset
            if offset and sum(heads) > most:
                most, most_at = sum(heads), start + offset
        together = sum(heads)
        if done == 0:
            first, most = _heads(heads), together
        levels[together] = levels.get(together, 0) + length_ms - done
        return _Minute(before, first, _heads(heads), most, most_at, levels)

    def _netted(self, number: int) -> list[int]:
        """The changes of a minute in order; those that were taken back are dropped for good."""
        found = self._changes.get(number)
        if found is None:
            return []
        if number not in self._taken_back:
            return sorted(found)
        self._taken_back.discard(number)
        net: Counter[int] = Counter()
        for packed in found:
            net[packed >> 1] += 1 if packed & 1 else -1
        kept = sorted((place * 2 + (by > 0)) for place, by in net.items() for _ in range(abs(by)))
        self._changes[number] = array("q", kept)
        return kept


def _by_offset(changes: Iterable[int]) -> Iterator[tuple[int, list[tuple[int, int]]]]:
    """The changes of each instant together: nobody sees the moment between two of them."""
    at = -1
    by: list[tuple[int, int]] = []
    for packed in changes:
        offset, rank = divmod(packed >> 1, RANKS)
        if offset != at and by:
            yield at, by
            by = []
        at = offset
        by.append((rank, 1 if packed & 1 else -1))
    if by:
        yield at, by


def _heads(heads: list[int]) -> Heads:
    hall, zoom, web = heads
    return hall, zoom, web
