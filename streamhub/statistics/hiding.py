"""Which figures of a session, a curve and the summit are hidden; see ``disclosure`` for against whom."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TypeVar

from streamhub.kit.clock import SECOND
from streamhub.kit.ids import DelegationCode
from streamhub.programme.model import Delegation
from streamhub.statistics.model import OFFICIAL, country_of
from streamhub.statistics.results import (
    AttendedThreshold,
    ByChannel,
    CountryCount,
    DelegationCount,
    Duration,
    Level,
    Peak,
    PlatformNumber,
    Point,
    SessionStatistics,
    SummitStatistics,
    Timeline,
    Viewers,
)
from streamhub.statistics.sums import Part, ceiling, hidden_parts, is_small
from streamhub.statistics.sums_nested import Limit, Table, picture

Row = TypeVar("Row", DelegationCount, CountryCount)

TWO_VALUES = 2
SAFE_TOTAL_FROM = 5
"""Below this threshold a point can be hidden for its split alone, and no total is safe beside it."""


def public_form(session: SessionStatistics) -> SessionStatistics:
    """Without what is never published of a session: counts by delegation and country, authors."""
    return replace(
        session,
        by_delegation=None,
        by_country=None,
        web=None,
        platforms=_without_authors(session.platforms),
        levels=(),
    )


def public_summit_form(summit: SummitStatistics) -> SummitStatistics:
    """Without what is never published of the summit."""
    sessions = tuple(public_form(session) for session in summit.sessions)
    return replace(summit, sessions=sessions, platforms=_without_authors(summit.platforms))


# A session


def hide_in_session(session: SessionStatistics, threshold: int) -> SessionStatistics:
    """Without small numbers, and without those that would tell them.

    Scarce: never more than a few at once. Then also the time that people stayed would tell
    how many: five people who were there for 80 % are four at least at some instant.
    """
    closed = _is_closed(session, threshold)
    scarce = closed or is_small(session.peak.present or 0, threshold)
    registered_is_small = is_small(session.registered or 0, threshold, _floor(session) if closed else 1)
    return replace(
        public_form(session),
        registered=None if registered_is_small else session.registered,
        attended=None if closed else session.attended,
        attended_threshold=_hide_threshold(session.attended_threshold, threshold, scarce=scarce),
        peak=_hide_peak(session.peak, threshold, closed=closed),
        duration=_hide_duration(session, threshold, scarce=scarce),
        by_channel=_hide_channels(session.by_channel, threshold, closed=closed),
        viewers=_hide_viewers(session.viewers, threshold),
        platforms=_hide_platforms(session.platforms, threshold),
        suppressed=closed or registered_is_small,
    )


def _floor(session: SessionStatistics) -> int:
    """The least number of people that anybody can know of: one for each delegation and channel."""
    there = session.represented
    channels = sum(bool(number) for number in _channels(session.by_channel))
    return max(there.countries + there.regions + there.organisations, channels)


def _is_closed(session: SessionStatistics, threshold: int) -> bool:
    """Whether attendance itself is hidden; then every number that hangs on it is."""
    return is_small(session.attended or 0, threshold, _floor(session))


def _hide_threshold(figure: AttendedThreshold, threshold: int, *, scarce: bool) -> AttendedThreshold:
    if figure.people and (scarce or is_small(figure.people, threshold)):
        return replace(figure, people=None, suppressed=True)
    return figure


def _hide_peak(figure: Peak, threshold: int, *, closed: bool) -> Peak:
    if figure.present and (closed or is_small(figure.present, threshold)):
        return Peak(None, None, suppressed=True)
    return figure


def _hide_channels(figure: ByChannel, threshold: int, *, closed: bool) -> ByChannel:
    hall, zoom, web = _hide_split(_channels(figure), threshold, closed=closed)
    split = ByChannel(hall, zoom, web)
    return figure if split == figure else replace(split, suppressed=True)


def _channels(figure: ByChannel | Point) -> tuple[int, int, int]:
    return (figure.hall or 0, figure.zoom or 0, figure.web or 0)


def _hide_split(numbers: Sequence[int], threshold: int, *, closed: bool) -> list[int | None]:
    """Hall, Zoom and web; where more must be hidden, the page goes first, the hall last."""
    order = range(len(numbers))[::-1]
    hidden = {order[i] for i in hidden_parts([Part(numbers[i]) for i in order], threshold)}
    return [None if number and (closed or i in hidden) else number for i, number in enumerate(numbers)]


def _hide_duration(session: SessionStatistics, threshold: int, *, scarce: bool) -> Duration:
    figure = session.duration
    if scarce or _time_tells_threshold(session, threshold):
        return Duration(None, None, suppressed=True)
    if _total_tells_curve(session.levels, threshold):
        return replace(figure, total_seconds=None, suppressed=True)
    return figure


def _total_tells_curve(levels: Iterable[Level], threshold: int) -> bool:
    """Whether total time less the curve's shown part tells how many few people were.

    What remains is the time of the instants with few people. It must leave both the case
    that somebody is alone, or not, and the case that they are threshold − 1, or not.
    """
    few = [level for level in levels if is_small(level.present, max(threshold, SAFE_TOTAL_FROM))]
    if threshold < SAFE_TOTAL_FROM:
        return bool(few) and ceiling(threshold) > 0
    time_ms = sum(level.milliseconds for level in few)
    people_ms = sum(level.milliseconds * level.present for level in few)
    return bool(few) and not time_ms < people_ms <= time_ms * (threshold - 2)


def _time_tells_threshold(session: SessionStatistics, threshold: int) -> bool:
    """Whether total and median leave less than two values for a hidden "stayed long".

    The curve gives the total too: then it is hidden as well.
    """
    if not is_small(session.attended_threshold.people or 0, threshold):
        return False
    possible = sum(_can_have_stayed(n, session) for n in range(1, ceiling(threshold) + 1))
    return possible < TWO_VALUES


def _can_have_stayed(long: int, session: SessionStatistics) -> bool:
    """Whether ``long`` people can have reached the threshold, given total and median.

    Only the plain case is looked for: the middle of the people is below the threshold, and
    of an even number the middle two are equal. So it may say no too often, never yes wrongly.
    """
    window, duration, people = session.window, session.duration, session.attended or 0
    if window is None:
        return False
    whole = window.until - window.since
    enough = -(-whole * session.attended_threshold.percent // 100)
    side = (people - 1) // 2
    middle = people - 2 * side
    lowest = max(2, (duration.median_seconds or 0) * SECOND)
    highest = min((duration.median_seconds or 0) * SECOND + SECOND - 1, enough - 1)
    if long > side or lowest > highest:
        return False
    total = (duration.total_seconds or 0) * SECOND
    least = side + (middle + side - long) * lowest + long * enough
    most = (side + middle) * highest + (side - long) * (enough - 1) + long * whole
    return least < total + SECOND and total <= most


def _hide_viewers(figure: Viewers, threshold: int) -> Viewers:
    closed = is_small(figure.openings or 0, threshold)
    peak = _hide_peak(figure.peak, threshold, closed=closed)
    if not peak.suppressed:
        return figure
    openings = None if closed else figure.openings
    return Viewers(openings, peak, None, suppressed=True)


def _without_authors(platforms: Iterable[PlatformNumber]) -> tuple[PlatformNumber, ...]:
    return tuple(replace(number, author=None) for number in platforms)


def _hide_platforms(platforms: Iterable[PlatformNumber], threshold: int) -> tuple[PlatformNumber, ...]:
    return tuple(
        replace(number, value=None, suppressed=True) if is_small(number.value or 0, threshold) else number
        for number in _without_authors(platforms)
    )


# A curve


def hide_in_timeline(timeline: Timeline, session: SessionStatistics, threshold: int) -> Timeline:
    """Without small numbers at any point.

    Where the session's attendance is hidden, or the time that people stayed would tell how
    many stayed long, no point shows anybody. Where only the split by channel is hidden, no
    point with people is split, zeros included: with the sum beside them they would tell it.
    """
    closed = _is_closed(session, threshold) or _time_tells_threshold(session, threshold)
    split = not _hide_channels(session.by_channel, threshold, closed=closed).suppressed
    points = (_hide_point(point, threshold, closed=closed, split=split) for point in timeline.points)
    return replace(timeline, points=tuple(points))


def _hide_point(point: Point, threshold: int, *, closed: bool, split: bool) -> Point:
    present, most = point.present or 0, point.peak_in_step or 0
    numbers = _channels(point)
    floor = sum(number > 0 for number in numbers) if split else 1
    few = present > 0 and (closed or is_small(present, threshold, floor))
    if present and not split and not closed:
        hall, zoom, web = None, None, None
    else:
        hall, zoom, web = _hide_split(numbers, threshold, closed=few)
    hidden = Point(
        point.at,
        None if few else present,
        hall,
        zoom,
        web,
        None if most and (closed or few or is_small(most, threshold)) else most,
    )
    return point if hidden == point else replace(hidden, suppressed=True)


# The summit


def hide_in_summit(
    summit: SummitStatistics, delegations: Sequence[Delegation], threshold: int
) -> SummitStatistics:
    """Without small numbers and those that would tell them, given what the sessions show."""
    sessions = tuple(hide_in_session(session, threshold) for session in summit.sessions)
    table = _table(summit, delegations, threshold)
    hidden = picture(table, threshold)
    floor = sum(value > 0 for value in table.cells) if hidden.total else 1
    registered_is_small = is_small(summit.registered or 0, threshold, floor)
    return replace(
        summit,
        registered=None if registered_is_small else summit.registered,
        attended=None if hidden.total else summit.attended,
        by_delegation=_hide_rows(summit.by_delegation, hidden.cells),
        by_country=_hide_rows(summit.by_country, hidden.groups),
        sessions=sessions,
        platforms=_hide_platforms(summit.platforms, threshold),
        suppressed=hidden.total or registered_is_small,
    )


def _table(summit: SummitStatistics, delegations: Sequence[Delegation], threshold: int) -> Table:
    """The summit's people by delegation and country, with what each session tells of them."""
    countries = {d.code: country_of(d) for d in delegations}
    codes = [row.code for row in summit.by_delegation]
    groups = [
        [i for i, code in enumerate(codes) if (countries.get(code) if code else None) == row.code]
        for row in summit.by_country
    ]
    cells = tuple(row.attended or 0 for row in summit.by_delegation)
    shown = [session for session in summit.sessions if not _is_closed(session, threshold)]
    official = {d.code for d in delegations if d.kind in OFFICIAL}
    limits = tuple(_limit(session, codes, official) for session in shown if session.attended)
    closed = [session for session in summit.sessions if _is_closed(session, threshold)]
    session_ceiling = max((ceiling(threshold, _floor(session)) for session in closed), default=0)
    return Table(cells, groups, limits, session_ceiling)


def _limit(
    session: SessionStatistics, codes: Sequence[DelegationCode | None], official: set[DelegationCode]
) -> Limit:
    """A session's people are of delegations represented in it, or of unofficial ones or none."""
    there = frozenset(
        i for i, code in enumerate(codes) if code not in official or code in session.represented.codes
    )
    return Limit(there, session.attended or 0)


def _hide_rows(rows: Iterable[Row], hidden: frozenset[int]) -> tuple[Row, ...]:
    return tuple(
        replace(row, attended=None, suppressed=True) if i in hidden else row for i, row in enumerate(rows)
    )
