"""The rules of the door: whom a check-in puts into which session."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from zoneinfo import ZoneInfo

from streamhub.kit.clock import Instant, to_datetime
from streamhub.kit.ids import ParticipantId, SessionSlug
from streamhub.programme.model import Session, SessionState

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


def has_parallel(session: Session, sessions: Iterable[Session]) -> bool:
    """Another session runs in the same venue at the same time: one door cannot tell which."""
    return any(
        other.slug != session.slug
        and other.venue == session.venue
        and other.starts_at < session.ends_at
        and session.starts_at < other.ends_at
        for other in sessions
    )


def admits(check_in: CheckIn, session: Session, sessions: Iterable[Session], zone: ZoneInfo) -> bool:
    """Whether this check-in puts the person into the hall of ``session``.

    A venue's door counts for that venue's sessions of the same day, except parallel
    ones: those need their own scan.
    """
    place = check_in.place
    if place.scope is Scope.SESSION:
        return place.name == session.slug
    return (
        place.scope is Scope.VENUE
        and place.name == session.venue
        and _same_day(check_in.since, session, zone)
        and not has_parallel(session, sessions)
    )


def _same_day(at: Instant, session: Session, zone: ZoneInfo) -> bool:
    """The same local day, or during a session that runs past midnight."""
    return local_day(at, zone) == local_day(session.starts_at, zone) or (
        session.starts_at <= at < session.ends_at
    )


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
