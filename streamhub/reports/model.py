"""A report: the figures of a session or of the summit, with what a reader needs to trust them."""

from dataclasses import dataclass

from streamhub.kit.clock import HOUR, SECOND, Instant
from streamhub.kit.ids import SessionSlug
from streamhub.programme.clock import Window
from streamhub.programme.model import Delegation, Session, Summit
from streamhub.statistics.disclosure import Audience, Protected
from streamhub.statistics.results import SessionStatistics, SummitStatistics, Timeline

PRINTED_ROWS = 60
"""A table of the curve that still fits on a page and a half."""

STEPS = (60, 120, 300, 600, 900, 1_200, 1_800, 3_600)
"""Seconds between two printed points that people read easily."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of how it was counted, in words."""

    term: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What every report says around its figures.

    ``sessions`` is the whole programme, for the titles of what a figure covers; ``version``
    is None for a report that is not frozen.
    """

    summit: Summit
    sessions: tuple[Session, ...]
    delegations: tuple[Delegation, ...]
    lang: str
    generated_at: Instant
    version: int | None = None

    def title_of(self, slug: SessionSlug) -> str:
        """The title of a session, or its slug where there is none of that name any more."""
        titles = (s.titles.get(self.lang) for s in self.sessions if s.slug == slug)
        return next(titles, slug)


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionReport:
    """The report of one session.

    ``timeline`` has at most ``PRINTED_ROWS`` points; ``picture`` is the same as SVG, empty
    where there is nothing to draw.
    """

    about: About
    session: Session
    statistics: Protected[SessionStatistics]
    timeline: Protected[Timeline]
    picture: str
    sentences: tuple[str, ...]
    method: tuple[Rule, ...]

    @property
    def audience(self) -> Audience:
        """Whom it is for."""
        return self.statistics.audience


@dataclass(frozen=True, slots=True, kw_only=True)
class SummitReport:
    """The report of the summit."""

    about: About
    statistics: Protected[SummitStatistics]
    sentences: tuple[str, ...]
    method: tuple[Rule, ...]

    @property
    def audience(self) -> Audience:
        """Whom it is for."""
        return self.statistics.audience


Report = SessionReport | SummitReport


def printed_step(window: Window | None) -> int:
    """Seconds between two points of the printed curve: the shortest that gives few enough rows."""
    if window is None:
        return STEPS[0]
    length_ms = window.until - window.since
    shortest_ms = -(-length_ms // PRINTED_ROWS)
    whole_hours = -(-shortest_ms // HOUR) * HOUR // SECOND
    return next((step for step in STEPS if step * SECOND >= shortest_ms), whole_hours)
