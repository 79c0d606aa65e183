"""The curve of a session: who was there at each step, and the most between two steps."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from streamhub.kit.channel import Channel
from streamhub.kit.clock import SECOND, Instant
from streamhub.kit.ids import ParticipantId
from streamhub.kit.intervals import Span, Union, clip, difference, union
from streamhub.programme.clock import Window
from streamhub.statistics.model import Attendance
from streamhub.statistics.results import Point, Timeline

RANK = {channel: rank for rank, channel in enumerate(Channel)}


@dataclass(frozen=True, slots=True)
class _Changes:
    """By how much hall, Zoom and page change, at each instant at which anything does."""

    instants: list[Instant]
    by: list[list[int]]


def timeline(stays: Iterable[Attendance], window: Window | None, step: int) -> Timeline:
    """A point every ``step`` seconds from the window's first instant, none at its end.

    At each instant a person counts in one channel: hall, else Zoom, else our page.
    ``peak_in_step`` is the most at one instant of ``[at, at + step)`` inside the window.
    """
    if window is None:
        return Timeline(step, ())
    return Timeline(step, tuple(_points(_changes(stays, window), window, step * SECOND)))


def _changes(stays: Iterable[Attendance], window: Window) -> _Changes:
    people: dict[ParticipantId, list[list[Span]]] = {}
    for stay in stays:
        person = people.setdefault(stay.participant, [[] for _ in Channel])
        person[RANK[stay.channel]].append((stay.since, stay.until))
    changes: defaultdict[Instant, list[int]] = defaultdict(lambda: [0] * len(Channel))
    for person in people.values():
        for rank, spans in enumerate(apart(person)):
            for since, until in clip(spans, window.since, window.until):
                changes[since][rank] += 1
                changes[until][rank] -= 1
    instants = sorted(changes)
    return _Changes(instants, [changes[at] for at in instants])


def apart(person: Iterable[list[Span]]) -> Iterator[Union]:
    """The person's times by channel, none of them twice: the first channel has it."""
    taken: Union = ()
    for spans in person:
        own = union(spans)
        yield difference(own, taken) if own and taken else own
        taken = union((*taken, *own)) if own and taken else taken or own


def _points(changes: _Changes, window: Window, step_ms: int) -> Iterator[Point]:
    heads = [0] * len(Channel)
    done = 0
    for at in range(window.since, window.until, step_ms):
        done = _follow(heads, changes, done, at)
        hall, zoom, web = heads
        most = hall + zoom + web
        while done < len(changes.instants) and changes.instants[done] < at + step_ms:
            done = _follow(heads, changes, done, changes.instants[done])
            most = max(most, sum(heads))
        yield Point(at, hall + zoom + web, hall, zoom, web, most)


def _follow(heads: list[int], changes: _Changes, done: int, at: Instant) -> int:
    """Make every change up to and at the instant; returns how many are done."""
    while done < len(changes.instants) and changes.instants[done] <= at:
        for rank, by in enumerate(changes.by[done]):
            heads[rank] += by
        done += 1
    return done
