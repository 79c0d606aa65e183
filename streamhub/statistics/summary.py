"""All figures of a session and of the summit, from everything that they are counted from."""

from collections.abc import Iterable
from dataclasses import dataclass

from streamhub.audience.model import PlatformFigure
from streamhub.kit.ids import SessionSlug
from streamhub.programme.clock import Window
from streamhub.programme.model import Delegation
from streamhub.statistics import model
from streamhub.statistics.model import Attendance, Attendee, Opening, Person, PlayerTime
from streamhub.statistics.results import (
    DelegationPresence,
    PlatformNumber,
    SessionStatistics,
    ShownSource,
    SummitStatistics,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionMaterial:
    """What one session's figures are counted from.

    ``stays`` are corrected, of audience and of unmatched people only, and cut at now.
    ``delegations`` stand in protocol order; ``percent`` is the share of "stayed to the end".
    """

    session: SessionSlug
    window: Window | None
    registered: int
    percent: int
    delegations: tuple[Delegation, ...]
    stays: tuple[Attendance, ...]
    openings: tuple[Opening, ...] = ()
    players: tuple[PlayerTime, ...] = ()
    sources: tuple[ShownSource, ...] = ()
    platforms: tuple[PlatformFigure, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CountedSession:
    """A session's figures and the people behind them, whom the summit counts once."""

    statistics: SessionStatistics
    people: tuple[Person, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SummitMaterial:
    """What the summit's figures are counted from; ``check_ins`` are those of audience."""

    registered: int
    delegations: tuple[Delegation, ...]
    sessions: tuple[CountedSession, ...]
    check_ins: tuple[Attendee, ...]
    platforms: tuple[PlatformFigure, ...] = ()
    represented_declared: int | None = None


def count_session(material: SessionMaterial) -> CountedSession:
    """Count one session, exactly: for publication it still goes through ``disclosure``."""
    people = model.people(material.stays, material.window)
    counts = model.headcounts((person.spans for person in people), material.window)
    by_delegation = model.by_delegation(people, material.delegations)
    statistics = SessionStatistics(
        session=material.session,
        window=material.window,
        registered=material.registered,
        represented=model.represented(by_delegation, material.delegations),
        attended=len(people),
        attended_threshold=model.attended_threshold(people, material.window, material.percent),
        peak=model.peak(counts),
        duration=model.duration(people),
        by_channel=model.by_channel(people),
        by_delegation=by_delegation,
        by_country=model.by_country(by_delegation, material.delegations),
        viewers=model.viewers(material.openings, material.window),
        web=model.web_time(material.stays, material.players, material.window),
        sources=material.sources,
        platforms=platform_numbers(material.platforms),
        levels=model.levels(counts, material.window),
    )
    return CountedSession(statistics=statistics, people=people)


def count_summit(material: SummitMaterial) -> SummitStatistics:
    """Count the summit, exactly: a person once, however many sessions they attended."""
    attendees = model.summit_attendees((session.people for session in material.sessions), material.check_ins)
    by_delegation = model.by_delegation(attendees, material.delegations)
    sessions = tuple(session.statistics for session in material.sessions)
    return SummitStatistics(
        registered=material.registered,
        attended=len(attendees),
        represented=model.represented(by_delegation, material.delegations),
        by_delegation=by_delegation,
        by_country=model.by_country(by_delegation, material.delegations),
        sessions=sessions,
        matrix=_matrix(material.delegations, sessions),
        platforms=platform_numbers(material.platforms),
        represented_declared=material.represented_declared,
    )


def _matrix(
    delegations: Iterable[Delegation], sessions: tuple[SessionStatistics, ...]
) -> tuple[DelegationPresence, ...]:
    there = [frozenset(session.represented.codes) for session in sessions]
    return tuple(
        DelegationPresence(d.code, tuple(d.code in codes for codes in there))
        for d in delegations
        if d.kind in model.OFFICIAL
    )


def platform_numbers(figures: Iterable[PlatformFigure]) -> tuple[PlatformNumber, ...]:
    """The counts of platforms and of people as they stand beside ours."""
    return tuple(
        PlatformNumber(f.platform, f.metric, f.value, f.kind, f.at, f.source, f.author, f.covers)
        for f in figures
    )
