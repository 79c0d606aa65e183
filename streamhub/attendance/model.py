"""The ledger's events, the stays derived from them, and the rules between both.

``fold`` is the definition: what the stays are, given every event in order. The
store applies the same rules to the table ``stays`` as events come in, and
``doctor --rebuild`` compares the two. Events and keys are msgspec structs: made ten times
faster than dataclasses, and there is one of each for everybody who arrives.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

from msgspec import Struct

from streamhub.kit.channel import Channel
from streamhub.kit.clock import Instant
from streamhub.kit.ids import ImportId, NodeId, ParticipantId, SessionSlug


class EventKind(StrEnum):
    """What an event says."""

    ARRIVE = "arrive"
    LEAVE = "leave"
    CHECK_IN = "check_in"
    CHECK_OUT = "check_out"
    IMPORT = "import"
    UNDO = "undo"
    CORRECT = "correct"


class Cause(StrEnum):
    """Why a stay ended."""

    BYE = "bye"
    LOST = "lost"
    ENDED = "ended"
    ELSEWHERE = "elsewhere"
    REVOKED = "revoked"
    EXPIRED = "expired"
    REMOVED = "removed"
    MOVED = "moved"
    WAITING = "waiting"
    CHECKED_OUT = "checked_out"
    RESTART = "restart"
    CRASH = "crash"


BRIDGED_WITHIN_GRACE = frozenset({Cause.BYE, Cause.LOST})
BRIDGED_AFTER_RESTART = frozenset({Cause.RESTART, Cause.CRASH})


class Event(Struct, frozen=True, kw_only=True, gc=False):
    """One line of the ledger, never changed after it was written.

    ``at`` is when it happened; when it was written down is the store's affair.
    Of the other fields each kind uses its own: see the constructors below.
    """

    kind: EventKind
    at: Instant
    participant: ParticipantId | None = None
    session: SessionSlug | None = None
    run: int = 1
    channel: Channel | None = None
    since: Instant | None = None
    until: Instant | None = None
    bridges: Instant | None = None
    cause: Cause | None = None
    import_id: ImportId | None = None
    row: str | None = None
    venue: str | None = None
    present: bool | None = None
    by: str | None = None
    reason: str | None = None
    nonce: str | None = None
    node: NodeId | None = None


def arrive(stay: "Key", at: Instant, *, bridges: Instant | None = None, node: NodeId | None = None) -> Event:
    """Somebody begins to attend; ``bridges`` is the end of the stay that goes on."""
    return Event(
        kind=EventKind.ARRIVE,
        at=at,
        participant=stay.participant,
        session=stay.session,
        run=stay.run,
        channel=stay.channel,
        bridges=bridges,
        node=node,
    )


def leave(stay: "Key", at: Instant, cause: Cause) -> Event:
    """The open stay ends at ``at``."""
    return Event(
        kind=EventKind.LEAVE,
        at=at,
        participant=stay.participant,
        session=stay.session,
        run=stay.run,
        channel=stay.channel,
        cause=cause,
    )


def import_stay(
    stay: "Key", since: Instant, until: Instant | None, *, import_id: ImportId, row: str, at: Instant
) -> Event:
    """A stay that others kept; ``row`` names it there, so that it can be moved alone.

    Out of a list it is closed. One that still lasts ends when it is undone and imported again.
    """
    return Event(
        kind=EventKind.IMPORT,
        at=at,
        participant=stay.participant,
        session=stay.session,
        run=stay.run,
        channel=stay.channel,
        since=since,
        until=until,
        import_id=import_id,
        row=row,
    )


def undo(import_id: ImportId, at: Instant, *, row: str | None = None, by: str | None = None) -> Event:
    """Take back a whole import, or one row of it."""
    return Event(kind=EventKind.UNDO, at=at, import_id=import_id, row=row, by=by)


def take_back(stay: "Key", at: Instant) -> Event:
    """Every stay of this key that was not imported is taken back: it will be told anew."""
    return Event(
        kind=EventKind.UNDO,
        at=at,
        participant=stay.participant,
        session=stay.session,
        run=stay.run,
        channel=stay.channel,
    )


class Key(Struct, frozen=True, gc=False):
    """What there is at most one open stay of."""

    participant: ParticipantId
    session: SessionSlug
    run: int
    channel: Channel


@dataclass(frozen=True, slots=True)
class Stay:
    """One uninterrupted attendance ``[since, until)``; ``until`` is None while it lasts."""

    key: Key
    since: Instant
    until: Instant | None
    cause: Cause | None = None
    import_id: ImportId | None = None
    row: str | None = None
    node: NodeId | None = None


@dataclass(frozen=True, slots=True)
class Correction:
    """A person's word against the machine's; the later one (``order``) wins."""

    participant: ParticipantId
    session: SessionSlug
    run: int
    since: Instant
    until: Instant
    present: bool
    channel: Channel
    order: int
    by: str
    reason: str


def end_of(stay: Stay, at: Instant) -> Instant:
    """Where a stay that is told to end at ``at`` really ends: never before it began."""
    return max(at, stay.since)


def bridges(last: Stay | None, at: Instant, *, grace_ms: int, restart_gap_ms: int) -> Instant | None:
    """The end of ``last``, the person's own last stay, if an arrival at ``at`` continues it, else None.

    A reload or a lost line within the grace was no absence; neither was our own
    restart or crash when the person is back in time. Imported stays have no cause and never continue.
    """
    if last is None or last.until is None:
        return None
    gap = at - last.until
    if last.cause in BRIDGED_WITHIN_GRACE and 0 <= gap <= grace_ms:
        return last.until
    if last.cause in BRIDGED_AFTER_RESTART and 0 <= gap <= restart_gap_ms:
        return last.until
    return None


def gone_elsewhere(stays: Iterable[Stay]) -> list[Stay]:
    """Of one holding of a session, the last stays of those who left by a link-out and came nowhere since."""
    last: dict[ParticipantId, Stay] = {}
    for stay in sorted(stays, key=lambda one: (one.until is None, one.until or 0)):
        last[stay.key.participant] = stay
    return [stay for stay in last.values() if stay.cause is Cause.ELSEWHERE]


def fold(events: Iterable[Event]) -> list[Stay]:
    """The stays that the events amount to, in the order in which they were opened."""
    stays: list[Stay] = []
    for event in events:
        _apply(stays, event)
    return stays


def _apply(stays: list[Stay], event: Event) -> None:
    if event.kind is EventKind.ARRIVE:
        _open(stays, event)
    elif event.kind is EventKind.LEAVE:
        _close(stays, event)
    elif event.kind is EventKind.IMPORT:
        stays.append(_imported(event))
    elif event.kind is EventKind.UNDO:
        stays[:] = [stay for stay in stays if not _undone(stay, event)]


def _open(stays: list[Stay], event: Event) -> None:
    key = key_of(event)
    same = [i for i, stay in enumerate(stays) if stay.key == key and stay.import_id is None]
    if any(stays[i].until is None for i in same):
        return
    continued = [i for i in same if event.bridges is not None and stays[i].until == event.bridges]
    if continued:
        i = continued[-1]
        stays[i] = replace(stays[i], until=None, cause=None, node=event.node)
    else:
        stays.append(Stay(key, event.at, None, node=event.node))


def _close(stays: list[Stay], event: Event) -> None:
    key = key_of(event)
    for i, stay in enumerate(stays):
        if stay.key == key and stay.until is None and stay.import_id is None:
            stays[i] = replace(stay, until=end_of(stay, event.at), cause=event.cause)


def _imported(event: Event) -> Stay:
    if event.since is None:
        raise ValueError(event)
    return Stay(key_of(event), event.since, event.until, import_id=event.import_id, row=event.row)


def _undone(stay: Stay, event: Event) -> bool:
    if event.import_id is None:
        return stay.import_id is None and stay.key == key_of(event)
    return stay.import_id == event.import_id and (event.row is None or stay.row == event.row)


def key_of(event: Event) -> Key:
    """The stay that an event speaks of; raises ValueError where it speaks of none."""
    if event.participant is None or event.session is None or event.channel is None:
        raise ValueError(event)
    return Key(event.participant, event.session, event.run, event.channel)
