"""What Zoom says of a meeting, event by event, as times of people. Pure.

Zoom's events come late, twice and in any order, and an app that was killed says so a minute later, often
after the person is back under another ``user_id`` (a new one at every join and every move to a breakout
room). So nothing follows from the order in which they came: a time goes from each join to the first leave
of the same ``user_id`` at or after it, else to the end of the meeting, else it lasts.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from streamhub.kit.clock import MINUTE, Instant
from streamhub.kit.ids import ParticipantId

MERGED_MS = MINUTE
"""Times of one person in one meeting that are closer than this are one."""


class Move(StrEnum):
    """What happened. Moves into and out of a breakout room are joins and leaves too."""

    JOINED = "joined"
    LEFT = "left"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class MeetingEvent:
    """One event of one running meeting (one ``uuid``), at Zoom's own time.

    ``participant`` is whom registrant id or customer key name, None for a guest; ``parent`` is the
    ``user_id`` in the main room of somebody in a breakout room. The end of a meeting names nobody.
    """

    kind: Move
    at: Instant
    user_id: str = ""
    participant: ParticipantId | None = None
    parent: str = ""


@dataclass(frozen=True, slots=True)
class ZoomTime:
    """When somebody was in a meeting; ``until`` None while they are.

    Of somebody whom nobody knows ``participant`` is None, and ``user_id`` tells them apart.
    """

    participant: ParticipantId | None
    user_id: str
    since: Instant
    until: Instant | None


@dataclass(frozen=True, slots=True)
class MeetingTimes:
    """What all events of a meeting amount to; ``without_join`` counts leaves that only a list can explain."""

    times: tuple[ZoomTime, ...]
    without_join: int

    @property
    def people(self) -> int:
        """How many people were there, whatever their devices."""
        return len({(time.participant, time.user_id) for time in self.times})


@dataclass(frozen=True, slots=True)
class Reported:
    """One connection of Zoom's report after the end."""

    user_id: str
    participant: ParticipantId | None
    since: Instant
    until: Instant


@dataclass(frozen=True, slots=True)
class Opening:
    """A time ``[since, until)`` in which a session is open to attendance; ``until`` None while it is."""

    since: Instant
    until: Instant | None


Person = tuple[ParticipantId | None, str]
Times = dict[Person, list[tuple[Instant, Instant | None]]]


def fold_meeting(events: Iterable[MeetingEvent]) -> MeetingTimes:
    """The times of everybody, whatever the order of the events and however often each came."""
    known = set(events)
    ended = min((event.at for event in known if event.kind is Move.ENDED), default=None)
    joined, left = _instants(known, Move.JOINED), _instants(known, Move.LEFT)
    by_user = _by_user(known)
    found: Times = {}
    for user_id, instants in joined.items():
        for since in instants:
            until = _first([at for at in left.get(user_id, ()) if at >= since], ended, since)
            if until is None or since < until:
                found.setdefault(_person(user_id, by_user), []).append((since, until))
    return MeetingTimes(_times(found, MERGED_MS), len(left.keys() - joined.keys()))


def fold_report(rows: Iterable[Reported], events: Iterable[MeetingEvent]) -> MeetingTimes:
    """The times of a report. What it says together is one; a gap in it stays one.

    ``events`` say who somebody is whom the report does not name.
    """
    by_user = _by_user(events)
    found: Times = {}
    for row in rows:
        person = _person(row.user_id, by_user) if row.participant is None else (row.participant, "")
        if row.since < row.until:
            found.setdefault(person, []).append((row.since, row.until))
    return MeetingTimes(_times(found, 0), 0)


def within(times: Iterable[ZoomTime], openings: Sequence[Opening]) -> tuple[ZoomTime, ...]:
    """What of these times lies in one of the openings."""
    return tuple(part for time in times for opening in openings if (part := _part(time, opening)) is not None)


def _part(time: ZoomTime, opening: Opening) -> ZoomTime | None:
    since = max(time.since, opening.since)
    until = min((at for at in (time.until, opening.until) if at is not None), default=None)
    return replace(time, since=since, until=until) if until is None or since < until else None


def _times(found: Times, gap_ms: int) -> tuple[ZoomTime, ...]:
    times = [
        ZoomTime(participant, user_id, since, until)
        for (participant, user_id), spans in found.items()
        for since, until in _merged(spans, gap_ms)
    ]
    times.sort(key=lambda time: (time.since, time.participant or "", time.user_id))
    return tuple(times)


def _by_user(events: Iterable[MeetingEvent]) -> dict[str, list[MeetingEvent]]:
    found: dict[str, list[MeetingEvent]] = {}
    for event in events:
        found.setdefault(event.user_id, []).append(event)
    return found


def _instants(events: Iterable[MeetingEvent], kind: Move) -> dict[str, set[Instant]]:
    found: dict[str, set[Instant]] = {}
    for event in events:
        if event.kind is kind:
            found.setdefault(event.user_id, set()).add(event.at)
    return found


def _first(leaves: list[Instant], ended: Instant | None, since: Instant) -> Instant | None:
    ends = [*leaves, *([max(ended, since)] if ended is not None else [])]
    return min(ends, default=None)


def _person(user_id: str, by_user: Mapping[str, Sequence[MeetingEvent]]) -> Person:
    """Whom any event of this ``user_id`` names, else whom the main room knows; else nobody."""
    own = by_user.get(user_id, ())
    parents = sorted({event.parent for event in own if event.parent})
    about = [*own, *(event for parent in parents for event in by_user.get(parent, ()))]
    named = sorted(event.participant for event in about if event.participant is not None)
    return (named[0], "") if named else (None, min(parents, default=user_id))


def _merged(spans: list[tuple[Instant, Instant | None]], gap_ms: int) -> list[tuple[Instant, Instant | None]]:
    """Times that overlap, touch or are closer than ``gap_ms`` are one."""
    merged: list[tuple[Instant, Instant | None]] = []
    for since, until in sorted(spans, key=lambda span: span[0]):
        last = merged[-1] if merged else None
        if last is None or (last[1] is not None and since - last[1] >= max(gap_ms, 1)):
            merged.append((since, until))
        elif last[1] is not None:
            merged[-1] = (last[0], None if until is None else max(last[1], until))
    return merged
