"""The remote seats of one delegation in one session: who sits, who waits, whose turn it is. Pure.

Seats belong to people, not to pages: a second tab takes none. A seat is taken before the
arrival is written and given back if that fails, so two people never get the last one.
"""

from collections import Counter
from collections.abc import Callable

from streamhub.kit.clock import Instant
from streamhub.kit.ids import ParticipantId

Holds = Callable[[ParticipantId], bool]
"""Whether something is so of a person now."""


class SeatRow:
    """A row of seats and the line before it. Those without a limit sit too, and are never refused.

    ``seats`` None: no limit. A lower limit than before puts nobody out.
    """

    def __init__(self, seats: int | None = None) -> None:
        self.seats = seats
        self._line: dict[ParticipantId, None] = {}
        self._sitting: set[ParticipantId] = set()
        self._arriving: Counter[ParticipantId] = Counter()
        self._kept: dict[ParticipantId, Instant] = {}

    # Coming

    def stand(self, person: ParticipantId) -> None:
        """Stand in line, in the order of coming; who stands or sits already keeps that place."""
        if person not in self._sitting:
            self._line.setdefault(person)

    def sit(self, person: ParticipantId, ready: Holds) -> bool:
        """Take a seat, if it is the person's turn, else stand in line.

        Who sits down has an arrival under way until ``settle``.
        ``ready``: who of those ahead could sit down now. Whose line broke keeps the place in
        line for the grace, and holds up nobody meanwhile.
        """
        if not self.admits(person, ready):
            self.stand(person)
            return False
        self._line.pop(person, None)
        self._kept.pop(person, None)
        self._sitting.add(person)
        self._arriving[person] += 1
        return True

    def settle(self, person: ParticipantId) -> None:
        """An arrival is over, written or not: from now on presence says whether the person sits."""
        self._arriving[person] -= 1
        self._arriving += Counter()  # drops the zeros

    def keep(self, person: ParticipantId, until: Instant) -> None:
        """A seat from before a restart of ours waits for its person, but not for ever."""
        self._sitting.add(person)
        self._kept[person] = until

    # Going

    def release(self, now: Instant, attends: Holds) -> None:
        """Free the seats of those who attend no more, and of those for whom they were kept in vain."""
        for person in list(self._sitting):
            if self._kept.get(person, now) <= now:
                self._kept.pop(person, None)
            if not (self._arriving[person] or person in self._kept or attends(person)):
                self._sitting.discard(person)

    def thin_out(self, waits: Holds) -> None:
        """Take those out of the line who wait no more."""
        for person in [p for p in self._line if not waits(p)]:
            del self._line[person]

    def excuse(self, person: ParticipantId) -> None:
        """The person needs no seat: admitted by a moderator, or in the hall. Or may not come in."""
        self._line.pop(person, None)
        self._kept.pop(person, None)
        self._sitting.discard(person)

    def seat(self, person: ParticipantId) -> None:
        """Who is in uses a seat from now on, also one more than there are."""
        self._line.pop(person, None)
        self._sitting.add(person)

    # Looking

    @property
    def line(self) -> tuple[ParticipantId, ...]:
        """Who waits, in order."""
        return tuple(self._line)

    @property
    def sitting(self) -> frozenset[ParticipantId]:
        """Who has a seat."""
        return frozenset(self._sitting)

    def sits(self, person: ParticipantId) -> bool:
        """Whether the person has a seat."""
        return person in self._sitting

    def stands(self, person: ParticipantId) -> bool:
        """Whether the person waits in line."""
        return person in self._line

    @property
    def free(self) -> int | None:
        """How many seats nobody has; None without a limit."""
        return None if self.seats is None else max(0, self.seats - len(self._sitting))

    def admits(self, person: ParticipantId, ready: Holds) -> bool:
        """Whether the person may sit now: has a seat, or one is left after those ahead in line."""
        if person in self._sitting or self.free is None:
            return True
        return sum(ready(other) for other in self._ahead_of(person)) < self.free

    def position(self, person: ParticipantId) -> int:
        """The place in line, from 1, not counting those whose seat is free already."""
        return max(1, len(self._ahead_of(person)) + 1 - (self.free or 0))

    def _ahead_of(self, person: ParticipantId) -> list[ParticipantId]:
        line = list(self._line)
        return line[: line.index(person)] if person in self._line else line
