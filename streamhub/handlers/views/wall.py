"""The moderators' wall and the hall's projector: who is there, and who is missing."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import msgspec

from streamhub.access.roles import AUDIENCE, FIGURES, MODERATION, Role
from streamhub.handlers.checklist import Checklist
from streamhub.handlers.views.floor import FloorView
from streamhub.handlers.views.programme import Reader, SessionRow, row
from streamhub.handlers.views.shapes import Band, Curve, Gauge, Point, Top, band, curve, gauge, no_curve_yet
from streamhub.handlers.views.switching import Switching
from streamhub.kit.channel import Channel
from streamhub.kit.clock import Instant
from streamhub.kit.ids import DelegationCode, ParticipantId, SessionSlug
from streamhub.kit.times import Moment
from streamhub.live.messages import PersonRow
from streamhub.live.rows import person_row
from streamhub.presence.model import Person, PersonState, Snapshot
from streamhub.programme.model import RESERVED, Delegation, DelegationKind, Session, SessionState, StateChange

SEATED = frozenset({DelegationKind.COUNTRY, DelegationKind.REGION})
"""Who has a seat in the gauge: organisations have theirs in the list only."""

ZOOM_CONFIRMED = "zoom"
"""How a person is shown whom Zoom itself has reported and who is not in the hall."""


@dataclass(frozen=True, slots=True)
class Heads:
    """People by how they are there. ``online`` holds neither the unstable nor those in Zoom."""

    hall: int = 0
    online: int = 0
    unstable: int = 0
    zoom: int = 0
    elsewhere: int = 0
    waiting: int = 0

    @property
    def remote(self) -> int:
        """By our page or by Zoom, and not in the hall."""
        return self.online + self.unstable + self.zoom

    @property
    def present(self) -> int:
        """In the hall or remote; nobody else."""
        return self.hall + self.remote

    def band(self) -> Band:
        """The ribbon of these people."""
        return band(
            hall=self.hall,
            online=self.online + self.unstable,
            zoom=self.zoom,
            elsewhere=self.elsewhere,
            waiting=self.waiting,
        )


@dataclass(frozen=True, slots=True)
class Tile:
    """One delegation. ``used`` are its remote seats in use: who left for Zoom keeps the seat."""

    code: DelegationCode
    name: str
    kind: DelegationKind
    heads: Heads
    band: Band
    seats: int | None
    used: int
    excused: int

    @property
    def full(self) -> bool:
        """Whether somebody waits because every seat is taken; a limit that stops nobody is only a number."""
        return self.seats is not None and self.used >= self.seats and self.heads.waiting > 0


@dataclass(frozen=True, slots=True)
class WallInput:
    """What the wall is made of, read by the handler.

    ``excused``: who, and of which delegation; ``removed``: who is barred from the session.
    ``mails``: a replaced link can be mailed.
    """

    session: Session
    history: Sequence[StateChange]
    snapshot: Snapshot
    delegations: Sequence[Delegation]
    excused: Mapping[ParticipantId, DelegationCode]
    removed: frozenset[ParticipantId]
    switching: Switching
    checklist: Checklist
    points: Sequence[Point]
    top: Top | None
    floor: FloorView
    mails: bool


@dataclass(frozen=True, slots=True)
class DelegationData:
    """What the script needs of a delegation; the numbers come from the people."""

    code: DelegationCode
    name: str
    seated: bool
    seats: int | None


@dataclass(frozen=True, slots=True)
class WallData:
    """What the wall's script starts from."""

    slug: SessionSlug
    state: SessionState
    now: Instant
    zone: str
    moderates: bool
    mails: bool
    counted: tuple[Role, ...]
    revision: int
    people: tuple[PersonRow, ...]
    excused: tuple[ParticipantId, ...]
    removed: tuple[ParticipantId, ...]
    delegations: tuple[DelegationData, ...]
    points: tuple[Point, ...]
    top: Top | None
    floor: FloorView


@dataclass(frozen=True, slots=True)
class ProjectorData:
    """What the projector's script starts from."""

    slug: SessionSlug
    state: SessionState
    now: Instant
    zone: str
    counted: tuple[Role, ...]
    delegations: tuple[DelegationData, ...]
    floor: FloorView


@dataclass(frozen=True, slots=True)
class WallPage:
    """What ``/s/{slug}/wall`` shows; ``live_since`` is when the session last went live.

    ``unknown`` people are in Zoom, counted and of no delegation; ``recognises``: the reader may say who.
    """

    session: SessionRow
    now: Moment
    live_since: Moment | None
    moderates: bool
    heads: Heads
    band: Band
    gauge: Gauge
    tiles: tuple[Tile, ...]
    missing: int
    unknown: int
    recognises: bool
    switching: Switching
    checklist: Checklist
    floor: FloorView
    curve: Curve
    island: dict[str, Any]


@dataclass(frozen=True, slots=True)
class ProjectorPage:
    """What ``/s/{slug}/projector`` shows: nothing that names a person."""

    session: SessionRow
    now: Moment
    gauge: Gauge
    following: SessionRow | None
    floor: FloorView
    island: dict[str, Any]


def wall_page(given: WallInput, reader: Reader) -> WallPage:
    """The wall of one session."""
    lang = reader.times.lang
    counted = [person for person in given.snapshot.people if person.who.counted]
    excused = Counter(given.excused.values())
    tiles = tuple(
        tile(delegation, [p for p in counted if p.who.delegation == delegation.code], lang, excused)
        for delegation in official(given.delegations)
    )
    everybody = heads(counted)
    return WallPage(
        session=row(given.session, reader),
        now=reader.times.moment(reader.now),
        live_since=reader.times.maybe(_live_since(given)),
        moderates=reader.grant is not None and reader.grant.role in MODERATION,
        heads=everybody,
        band=everybody.band(),
        gauge=gauge_of(tiles),
        tiles=tiles,
        missing=sum(not t.heads.present and not t.excused for t in tiles),
        unknown=sum(p.who.delegation is None for p in counted),
        recognises=reader.grant is not None and reader.grant.role in FIGURES and reader.grant.whole,
        switching=given.switching,
        checklist=given.checklist,
        floor=given.floor,
        curve=curve(given.points, reader.times, given.top) or no_curve_yet(reader.now, reader.times),
        island=msgspec.to_builtins(_data(given, reader)),
    )


def projector_page(
    session: Session,
    snapshot: Snapshot,
    delegations: Sequence[Delegation],
    following: Session | None,
    floor: FloorView,
    reader: Reader,
) -> ProjectorPage:
    """What the hall sees: who speaks, how many countries and regions, what comes next."""
    counted = [person for person in snapshot.people if person.who.counted]
    tiles = [
        tile(d, [p for p in counted if p.who.delegation == d.code], reader.times.lang, {})
        for d in official(delegations)
    ]
    data = ProjectorData(
        slug=session.slug,
        state=session.state,
        now=reader.now,
        zone=str(reader.times.zone),
        counted=tuple(sorted(AUDIENCE)),
        delegations=delegation_data(delegations, reader.times.lang),
        floor=replace(floor, items=tuple(replace(item, label="", subject="") for item in floor.items)),
    )
    return ProjectorPage(
        session=row(session, reader),
        now=reader.times.moment(reader.now),
        gauge=gauge_of(tiles),
        following=row(following, reader) if following else None,
        floor=data.floor,
        island=msgspec.to_builtins(data),
    )


def delegation_data(delegations: Sequence[Delegation], lang: str) -> tuple[DelegationData, ...]:
    """The delegations as the scripts need them."""
    return tuple(
        DelegationData(d.code, d.names.get(lang), d.kind in SEATED, d.seats) for d in official(delegations)
    )


def official(delegations: Iterable[Delegation]) -> list[Delegation]:
    """The delegations of the programme in protocol order, without the reserved ones."""
    return sorted((d for d in delegations if d.code not in RESERVED), key=lambda d: d.order)


def tile(
    delegation: Delegation, people: Sequence[Person], lang: str, excused: Mapping[DelegationCode, int]
) -> Tile:
    """One delegation with the people that it has here."""
    counts, seated = heads(people), heads(p for p in people if not p.who.guest)
    return Tile(
        code=delegation.code,
        name=delegation.names.get(lang),
        kind=delegation.kind,
        heads=counts,
        band=counts.band(),
        seats=delegation.seats,
        used=seated.remote + seated.elsewhere,
        excused=excused.get(delegation.code, 0),
    )


def gauge_of(tiles: Sequence[Tile]) -> Gauge:
    """One seat per country or region; taken where somebody is present."""
    seated = [t for t in tiles if t.kind in SEATED]
    return gauge(sum(t.heads.present > 0 for t in seated), len(seated))


def heads(people: Iterable[Person]) -> Heads:
    """The people by how they are there."""
    found = Counter(how(person) for person in people)
    return Heads(**{kind: found[kind] for kind in Heads.__slots__})


def how(person: Person) -> str:
    """The word of a person's state: in the hall, else in Zoom, else on our page, as the figures count."""
    in_zoom = Channel.ZOOM in person.channels and person.state is not PersonState.HALL
    return ZOOM_CONFIRMED if in_zoom else person.state.value


def _live_since(given: WallInput) -> Instant | None:
    if given.session.state is not SessionState.LIVE:
        return None
    return max((c.at for c in given.history if c.state is SessionState.LIVE), default=given.session.starts_at)


def _data(given: WallInput, reader: Reader) -> WallData:
    return WallData(
        slug=given.session.slug,
        state=given.session.state,
        now=reader.now,
        zone=str(reader.times.zone),
        moderates=reader.grant is not None and reader.grant.role in MODERATION,
        mails=given.mails,
        counted=tuple(sorted(AUDIENCE)),
        revision=given.snapshot.revision,
        people=tuple(person_row(person) for person in given.snapshot.people),
        excused=tuple(sorted(given.excused)),
        removed=tuple(sorted(given.removed)),
        delegations=delegation_data(given.delegations, reader.times.lang),
        points=tuple(given.points),
        top=given.top,
        floor=given.floor,
    )
