"""What Zoom says of a meeting, event by event, as times of people. Pure.

Zoom's events come late, twice and in any order, and an app that was killed says so a minute later, often
after the person is back under another ``user_id`` (a new one at every join and every move to a breakout
room). So nothing follows from the order in which they came: a time goes from each join to the first leave
of the same ``user_id`` at or after it, else to the end of the meeting, else it lasts.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from streamhub.kit.clock import MINUTE, Instant
from streamhub.kit.ids import ParticipantId

MERGED_MS = MINUTE
"""Times of one person in one meeting that are closer than this are one."""


class ZoomKind(StrEnum):
    """What happened. Moves into and out of a breakout room are joins and leaves too."""

    JOINED = "joined"
    LEFT = "left"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class ZoomEvent:
    """One event of one meeting (one ``uuid``), at Zoom's own time.

    ``participant`` is whom registrant id or customer key name, None for a guest; ``parent`` is the
    ``user_id`` in the main room of somebody in a breakout room. The end of a meeting names nobody.
    """

    kind: ZoomKind
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
class ZoomMeeting:
    """What all events of a meeting amount to; ``without_join`` counts leaves that only a list can explain."""

    times: tuple[ZoomTime, ...]
    without_join: int


Person = tuple[ParticipantId | None, str]


def fold_meeting(events: Iterable[ZoomEvent]) -> ZoomMeeting:
    """The times of everybody, whatever the order of the events and however often each came."""
    known = set(events)
    ended = min((event.at for event in known if event.kind is ZoomKind.ENDED), default=None)
    joined, left = _instants(known, ZoomKind.JOINED), _instants(known, ZoomKind.LEFT)
    found: dict[Person, list[tuple[Instant, Instant | None]]] = {}
    for user_id, instants in joined.items():
        for since in instants:
            until = _first([at for at in left.get(user_id, ()) if at >= since], ended, since)
            if until is None or since < until:
                found.setdefault(_person(user_id, known), []).append((since, until))
    times = [
        ZoomTime(participant, user_id, since, until)
        for (participant, user_id), spans in found.items()
        for since, until in _merged(spans)
    ]
    times.sort(key=lambda time: (time.since, time.participant or "", time.user_id))
    return ZoomMeeting(tuple(times), len(left.keys() - joined.keys()))


def _instants(events: Iterable[ZoomEvent], kind: ZoomKind) -> dict[str, set[Instant]]:
    found: dict[str, set[Instant]] = {}
    for event in events:
        if event.kind is kind:
            found.setdefault(event.user_id, set()).add(event.at)
    return found


def _first(leaves: list[Instant], ended: Instant | None, since: Instant) -> Instant | None:
    ends = [*leaves, *([max(ended, since)] if ended is not None else [])]
    return min(ends, default=None)


def _person(user_id: str, events: Iterable[ZoomEvent]) -> Person:
    """Whom any event of this ``user_id`` names, else whom the main room knows; else nobody."""
    own = [event for event in events if event.user_id == user_id]
    parents = {event.parent for event in own if event.parent}
    about = [*own, *(event for event in events if event.user_id in parents)]
    named = [event.participant for event in about if event.participant is not None]
    if named:
        return named[0], ""
    return None, min(parents, default=user_id)


def _merged(spans: list[tuple[Instant, Instant | None]]) -> list[tuple[Instant, Instant | None]]:
    merged: list[tuple[Instant, Instant | None]] = []
    for since, until in sorted(spans, key=lambda span: span[0]):
        last = merged[-1] if merged else None
        if last is None or (last[1] is not None and since - last[1] >= MERGED_MS):
            merged.append((since, until))
        elif last[1] is not None:
            merged[-1] = (last[0], None if until is None else max(last[1], until))
    return merged
