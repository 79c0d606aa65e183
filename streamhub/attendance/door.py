"""The desk: check-in and out, and the hall stays that follow from them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from streamhub.access.service import AccessService
from streamhub.attendance import door_store, model, store
from streamhub.attendance.door_model import (
    OPEN_STATES,
    CheckedIn,
    CheckIn,
    CheckInOrder,
    Direction,
    Scope,
    admits,
    local_day,
)
from streamhub.attendance.model import Cause, Event, Key
from streamhub.attendance.who import who_of
from streamhub.kit.channel import Channel
from streamhub.kit.clock import DAY, MINUTE, Clock, Instant
from streamhub.kit.db import Database, WriteTx
from streamhub.kit.errors import FieldInvalid, FieldProblem
from streamhub.kit.ids import ParticipantId, SessionSlug
from streamhub.presence.service import PresenceService
from streamhub.programme.model import Session, SessionState
from streamhub.programme.service import ProgrammeService

OLDEST_ORDER = DAY
"""A desk that was off line sends what it kept; older than a day is a wrong clock."""
NEWEST_ORDER = MINUTE
"""A desk's clock may be a little ahead of ours; such an order happened now."""


@dataclass(frozen=True, slots=True)
class _Span:
    """When a session's hall was open, as far as it is known now."""

    session: Session
    until: Instant | None


class DoorService:
    """Check-ins of this summit."""

    def __init__(
        self,
        db: Database,
        clock: Clock,
        programme: ProgrammeService,
        access: AccessService,
        presence: PresenceService,
    ) -> None:
        self._db = db
        self._clock = clock
        self._programme = programme
        self._access = access
        self._presence = presence

    async def check(self, order: CheckInOrder) -> CheckedIn:
        """Write a passage through a door; the same nonce or the same passage twice is harmless.

        Raises FieldInvalid for a time that cannot be, StorageUnavailable when nothing was stored.
        """
        order = self._dated(order)
        spans = await self._spans()
        zone = await self._zone()
        if order.direction is Direction.IN:
            done = await self._db.write(lambda tx: self._enter(tx, order, spans, zone))
        else:
            done = await self._db.write(lambda tx: self._exit(tx, order, spans))
        stays = await self._db.read(lambda tx: store.stays_of_participant(tx, order.participant))
        halls = {s.key.session: s.since for s in stays if s.key.channel is Channel.HALL and s.until is None}
        await self._show(order.participant, halls)
        return done

    async def open_session(self, session: Session, at: Instant) -> None:
        """The session opens: everybody checked in for it is in its hall from now on."""
        sessions = await self._programme.sessions()
        zone = await self._zone()

        def command(tx: WriteTx) -> None:
            inside = [c for c in door_store.current(tx) if admits(c, session, sessions, zone)]
            keys = [_key(c.participant, session) for c in inside]
            events = [model.arrive(key, at) for key in keys if not _was_there(tx, key, at)]
            store.append(tx, events, self._clock.now())

        await self._db.write(command)
        await self.show()

    async def show(self) -> None:
        """Make the live counts say what the ledger says of every hall."""
        halls: dict[ParticipantId, dict[SessionSlug, Instant]] = {}
        for stay in await self._db.read(lambda tx: store.open_stays(tx, channel=Channel.HALL)):
            halls.setdefault(stay.key.participant, {})[stay.key.session] = stay.since
        for participant, since in halls.items():
            await self._show(participant, since)

    async def inside_today(self) -> Sequence[CheckIn]:
        """Who checked in today and has not checked out: what the desk shows."""
        zone = await self._zone()
        today = local_day(self._clock.now(), zone)
        rows = await self._db.read(door_store.current)
        return [row for row in rows if local_day(row.since, zone) == today]

    async def check_ins(self) -> Sequence[CheckIn]:
        """Every check-in, for the figures of the summit."""
        return await self._db.read(door_store.everyone)

    def _dated(self, order: CheckInOrder) -> CheckInOrder:
        now = self._clock.now()
        if not now - OLDEST_ORDER <= order.at <= now + NEWEST_ORDER:
            raise FieldInvalid(FieldProblem("at", "must be within the last 24 hours"))
        at = min(order.at, now)
        return CheckInOrder(order.participant, order.place, order.direction, at, order.nonce, order.by)

    def _enter(self, tx: WriteTx, order: CheckInOrder, spans: Sequence[_Span], zone: ZoneInfo) -> CheckedIn:
        inside = [c for c in door_store.current(tx, order.participant) if _still_holds(c, order, zone)]
        repeated = door_store.known_nonce(tx, order.nonce) or bool(inside)
        if not repeated:
            door_store.add(tx, order, self._clock.now())
            store.append(tx, self._arrivals(tx, order, spans, zone), self._clock.now())
        return CheckedIn(order.participant, repeated, in_hall=True)

    def _arrivals(
        self, tx: WriteTx, order: CheckInOrder, spans: Sequence[_Span], zone: ZoneInfo
    ) -> list[Event]:
        sessions = [span.session for span in spans]
        check_in = CheckIn(order.participant, order.place, order.at)
        events: list[Event] = []
        for span in spans:
            ended_before = span.until is not None and span.until <= order.at
            key = _key(order.participant, span.session)
            if ended_before or not admits(check_in, span.session, sessions, zone) or _is_open(tx, key):
                continue
            events.append(model.arrive(key, order.at))
            if span.until is not None:
                events.append(model.leave(key, span.until, Cause.ENDED))
        return events

    def _exit(self, tx: WriteTx, order: CheckInOrder, spans: Sequence[_Span]) -> CheckedIn:
        venues = {span.session.slug: span.session.venue for span in spans}
        rows = [c for c in door_store.current(tx, order.participant) if _leaves(order, c, venues)]
        mine = [s for s in store.open_stays(tx, channel=Channel.HALL) if _ends(order, s.key, venues)]
        repeated = door_store.known_nonce(tx, order.nonce) or not (rows or mine)
        if not repeated:
            now = self._clock.now()
            door_store.close(tx, order, rows, now)
            store.append(tx, [model.leave(s.key, order.at, Cause.CHECKED_OUT) for s in mine], now)
        return CheckedIn(order.participant, repeated, in_hall=False)

    async def _spans(self) -> list[_Span]:
        """The sessions whose hall is or was open."""
        spans = []
        for session in await self._programme.sessions():
            if session.state in OPEN_STATES:
                spans.append(_Span(session, None))
            elif session.state is SessionState.ENDED:
                history = await self._programme.history(session.slug)
                ended = [c.at for c in history if c.state is SessionState.ENDED and c.run == session.run]
                spans.append(_Span(session, ended[-1] if ended else session.ends_at))
        return spans

    async def _zone(self) -> ZoneInfo:
        return ZoneInfo((await self._programme.summit()).timezone)

    async def _show(self, participant: ParticipantId, halls: Mapping[SessionSlug, Instant]) -> None:
        person = await self._access.participant(participant)
        self._presence.set_halls(who_of(person), halls, self._clock.now())


def _key(participant: ParticipantId, session: Session) -> Key:
    return Key(participant, session.slug, session.run, Channel.HALL)


def _was_there(tx: WriteTx, key: Key, at: Instant) -> bool:
    """In the hall at some time since ``at``: who was shown out of this session stays out."""
    last = store.last_stay(tx, key)
    return last is not None and (last.until is None or last.until > at)


def _is_open(tx: WriteTx, key: Key) -> bool:
    last = store.last_stay(tx, key)
    return last is not None and last.until is None


def _still_holds(check_in: CheckIn, order: CheckInOrder, zone: ZoneInfo) -> bool:
    """The person is inside already by this door today."""
    return check_in.place == order.place and local_day(check_in.since, zone) == local_day(order.at, zone)


def _leaves(order: CheckInOrder, check_in: CheckIn, venues: dict[SessionSlug, str]) -> bool:
    """Leaving the summit leaves every door; leaving a venue leaves its sessions too."""
    place, own = order.place, check_in.place
    if place.scope is Scope.SUMMIT or place == own:
        return True
    in_venue = own.scope is Scope.SESSION and venues.get(SessionSlug(own.name)) == place.name
    return place.scope is Scope.VENUE and in_venue


def _ends(order: CheckInOrder, key: Key, venues: dict[SessionSlug, str]) -> bool:
    if key.participant != order.participant:
        return False
    if order.place.scope is Scope.SUMMIT:
        return True
    if order.place.scope is Scope.SESSION:
        return key.session == order.place.name
    return venues.get(key.session) == order.place.name
