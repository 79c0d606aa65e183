"""Which numbers of a published sum to hide, so that none of them can be computed back.

The attacker knows everything: the total, the numbers shown, where a true 0 stands (it is
always shown), the threshold, and this program, which they may run on any table they like. A
table is *possible* for them if it gives exactly what was published. The promise: in the
possible tables every hidden number takes two values at least. Tests go through every small
table and check it.

**The rule.** A part has a least value that anybody can know: its *floor* (1, or the number
of its own parts that are not 0). It is small up to its *ceiling*: threshold − 1, or floor + 1
where that is more, so that a small part always has two values. Small parts are hidden. Then
parts are added in a fixed order, which does not depend on the numbers, until at least two are
hidden and their sum S is neither the sum of the floors nor the sum of the ceilings.

**Why it holds** for a total above the ceiling of its own floor:
- floors < S < ceilings: all tables of small parts with the sum S are possible, and in them
  every part takes two values.
- S > ceilings: let c be the part that was added last. The table where all others stand at
  their floor, and the one where all stand at their ceiling, with c taking what is left, are
  both possible: in both the others alone are unsafe and c is added first. They differ in
  every part.
- nothing left to add: then S is the total. It is not the sum of the floors (the total would
  be small). At the sum of the ceilings those same two tables are possible.

Choosing the smallest other number, as one might, would tell: 4, 10, 10, 10 with the 4 and one
10 hidden leaves only 4, as with less the hidden 10 would not be the smallest.

A threshold of 2 hides 1 and 2: a number that is hidden only where it is 1 would be told by it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

OFF = 1
"""Up to this threshold nothing is hidden: there is no number from 1 to threshold − 1."""


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a sum, with the least value that anybody can know it to have if it is not 0."""

    value: int
    floor: int = 1

    def ceiling(self, threshold: int) -> int:
        """The largest value that is hidden for its own sake."""
        return ceiling(threshold, self.floor)


def ceiling(threshold: int, floor: int = 1) -> int:
    """The largest number that counts as small; 0 where hiding is off."""
    return max(threshold - 1, floor + 1) if threshold > OFF else 0


def is_small(value: int, threshold: int, floor: int = 1) -> bool:
    """Whether a number must be hidden by itself; a true 0 never is."""
    return 0 < value <= ceiling(threshold, floor)


def hidden_parts(parts: Sequence[Part], threshold: int, *, least: int = 0) -> frozenset[int]:
    """The indices to hide of parts whose total is published; ``least`` of them in any case.

    The total must not be small for the sum of the floors: else hide it and all its parts.
    Parts that are first in the sequence are hidden first where others must be hidden too.
    """
    small = [is_small(part.value, threshold, part.floor) for part in parts]
    hidden = [i for i, part in enumerate(parts) if small[i]]
    others = [i for i, part in enumerate(parts) if part.value and not small[i]]
    for i in others if hidden or least else ():
        if len(hidden) >= least and _safe([parts[i] for i in hidden], threshold):
            break
        hidden.append(i)
    return frozenset(hidden)


def _safe(hidden: Sequence[Part], threshold: int) -> bool:
    total = sum(part.value for part in hidden)
    floors = sum(part.floor for part in hidden)
    ceilings = sum(part.ceiling(threshold) for part in hidden)
    return len(hidden) > 1 and total not in {floors, ceilings}
