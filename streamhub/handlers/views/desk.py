"""The desk: every delegation and its people, who is in, who is expected."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from streamhub.access.model import Participant
from streamhub.attendance.door_model import DoorList, Standing
from streamhub.handlers.views.programme import OPEN
from streamhub.handlers.views.wall import official
from streamhub.kit.clock import Instant
from streamhub.kit.ids import ParticipantId
from streamhub.kit.text import folded
from streamhub.kit.times import Moment, Times
from streamhub.programme.model import REHEARSAL, RESERVED, Delegation, Session, SessionState


@dataclass(frozen=True, slots=True)
class DeskPerson:
    """One expected person: since when in the hall, out of it again, on our page."""

    participant: str
    seat: str
    label: str
    inside: Moment | None
    left: Moment | None
    online: Moment | None
    search: str


@dataclass(frozen=True, slots=True)
class DeskGroup:
    """One delegation; without a name, those who come without one: team, observers, press."""

    code: str
    name: str
    arrived: int
    people: tuple[DeskPerson, ...]


@dataclass(frozen=True, slots=True)
class Door:
    """Where a desk may stand: ``value`` is ``venue:…`` or ``session:…``, as the script sends it on."""

    value: str
    text: str


@dataclass(frozen=True, slots=True)
class DeskData:
    """What the desk's script starts from."""

    now: Instant
    last: int
    zone: str
    delegations: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class DeskPage:
    """What ``/desk`` shows; team and observers stand in no tally.

    The first of ``venues`` is where a session runs now, so that a tap counts in its hall.
    """

    day: str
    venues: tuple[Door, ...]
    sessions: tuple[Door, ...]
    arrived: int
    expected: int
    groups: tuple[DeskGroup, ...]
    island: dict[str, Any]


@dataclass(frozen=True, slots=True)
class DeskInput:
    """What the desk is made of: who is invited, who is in or left, who is on line, the day's sessions.

    ``venues``: it may count a whole venue, and not single sessions only.
    """

    participants: Sequence[Participant]
    delegations: Sequence[Delegation]
    door: DoorList
    online: Mapping[ParticipantId, Instant]
    sessions: Sequence[Session]
    venues: bool = True


def desk_page(given: DeskInput, times: Times, now: Instant) -> DeskPage:
    """The day's list, delegations in protocol order."""
    lang = times.lang
    door = {one.participant: one for one in given.door.people}
    people = [p for p in given.participants if p.invited and p.delegation != REHEARSAL]
    groups = [
        _group(d.code, d.names.get(lang), [p for p in people if p.delegation == d.code], door, given, times)
        for d in official(given.delegations)
    ]
    rest = [p for p in people if p.delegation in RESERVED]
    counted = [group for group in groups if group.people]
    team = [_group("", "", rest, door, given, times)] if rest else []
    data = DeskData(
        now,
        given.door.last,
        str(times.zone),
        tuple((d.code, d.names.get(lang)) for d in official(given.delegations)),
    )
    return DeskPage(
        day=times.moment(now).day,
        venues=tuple(Door(f"venue:{venue}", venue) for venue in _venues(given.sessions) if given.venues),
        sessions=tuple(
            Door(f"session:{s.slug}", f"{times.moment(s.starts_at).hm} {s.titles.get(lang)}")
            for s in sorted(given.sessions, key=lambda s: (s.starts_at, s.order))
            if s.state is not SessionState.ENDED and not s.cancelled
        ),
        arrived=sum(group.arrived for group in counted),
        expected=sum(len(group.people) for group in counted),
        groups=(*counted, *team),
        island=msgspec.to_builtins(data),
    )


def _venues(sessions: Sequence[Session]) -> tuple[str, ...]:
    """The places of the day, those with open sessions first, in time order."""
    ranked = sorted(sessions, key=lambda s: (s.state not in OPEN, s.ends_at, s.order))
    return tuple(dict.fromkeys(s.venue for s in ranked if s.venue))


def _group(
    code: str,
    name: str,
    people: Sequence[Participant],
    door: Mapping[ParticipantId, Standing],
    given: DeskInput,
    times: Times,
) -> DeskGroup:
    rows = tuple(
        DeskPerson(
            participant=p.id,
            seat=p.seat,
            label=p.label or p.seat,
            inside=times.maybe(door.get(p.id, Standing(p.id)).since),
            left=times.maybe(door.get(p.id, Standing(p.id)).left_at),
            online=times.maybe(given.online.get(p.id)),
            search=folded(f"{name} {code} {p.seat} {p.label}"),
        )
        for p in sorted(people, key=lambda p: p.seat)
    )
    return DeskGroup(code, name, sum(row.inside is not None for row in rows), rows)
