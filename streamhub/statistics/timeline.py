"""The curve of a session: who was there at each step, and the most between two steps."""

from collections.abc import Iterable, Iterator

from streamhub.kit.channel import Channel
from streamhub.kit.clock import SECOND, Instant
from streamhub.kit.ids import ParticipantId
from streamhub.kit.intervals import Span, Union, clip, difference, union
from streamhub.programme.clock import Window
from streamhub.statistics.model import Attendance
from streamhub.statistics.results import Point, Timeline

HALL, ZOOM, WEB = Channel
Heads = dict[Channel, int]
Change = tuple[Instant, Channel, int]


def timeline(stays: Iterable[Attendance], window: Window | None, step: int) -> Timeline:
    """A point every ``step`` seconds from the window's first instant, none at its end.

    At each instant a person counts in one channel: hall, else Zoom, else our page.
    ``peak_in_step`` is the most at one instant of ``[at, at + step)`` inside the window.
    """
    if window is None:
        return Timeline(step, ())
    changes = sorted(_changes(stays, window))
    return Timeline(step, tuple(_points(changes, window, step * SECOND)))


def _changes(stays: Iterable[Attendance], window: Window) -> Iterator[Change]:
    people: dict[ParticipantId, dict[Channel, list[Span]]] = {}
    for stay in stays:
        person = people.setdefault(stay.participant, {HALL: [], ZOOM: [], WEB: []})
        person[stay.channel].append((stay.since, stay.until))
    for person in people.values():
        for channel, spans in _apart(person):
            for since, until in clip(spans, window.since, window.until):
                yield since, channel, 1
                yield until, channel, -1


def _apart(person: dict[Channel, list[Span]]) -> Iterator[tuple[Channel, Union]]:
    """The person's times by channel, none of them twice."""
    taken: Union = ()
    for channel in Channel:
        spans = union(person[channel])
        yield channel, difference(spans, taken)
        taken = union((*taken, *spans))


def _points(changes: list[Change], window: Window, step_ms: int) -> Iterator[Point]:
    heads: Heads = {HALL: 0, ZOOM: 0, WEB: 0}
    done = 0
    for at in range(window.since, window.until, step_ms):
        done = _follow(heads, changes, done, at)
        hall, zoom, web = heads.values()
        most = hall + zoom + web
        while done < len(changes) and changes[done][0] < min(at + step_ms, window.until):
            done = _follow(heads, changes, done, changes[done][0])
            most = max(most, sum(heads.values()))
        yield Point(at, hall + zoom + web, hall, zoom, web, most)


def _follow(heads: Heads, changes: list[Change], done: int, at: Instant) -> int:
    """Make every change up to and at the instant; returns how many are done."""
    while done < len(changes) and changes[done][0] <= at:
        _, channel, by = changes[done]
        heads[channel] += by
        done += 1
    return done
