"""Figures that outlive the stays they were counted from: what is kept, and how it is read again."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import msgspec

from streamhub.kit.clock import Instant
from streamhub.programme.clock import Window
from streamhub.statistics.results import Point, SessionStatistics, SummitStatistics, Timeline

STEP_SECONDS = 60
"""Seconds between two points of a kept curve: finer ones would tell when single people came."""


@dataclass(frozen=True, slots=True)
class KeptFigures:
    """The exact figures of one holding of a session in one window, and its curve by the minute."""

    statistics: SessionStatistics
    curve: Timeline


def final(statistics: SessionStatistics, kept_at: Instant) -> SessionStatistics:
    """The figures of a session as they are kept: nothing can change them any more."""
    return replace(statistics, window=_final(statistics.window), kept_at=kept_at)


def final_summit(statistics: SummitStatistics, kept_at: Instant) -> SummitStatistics:
    """The same for the summit and its sessions."""
    sessions = tuple(final(session, kept_at) for session in statistics.sessions)
    return replace(statistics, sessions=sessions, kept_at=kept_at)


def thinned(curve: Timeline, step: int) -> Timeline:
    """A kept curve with a point every ``step`` seconds; a part of a minute becomes a whole one."""
    every = max(1, -(-step // curve.step))
    return Timeline(every * curve.step, tuple(_points(curve.points, every)))


def encoded(figures: KeptFigures | SummitStatistics) -> str:
    """As JSON, for the database."""
    return msgspec.json.encode(figures).decode()


def session_figures(text: str) -> KeptFigures:
    """What ``encoded`` made of a session."""
    return msgspec.json.decode(text, type=KeptFigures)


def summit_figures(text: str) -> SummitStatistics:
    """What ``encoded`` made of the summit."""
    return msgspec.json.decode(text, type=SummitStatistics)


def _final(window: Window | None) -> Window | None:
    return None if window is None else replace(window, final=True)


def _points(points: tuple[Point, ...], every: int) -> Iterator[Point]:
    for first in range(0, len(points), every):
        group = points[first : first + every]
        yield replace(points[first], peak_in_step=max(point.peak_in_step or 0 for point in group))
