"""Somebody who wants to know: every table that is possible given what was published."""

from collections import defaultdict
from collections.abc import Iterable, Iterator


def tables(cells: int, total: int) -> Iterator[tuple[int, ...]]:
    """Every way in which ``total`` people can stand in so many cells."""
    if cells == 1:
        yield (total,)
        return
    for first in range(total + 1):
        for rest in tables(cells - 1, total - first):
            yield (first, *rest)


def leaks(published: Iterable[tuple[tuple, tuple]]) -> list[tuple]:
    """What can be computed back, of pairs of a publication (None is hidden) and its exact numbers.

    The tables with one publication are all that are possible beside it: so this attacker runs the
    program on every table there is.
    """
    possible = defaultdict(list)
    for shown, exact in published:
        possible[shown].append(exact)
    return [
        (shown, place)
        for shown, exacts in possible.items()
        for place, number in enumerate(shown)
        if number is None and len({exact[place] for exact in exacts}) < 2
    ]
