"""The rules of the door: whom a passage puts into which hall, from when to when.

The hall stays of a person follow from all their passages in the order of their time, never from the
order in which they became known: a desk that was off line tells its own hours later.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from zoneinfo import ZoneInfo

from streamhub.attendance import model
from streamhub.attendance.model import Cause, Event, Key
from streamhub.kit.clock import Instant, to_datetime
from streamhub.kit.ids import ParticipantId, SessionSlug
from streamhub.programme.model import Session, SessionState, StateChange

OPEN_STATES = frozenset({SessionState.DOORS, SessionState.LIVE, SessionState.PAUSED})


class Direction(StrEnum):
    """Through the door which way."""

    IN = "in"
    OUT = "out"


class Scope(StrEnum):
    """What somebody checked in for."""

    SUMMIT = "summit"
    VENUE = "venue"
    SESSION = "session"


@dataclass(frozen=True, slots=True)
class Place:
    """The door: of the summit (``name`` empty), of a venue, or of one session."""

    scope: Scope
    name: str = ""


@dataclass(frozen=True, slots=True)
class CheckIn:
    """One passage inwards; ``until`` is None while nobody checked the person out."""

    participant: ParticipantId
    place: Place
    since: Instant
    until: Instant | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """Where somebody stands today: inside ``since``, or out since ``left_at``; neither: still expected."""

    participant: ParticipantId
    since: Instant | None = None
    left_at: Instant | None = None


@dataclass(frozen=True, slots=True)
class DoorList:
    """How people stand at the doors; ``last`` is the place in the ledger up to which that is so."""

    people: tuple[Standing, ...]
    last: int


@dataclass(frozen=True, slots=True)
class CheckInOrder:
    """What the desk asks for; ``nonce`` makes a second sending harmless."""

    participant: ParticipantId
    place: Place
    direction: Direction
    at: Instant
    nonce: str
    by: str


@dataclass(frozen=True, slots=True)
class CheckedIn:
    """What the desk is told: ``repeated`` when the person was there (or gone) already."""

    participant: ParticipantId
    repeated: bool
    in_hall: bool


@dataclass(frozen=True, slots=True)
class Passage:
    """One passage through a door as the ledger has it; ``order`` is its place there."""

    participant: ParticipantId
    place: Place
    direction: Direction
    at: Instant
    order: int


OpenTime = tuple[Instant, Instant | None]
"""``[since, until)``; until None while it lasts."""


@dataclass(frozen=True, slots=True)
class Hall:
    """The hall of a session: when it was open, and whether others run beside it in its venue."""

    session: Session
    open_times: tuple[OpenTime, ...]
    parallel: bool


def halls_of(sessions: Sequence[Session], history: Iterable[StateChange]) -> tuple[Hall, ...]:
    """The halls that are or were open, by what the sessions' present runs went through."""
    steps = tuple(history)
    found = [Hall(s, _open_times(s, steps), _has_parallel(s, sessions)) for s in sessions]
    return tuple(hall for hall in found if hall.open_times)


def _open_times(session: Session, history: Iterable[StateChange]) -> tuple[OpenTime, ...]:
    times: list[OpenTime] = []
    since: Instant | None = None
    for step in history:
        if (step.session, step.run) != (session.slug, session.run):
            continue
        if step.state in OPEN_STATES and since is None:
            since = step.at
        elif step.state is SessionState.ENDED and since is not None:
            times.append((since, step.at))
            since = None
    return (*times, (since, None)) if since is not None else tuple(times)


def _has_parallel(session: Session, sessions: Iterable[Session]) -> bool:
    """By the timetable another session runs in the same venue at the same time.

    One door cannot tell which. A session that overruns or is moved makes nothing parallel, nor does
    a cancelled one.
    """
    return any(
        other.slug != session.slug
        and not other.cancelled
        and other.venue == session.venue
        and other.scheduled_starts_at < session.scheduled_ends_at
        and session.scheduled_starts_at < other.scheduled_ends_at
        for other in sessions
    )


def hall_times(passages: Iterable[Passage], hall: Hall, zone: ZoneInfo) -> list[OpenTime]:
    """When a person was in a hall, while it was open: from each check-in for it to the next check-out."""
    mine = [one for one in passages if _concerns(one, hall)]
    outs = [(one.at, one.order) for one in mine if one.direction is Direction.OUT]
    found: list[OpenTime] = []
    for one in mine:
        if one.direction is Direction.IN:
            left = min((at for at, order in outs if (at, order) > (one.at, one.order)), default=None)
            counts = (time for time in hall.open_times if _counts(one, hall, time, zone))
            found += [(max(one.at, since), _first(left, until)) for since, until in counts]
    return _merged((since, until) for since, until in found if until is None or since < until)


def _concerns(one: Passage, hall: Hall) -> bool:
    """Through this session's door, its venue's, or, outwards, the summit's."""
    if one.place.scope is Scope.SESSION:
        return one.place.name == hall.session.slug
    if one.place.scope is Scope.VENUE:
        return one.place.name == hall.session.venue
    return one.direction is Direction.OUT


def _counts(one: Passage, hall: Hall, time: OpenTime, zone: ZoneInfo) -> bool:
    """A venue's door counts for what opens there the same day, or is open past midnight.

    Not for parallel sessions: those need their own scan.
    """
    if one.place.scope is Scope.SESSION:
        return True
    since, until = time
    meanwhile = since <= one.at and (until is None or one.at < until)
    return not hall.parallel and (meanwhile or local_day(one.at, zone) == local_day(since, zone))


def _first(one: Instant | None, other: Instant | None) -> Instant | None:
    ends = [at for at in (one, other) if at is not None]
    return min(ends, default=None)


def _merged(times: Iterable[OpenTime]) -> list[OpenTime]:
    merged: list[OpenTime] = []
    for since, until in sorted(times, key=lambda time: time[0]):
        last = merged[-1] if merged else None
        if last is None or (last[1] is not None and last[1] < since):
            merged.append((since, until))
        elif last[1] is not None and (until is None or until > last[1]):
            merged[-1] = (last[0], until)
    return merged


def told_anew(key: Key, told: Sequence[OpenTime], times: Sequence[OpenTime], at: Instant) -> list[Event]:
    """What makes a hall's stays of one person, as ``told``, the ``times``; nothing where they are.

    What goes on or ends is an arrival or a leave. Only what was told wrong is taken back.
    """
    known = [time for time in told if time[0] != time[1]]
    if known == times:
        return []
    ends, last = known[-1:] and known[-1][1] is None, len(known) - 1
    if known == times[: len(known)]:
        return _told(key, times[len(known) :])
    if ends and known[:-1] == times[:last]:
        since = known[-1][0]
        if len(times) == last:
            return [model.leave(key, since, Cause.CHECKED_OUT)]
        if times[last][0] == since and times[last][1] is not None:
            return _told(key, times[last:])[1:]
    return [model.take_back(key, at), *_told(key, times)]


def _told(key: Key, times: Iterable[OpenTime]) -> list[Event]:
    events: list[Event] = []
    for since, until in times:
        events.append(model.arrive(key, since))
        if until is not None:
            events.append(model.leave(key, until, Cause.CHECKED_OUT))
    return events


def standing(participant: ParticipantId, check_ins: Iterable[CheckIn], day: date, zone: ZoneInfo) -> Standing:
    """How a person stands on a day by all their check-ins; one that was taken back is none."""
    today = [c for c in check_ins if local_day(c.since, zone) == day]
    inside = [c.since for c in today if c.until is None]
    left = [c.until for c in today if c.until is not None and c.until > c.since]
    if inside:
        return Standing(participant, since=inside[-1])
    return Standing(participant, left_at=max(left, default=None))


def local_day(at: Instant, zone: ZoneInfo) -> date:
    """The calendar day of an instant where the summit takes place."""
    return to_datetime(at).astimezone(zone).date()


def place_of(venue: str | None, session: SessionSlug | None) -> Place:
    """The door that an order names: a venue, a session, or neither for the summit."""
    if session is not None:
        return Place(Scope.SESSION, session)
    if venue is not None:
        return Place(Scope.VENUE, venue)
    return Place(Scope.SUMMIT)
