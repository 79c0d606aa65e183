"""All figures of a session and of the summit, from everything that they are counted from."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from streamhub.audience.model import PlatformFigure
from streamhub.kit.clock import SECOND
from streamhub.kit.ids import DelegationCode, ParticipantId, SessionSlug
from streamhub.programme.clock import Window
from streamhub.programme.model import Delegation
from streamhub.statistics import model
from streamhub.statistics.model import Attendance, Attendee, Belonging, Opening, Person, PlayerTime
from streamhub.statistics.results import (
    AttendedThreshold,
    ByChannel,
    DelegationPresence,
    Duration,
    Level,
    Peak,
    PlatformNumber,
    SessionStatistics,
    ShownSource,
    SummitStatistics,
    Viewers,
    WebTime,
)
from streamhub.statistics.rollup import View


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
    stays: tuple[Attendance, ...] = ()
    openings: tuple[Opening, ...] = ()
    players: tuple[PlayerTime, ...] = ()
    sources: tuple[ShownSource, ...] = ()
    platforms: tuple[PlatformFigure, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CountedSession:
    """A session's figures and the people behind them, whom the summit counts once."""

    statistics: SessionStatistics
    people: tuple[Person | Attendee, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """What follows from everybody's times: by the sweep, or from the rollup."""

    people: tuple[Person | Attendee, ...]
    by_code: Mapping[DelegationCode | None, int]
    attended_threshold: AttendedThreshold
    peak: Peak
    duration: Duration
    by_channel: ByChannel
    viewers: Viewers
    web: WebTime
    levels: tuple[Level, ...]


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
    return with_counts(material, sweep(material))


def sweep(material: SessionMaterial) -> Counts:
    """Count everybody's times anew, over all of them: the definition, and the rollup's proof."""
    people = model.people(material.stays, material.window)
    counts = model.headcounts((person.spans for person in people), material.window)
    return Counts(
        people=people,
        by_code=Counter(person.delegation for person in people),
        attended_threshold=model.attended_threshold(people, material.window, material.percent),
        peak=model.peak(counts),
        duration=model.duration(people),
        by_channel=model.by_channel(people),
        viewers=model.viewers(material.openings, material.window),
        web=model.web_time(material.stays, material.players, material.window),
        levels=model.levels(counts, material.window),
    )


def roll(view: View, viewers: View, window: Window, percent: int, belonging: Belonging) -> Counts:
    """The same from what is kept by the minute, without looking at a single stay."""
    lengths, looked = view.lengths(window.until), viewers.lengths(window.until)
    people = tuple(Attendee(ParticipantId(who), belonging[ParticipantId(who)]) for who, _ in view.people())
    return Counts(
        people=people,
        by_code=Counter(person.delegation for person in people),
        attended_threshold=model.threshold_of(lengths, window, percent),
        peak=view.minutes.peak(window.until),
        duration=model.duration_of(lengths),
        by_channel=model.by_channel_of(channel for _, channel in view.people()),
        viewers=Viewers(len(looked), viewers.minutes.peak(window.until), sum(looked) // SECOND),
        web=WebTime(view.page.until(window.until) // SECOND, view.player.until(window.until) // SECOND),
        levels=view.minutes.levels(window.until),
    )


def with_counts(material: SessionMaterial, counts: Counts) -> CountedSession:
    """The figures of a session, given what its people's times amount to."""
    by_delegation = model.by_code(counts.by_code, material.delegations)
    statistics = SessionStatistics(
        session=material.session,
        window=material.window,
        registered=material.registered,
        represented=model.represented(by_delegation, material.delegations),
        attended=len(counts.people),
        attended_threshold=counts.attended_threshold,
        peak=counts.peak,
        duration=counts.duration,
        by_channel=counts.by_channel,
        by_delegation=by_delegation,
        by_country=model.by_country(by_delegation, material.delegations),
        viewers=counts.viewers,
        web=counts.web,
        sources=material.sources,
        platforms=platform_numbers(material.platforms),
        levels=counts.levels,
    )
    return CountedSession(statistics=statistics, people=counts.people)


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
