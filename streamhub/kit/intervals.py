"""Half-open times ``[since, until)`` and what can be done with many of them. No business meaning.

A union is a tuple of spans that are in order, not empty and do not touch.
"""

from collections.abc import Iterable
from typing import TypeAlias

from streamhub.kit.clock import Instant

Span: TypeAlias = tuple[Instant, Instant]
"""``(since, until)``; empty where ``until`` is not after ``since``."""

Union: TypeAlias = tuple[Span, ...]


def union(spans: Iterable[Span]) -> Union:
    """The times that at least one span covers; spans that overlap or touch become one."""
    merged: list[Span] = []
    for since, until in sorted(spans):
        if until <= since:
            continue
        if merged and since <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], until))
        else:
            merged.append((since, until))
    return tuple(merged)


def clip(spans: Iterable[Span], since: Instant, until: Instant) -> Union:
    """The part of a union that lies inside ``[since, until)``."""
    cut = ((max(a, since), min(b, until)) for a, b in spans)
    return tuple((a, b) for a, b in cut if a < b)


def difference(spans: Union, taken: Union) -> Union:
    """The times of the union ``spans`` that the union ``taken`` does not cover."""
    left: list[Span] = []
    at = 0
    for since, until in spans:
        start = since
        while at < len(taken) and taken[at][0] < until:
            a, b = taken[at]
            if a > start:
                left.append((start, a))
            start = max(start, b)
            if b > until:
                break
            at += 1
        if start < until:
            left.append((start, until))
    return tuple(left)


def length_ms(spans: Iterable[Span]) -> int:
    """Milliseconds that a union covers."""
    return sum(until - since for since, until in spans)
