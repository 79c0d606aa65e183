"""The counting rules. Pure: every instant is an argument, every sum is in whole milliseconds.

All times are half-open ``[since, until)``; milliseconds are floored to seconds once, at the
end. Nothing is summed over devices or channels: a person is the union of what is recorded.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain

from streamhub.access.model import Participant
from streamhub.access.roles import AUDIENCE
from streamhub.kit.channel import Channel
from streamhub.kit.clock import SECOND, Instant
from streamhub.kit.ids import DelegationCode, ParticipantId, SessionSlug, ViewerId
from streamhub.kit.intervals import Span, Union, clip, length_ms, union
from streamhub.programme.clock import Window
from streamhub.programme.model import RESERVED, Delegation, DelegationKind
from streamhub.statistics.results import (
    AttendedThreshold,
    ByChannel,
    CountryCount,
    DelegationCount,
    Duration,
    Level,
    Peak,
    Represented,
    Viewers,
    WebTime,
)

OFFICIAL = (DelegationKind.COUNTRY, DelegationKind.REGION, DelegationKind.ORGANISATION)
ROUND_TO = 100


Belonging = dict[ParticipantId, DelegationCode | None]
"""To which delegation those belong whom figures count: unmatched people of lists to none."""


class Approximation(StrEnum):
    """How a rounded number stands to the exact one."""

    EXACTLY = "exactly"
    NEARLY = "nearly"
    MORE_THAN = "more_than"


@dataclass(frozen=True, slots=True)
class Attendance:
    """One stay of a counted person; one that lasts was cut at now by the caller."""

    participant: ParticipantId
    delegation: DelegationCode | None
    channel: Channel
    since: Instant
    until: Instant


@dataclass(frozen=True, slots=True)
class Opening:
    """A time during which an anonymous page of a public session was open."""

    viewer: ViewerId
    since: Instant
    until: Instant


@dataclass(frozen=True, slots=True)
class PlayerTime:
    """A time during which a counted person had the player opened in our page."""

    participant: ParticipantId
    since: Instant
    until: Instant


@dataclass(frozen=True, slots=True)
class Attendee:
    """Somebody who attended, or checked in at a venue or the summit."""

    participant: ParticipantId
    delegation: DelegationCode | None


@dataclass(frozen=True, slots=True)
class Person:
    """One attendee of a session: the union of their stays inside the window, never empty.

    ``channel`` is the hall if they were there at any time of it, else Zoom, else our page.
    """

    participant: ParticipantId
    delegation: DelegationCode | None
    channel: Channel
    spans: Union


def is_audience(participant: Participant) -> bool:
    """Whether a person can stand in a figure: no staff, no observer, no rehearsal."""
    return participant.role in AUDIENCE and participant.delegation not in RESERVED


def registered(participants: Iterable[Participant], session: SessionSlug | None = None) -> int:
    """Audience whose invitation stands and opens ``session``; None is the summit: any session.

    Who was erased was registered until then, and an erasure changes no figure.
    """
    return sum(
        (p.invited or p.erased) and is_audience(p) and (session is None or p.allows(session))
        for p in participants
    )


def people(stays: Iterable[Attendance], window: Window | None) -> tuple[Person, ...]:
    """Who attended: everybody with a stay of positive length inside the window."""
    if window is None:
        return ()
    spans: dict[ParticipantId, list[Span]] = {}
    channels: dict[ParticipantId, set[Channel]] = {}
    delegations: dict[ParticipantId, DelegationCode | None] = {}
    for stay in stays:
        who, since, until = stay.participant, max(stay.since, window.since), min(stay.until, window.until)
        if since < until:
            spans.setdefault(who, []).append((since, until))
            channels.setdefault(who, set()).add(stay.channel)
            delegations[who] = delegations.get(who) or stay.delegation
    return tuple(
        Person(who, delegations[who], next(c for c in Channel if c in channels[who]), union(there))
        for who, there in spans.items()
    )


def summit_attendees(
    sessions: Iterable[Iterable[Person | Attendee]], check_ins: Iterable[Attendee]
) -> tuple[Attendee, ...]:
    """Who attended the summit: at least one session, or a check-in at a venue or the summit."""
    delegations: dict[ParticipantId, DelegationCode | None] = {}
    everyone: Iterable[Person | Attendee] = chain(check_ins, chain.from_iterable(sessions))
    for one in everyone:
        delegations[one.participant] = delegations.get(one.participant) or one.delegation
    return tuple(Attendee(who, delegation) for who, delegation in delegations.items())


def attended_threshold(some: Sequence[Person], window: Window | None, percent: int) -> AttendedThreshold:
    """How many attended at least ``percent`` of the window; exactly that much is enough."""
    return threshold_of([length_ms(p.spans) for p in some], window, percent)


def threshold_of(lengths: Iterable[int], window: Window | None, percent: int) -> AttendedThreshold:
    """The same of people's times in milliseconds."""
    whole = window.until - window.since if window else 0
    return AttendedThreshold(percent, sum(length * 100 >= percent * whole for length in lengths))


def present_at(some: Iterable[Person], at: Instant) -> int:
    """How many are there at the instant: who arrives at it is, who leaves at it is not."""
    return sum(any(since <= at < until for since, until in person.spans) for person in some)


def headcounts(unions: Iterable[Union], window: Window | None) -> list[tuple[Instant, int]]:
    """How many of the unions hold, from the window's first instant on, at each change."""
    if window is None:
        return []
    spans = [span for one in unions for span in one]
    changes = Counter(since for since, _ in spans)
    changes.subtract(until for _, until in spans)
    changes[window.since] += 0
    heads, counts = 0, []
    for at in sorted(changes):
        heads += changes[at]
        if at < window.until:
            counts.append((at, heads))
    return counts


def peak(counts: Sequence[tuple[Instant, int]]) -> Peak:
    """The most people present at one instant of the window, and the first such instant.

    Not the union of a bucket: two people of whom one leaves as the other comes are one.
    """
    if not counts:
        return Peak(0, None)
    most = max(heads for _, heads in counts)
    return Peak(most, next(at for at, heads in counts if heads == most))


def levels(counts: Sequence[tuple[Instant, int]], window: Window | None) -> tuple[Level, ...]:
    """For how long each number of people was present together; adds up to the window."""
    spent: Counter[int] = Counter()
    ends = [at for at, _ in counts[1:]] + ([window.until] if window else [])
    for (at, heads), end in zip(counts, ends, strict=True):
        spent[heads] += end - at
    return tuple(Level(heads, spent[heads]) for heads in sorted(spent))


def duration(some: Iterable[Person]) -> Duration:
    """Time attended: the total, and the median person's; of an even number the mean of the middle two."""
    return duration_of(length_ms(person.spans) for person in some)


def duration_of(times: Iterable[int]) -> Duration:
    """The same of people's times in milliseconds."""
    lengths = sorted(times)
    if not lengths:
        return Duration(0, 0)
    middle_two = lengths[(len(lengths) - 1) // 2] + lengths[len(lengths) // 2]
    return Duration(sum(lengths) // SECOND, middle_two // (2 * SECOND))


def by_channel(some: Iterable[Person]) -> ByChannel:
    """Each person once: in the hall, else by Zoom, else on our page."""
    return by_channel_of(person.channel for person in some)


def by_channel_of(channels: Iterable[Channel]) -> ByChannel:
    """The same of the one channel of each person."""
    counts = Counter(channels)
    return ByChannel(counts[Channel.HALL], counts[Channel.ZOOM], counts[Channel.WEB])


def by_delegation(
    some: Iterable[Person | Attendee], delegations: Sequence[Delegation]
) -> tuple[DelegationCount, ...]:
    """People of each delegation in the order given, absent ones with 0.

    Then, if there are any, those of none (or of one that is not listed) under None.
    """
    return by_code(Counter(one.delegation for one in some), delegations)


def by_code(
    people: Mapping[DelegationCode | None, int], delegations: Sequence[Delegation]
) -> tuple[DelegationCount, ...]:
    """The same of how many people there are of each code."""
    counts = Counter(people)
    rows = [DelegationCount(d.code, counts.pop(d.code, 0)) for d in delegations if d.code not in RESERVED]
    others = counts.total()
    return (*rows, DelegationCount(None, others)) if others else tuple(rows)


def country_of(delegation: Delegation) -> str | None:
    """The country that a delegation's people count for: none for an organisation."""
    if delegation.kind is DelegationKind.ORGANISATION:
        return None
    return delegation.country or None


def by_country(
    rows: Iterable[DelegationCount], delegations: Iterable[Delegation]
) -> tuple[CountryCount, ...]:
    """The same people by country, in the order in which countries first stand in the list.

    A region counts for its country. Organisations and people without delegation stand last
    under None, if there are any.
    """
    countries = {d.code: country_of(d) for d in delegations}
    counts: Counter[str | None] = Counter()
    for row in rows:
        counts[countries.get(row.code) if row.code else None] += row.attended or 0
    others = counts.pop(None, 0)
    known = tuple(CountryCount(code, attended) for code, attended in counts.items())
    return (*known, CountryCount(None, others)) if others else known


def represented(rows: Iterable[DelegationCount], delegations: Iterable[Delegation]) -> Represented:
    """Official delegations with at least one attendee, by kind; the press is never one."""
    there = {row.code for row in rows if row.attended}
    official = [d for d in delegations if d.code in there and d.kind in OFFICIAL]
    countries, regions, organisations = (sum(d.kind is kind for d in official) for kind in OFFICIAL)
    return Represented(countries, regions, organisations, tuple(d.code for d in official))


def viewers(openings: Iterable[Opening], window: Window | None) -> Viewers:
    """Page openings inside the window, the most at once, and their time together."""
    if window is None:
        return Viewers(0, Peak(0, None), 0)
    spans: dict[ViewerId, list[Span]] = {}
    for opening in openings:
        spans.setdefault(opening.viewer, []).append((opening.since, opening.until))
    cut = (clip(union(times), window.since, window.until) for times in spans.values())
    unions = [times for times in cut if times]
    total_ms = sum(length_ms(times) for times in unions)
    return Viewers(len(unions), peak(headcounts(unions, window)), total_ms // SECOND)


def web_time(stays: Iterable[Attendance], players: Iterable[PlayerTime], window: Window | None) -> WebTime:
    """Time with our page open in the session, and the part of it with the player opened."""
    pages: dict[ParticipantId, list[Span]] = {}
    opened: dict[ParticipantId, list[Span]] = {}
    for stay in stays:
        if stay.channel is Channel.WEB:
            pages.setdefault(stay.participant, []).append((stay.since, stay.until))
    for player in players:
        opened.setdefault(player.participant, []).append((player.since, player.until))
    page_ms = player_ms = 0
    for who, times in pages.items():
        page = clip(union(times), window.since, window.until) if window else ()
        page_ms += length_ms(page)
        player_ms += _overlap_ms(page, union(opened.get(who, ())))
    return WebTime(page_ms // SECOND, player_ms // SECOND)


def _overlap_ms(one: Union, other: Union) -> int:
    return length_ms(one) + length_ms(other) - length_ms(union((*one, *other)))


def rounded_views(views: int) -> int:
    """The number for a sentence: to the nearest hundred (a half goes up), up to 100 as it is."""
    return views if views <= ROUND_TO else (views + ROUND_TO // 2) // ROUND_TO * ROUND_TO


def approximation(views: int) -> Approximation:
    """The words before ``rounded_views``: 398 is nearly 400, 412 more than 400, 400 is 400."""
    told = rounded_views(views)
    if views == told:
        return Approximation.EXACTLY
    return Approximation.NEARLY if views < told else Approximation.MORE_THAN
