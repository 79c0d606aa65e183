"""The same for delegations within countries within a total, with the sessions' totals known.

Three levels are published: every delegation (cell), every country (group), all. A country
that is hidden hides all its delegations, so that a small country and one that was hidden for
another's sake look the same; ``sums`` then proves both levels, as a country's floor is the
number of its delegations that are not 0.

The sessions' totals, and who was represented in them, were published before. They bound the
numbers here: a session's people all belong to delegations that were represented in it or are
not official, so these are as many together. For every hidden number another table is looked
for that keeps within all such limits and looks the same by the rule of sums. Where there is
none, one more country is hidden, and at the end the total. (Somebody who repeats that search
can learn that it was needed; somebody who only adds up and compares cannot.)
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from streamhub.statistics.sums import Part, ceiling, hidden_parts, is_small

Values = tuple[int, ...]
Groups = Sequence[Sequence[int]]


@dataclass(frozen=True, slots=True)
class Limit:
    """The cells (by index) that are at least ``people`` together, as something published tells."""

    cells: frozenset[int]
    people: int


@dataclass(frozen=True, slots=True)
class Picture:
    """What is hidden: cells and groups by index, and the total."""

    cells: frozenset[int] = frozenset()
    groups: frozenset[int] = frozenset()
    total: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """The exact numbers. ``groups`` are the indices of their cells, in the order of the list.

    ``session_ceiling`` is the most that a session may have had whose people are hidden: a
    smaller total would tell, and is hidden.
    """

    cells: Values
    groups: Groups
    limits: tuple[Limit, ...] = ()
    session_ceiling: int = 0

    def total(self) -> int:
        """All people."""
        return sum(self.cells)

    def of(self, group: int) -> int:
        """The people of one group."""
        return sum(self.cells[i] for i in self.groups[group])

    def members(self, group: int) -> list[int]:
        """The cells of one group that are not 0: their number is what anybody can know of it."""
        return [i for i in self.groups[group] if self.cells[i]]

    def keeps_limits(self) -> bool:
        """Whether the numbers are possible beside what was published before."""
        return all(sum(self.cells[i] for i in limit.cells) >= limit.people for limit in self.limits)

    def known_total(self) -> int:
        """The least total that the limits allow, each by itself."""
        there = {i for i, value in enumerate(self.cells) if value}
        return max((limit.people + len(there - limit.cells) for limit in self.limits), default=0)

    def changed(self, cells: Mapping[int, int]) -> "Table":
        """The table with other numbers in some cells."""
        return replace(self, cells=tuple(cells.get(i, value) for i, value in enumerate(self.cells)))


def picture(table: Table, threshold: int) -> Picture:
    """What to hide of the table."""
    for least in range(len(table.groups) + 1):
        found = picture_by_sums(table, threshold, least)
        if found.total or not table.limits or _everything_varies(table, threshold, found, least):
            return found
    return _everything(table)


def picture_by_sums(table: Table, threshold: int, least: int = 0) -> Picture:
    """What the rule of sums hides; ``least`` groups in any case."""
    if _total_is_hidden(table, threshold):
        return _everything(table)
    hidden = _hidden_groups(table, threshold, least)
    cells = frozenset[int]()
    for group in range(len(table.groups)):
        members = table.members(group)
        cells |= frozenset(members) if group in hidden else _hidden_cells(table, members, threshold)
    return Picture(cells, hidden)


def _total_is_hidden(table: Table, threshold: int) -> bool:
    total, floor = table.total(), sum(value > 0 for value in table.cells)
    if is_small(total, threshold) or 0 < total < table.session_ceiling:
        return True
    return is_small(total, threshold, floor) and table.known_total() <= floor


def _everything(table: Table) -> Picture:
    cells = frozenset(i for i, value in enumerate(table.cells) if value)
    groups = frozenset(group for group in range(len(table.groups)) if table.members(group))
    return Picture(cells, groups, total=bool(cells))


def _hidden_groups(table: Table, threshold: int, least: int) -> frozenset[int]:
    """Where more must be hidden than small ones: those of fewest cells, of these the last."""
    floors = {group: len(table.members(group)) for group in range(len(table.groups))}
    order = sorted((group for group in floors if floors[group]), key=lambda group: (floors[group], -group))
    parts = [Part(table.of(group), floors[group]) for group in order]
    return frozenset(order[i] for i in hidden_parts(parts, threshold, least=least))


def _hidden_cells(table: Table, members: Sequence[int], threshold: int) -> frozenset[int]:
    order = list(reversed(members))
    return frozenset(order[i] for i in hidden_parts([Part(table.cells[i]) for i in order], threshold))


def _everything_varies(table: Table, threshold: int, shown: Picture, least: int) -> bool:
    """Whether each hidden number has another value in some table that looks the same."""
    cells, groups = set(shown.cells), set(shown.groups)
    for other in _alternatives(table, threshold, shown):
        new_cells = {i for i in cells if other.cells[i] != table.cells[i]}
        new_groups = {group for group in groups if other.of(group) != table.of(group)}
        if not new_cells and not new_groups:
            continue  # tells nothing new, and the look below is the slow part
        if other.keeps_limits() and picture_by_sums(other, threshold, least) == shown:
            cells -= new_cells
            groups -= new_groups
    return not cells and not groups


def _alternatives(table: Table, threshold: int, shown: Picture) -> Iterator[Table]:
    """Tables with the same shown numbers: one person moved, then the two of the proof in ``sums``."""
    for parts in _pools(table, shown):
        cells = [i for part in parts for i in part]
        for distance in range(1, len(cells)):
            for place, i in enumerate(cells):
                if table.cells[j := cells[place - distance]] > 1:
                    yield table.changed({i: table.cells[i] + 1, j: table.cells[j] - 1})
        people = sum(table.cells[i] for i in cells)
        for absorber in parts:
            others = [part for part in parts if part is not absorber]
            yield from _extremes(table, threshold, others, absorber, people)


def _pools(table: Table, shown: Picture) -> Iterator[list[list[int]]]:
    """The parts of each sum of hidden numbers that can be computed: hidden groups, then cells."""
    yield [table.members(group) for group in sorted(shown.groups)]
    for group in range(len(table.groups)):
        if group not in shown.groups:
            yield [[i] for i in table.members(group) if i in shown.cells]


def _extremes(
    table: Table, threshold: int, others: Groups, absorber: Sequence[int], people: int
) -> Iterator[Table]:
    """All other parts at their floor, then all at their ceiling, and the absorber takes the rest."""
    for at_ceiling in (False, True):
        cells: dict[int, int] = {}
        rest = people
        for part in others:
            amount = ceiling(threshold, len(part)) if at_ceiling else len(part)
            cells |= _spread(part, amount)
            rest -= amount
        if rest >= len(absorber):
            yield table.changed(cells | _spread(absorber, rest))


def _spread(part: Sequence[int], amount: int) -> dict[int, int]:
    return dict.fromkeys(part, 1) | {part[0]: amount - len(part) + 1}
