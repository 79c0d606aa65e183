"""The desk: check-in and out, and the hall stays that follow from them."""

from collections.abc import Iterable, Mapping, Sequence
from zoneinfo import ZoneInfo

from streamhub.access.service import AccessService
from streamhub.attendance import door_store, store
from streamhub.attendance.door_model import (
    CheckedIn,
    CheckIn,
    CheckInOrder,
    Direction,
    DoorList,
    Hall,
    Passage,
    Place,
    Scope,
    hall_times,
    halls_of,
    local_day,
    standing,
    told_anew,
)
from streamhub.attendance.model import Key
from streamhub.attendance.rollup_store import last_seq
from streamhub.attendance.who import who_of
from streamhub.kit.channel import Channel
from streamhub.kit.clock import DAY, MINUTE, Clock, Instant
from streamhub.kit.db import Database, ReadTx, WriteTx
from streamhub.kit.errors import FieldInvalid, FieldProblem
from streamhub.kit.ids import ParticipantId, SessionSlug
from streamhub.presence.service import PresenceService
from streamhub.programme.model import Session
from streamhub.programme.service import ProgrammeService

OLDEST_ORDER = DAY
"""A desk that was off line sends what it kept; older than a day is a wrong clock."""
NEWEST_ORDER = MINUTE
"""A desk's clock may be a little ahead of ours; such an order happened now."""


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
        halls, zone = await self._halls(), await self._zone()
        done = await self._db.write(lambda tx: self._pass(tx, order, halls, zone))
        stays = await self._db.read(lambda tx: store.stays_of_participant(tx, order.participant))
        since = {s.key.session: s.since for s in stays if s.key.channel is Channel.HALL and s.until is None}
        await self._show(order.participant, since)
        return done

    async def open_session(self, session: Session) -> None:
        """The session opened: everybody checked in for it is in its hall from then on."""
        halls = [hall for hall in await self._halls() if hall.session.slug == session.slug]
        zone = await self._zone()

        def command(tx: WriteTx) -> None:
            of: dict[ParticipantId, list[Passage]] = {}
            for passage in door_store.passages(tx):
                of.setdefault(passage.participant, []).append(passage)
            for participant, passages in of.items():
                self._tell(tx, participant, passages, halls, zone)

        await self._db.write(command)
        await self.show()

    async def show(self) -> None:
        """Make the live counts say what the ledger says of every hall."""
        halls: dict[ParticipantId, dict[SessionSlug, Instant]] = {}
        for stay in await self._db.read(lambda tx: store.open_stays(tx, channel=Channel.HALL)):
            halls.setdefault(stay.key.participant, {})[stay.key.session] = stay.since
        for participant, since in halls.items():
            await self._show(participant, since)

    async def today(self, after: int = 0) -> DoorList:
        """How everybody stands whom a desk knows, or who passed a door after a ``DoorList.last``."""
        zone = await self._zone()
        day = local_day(self._clock.now(), zone)

        def read(tx: ReadTx) -> DoorList:
            last = last_seq(tx)
            is_update = 0 < after <= last  # beyond it: another ledger, from a backup
            of: dict[ParticipantId, list[CheckIn]] = {}
            if is_update:
                of = {one: door_store.everyone(tx, one) for one in door_store.passed(tx, after)}
            else:
                for row in door_store.everyone(tx):
                    of.setdefault(row.participant, []).append(row)
            return DoorList(tuple(standing(one, rows, day, zone) for one, rows in of.items()), last)

        return await self._db.read(read)

    async def check_ins(self) -> Sequence[CheckIn]:
        """Every check-in, for the figures of the summit."""
        return await self._db.read(door_store.everyone)

    def _dated(self, order: CheckInOrder) -> CheckInOrder:
        now = self._clock.now()
        if not now - OLDEST_ORDER <= order.at <= now + NEWEST_ORDER:
            raise FieldInvalid(FieldProblem("at", "must be within the last 24 hours"))
        at = min(order.at, now)
        return CheckInOrder(order.participant, order.place, order.direction, at, order.nonce, order.by)

    def _pass(self, tx: WriteTx, order: CheckInOrder, halls: Sequence[Hall], zone: ZoneInfo) -> CheckedIn:
        repeated = door_store.known_nonce(tx, order.nonce)
        if not repeated:
            repeated = not (
                self._enter(tx, order, halls, zone)
                if order.direction is Direction.IN
                else self._exit(tx, order, halls)
            )
            passages = door_store.passages(tx, order.participant)
            told = self._tell(tx, order.participant, passages, halls, zone)
            repeated = repeated and not told
        inside = any(c.place == order.place for c in door_store.current(tx, order.participant))
        return CheckedIn(order.participant, repeated, in_hall=order.direction is Direction.IN and inside)

    def _enter(self, tx: WriteTx, order: CheckInOrder, halls: Sequence[Hall], zone: ZoneInfo) -> bool:
        """Write a passage inwards; answers whether the person was outside."""
        now = self._clock.now()
        before = [c for c in door_store.everyone(tx, order.participant) if _still_holds(c, order, zone)]
        if before:
            door_store.add_again(tx, order, before[0], now)
            return False
        door_store.add(tx, order, now)
        entered = CheckIn(order.participant, order.place, order.at)
        left = self._left(tx, entered, halls)
        if left is not None:
            door_store.end(tx, entered, left)
        return True

    @staticmethod
    def _left(tx: WriteTx, entered: CheckIn, halls: Sequence[Hall]) -> Instant | None:
        """When somebody left whose coming becomes known only now; a leave at that instant is taken back."""
        venues = _venues(halls)
        outs = [p for p in door_store.passages(tx, entered.participant) if p.direction is Direction.OUT]
        later = [p.at for p in outs if p.at > entered.since and _leaves(p.place, entered, venues)]
        return min(later, default=None)

    def _exit(self, tx: WriteTx, order: CheckInOrder, halls: Sequence[Hall]) -> bool:
        """Write a passage outwards; answers whether that ended a check-in."""
        venues = _venues(halls)
        rows = [
            c
            for c in door_store.everyone(tx, order.participant)
            if c.since <= order.at
            and (c.until is None or order.at < c.until)
            and _leaves(order.place, c, venues)
        ]
        door_store.close(tx, order, rows, self._clock.now())
        return bool(rows)

    def _tell(
        self,
        tx: WriteTx,
        participant: ParticipantId,
        passages: Sequence[Passage],
        halls: Iterable[Hall],
        zone: ZoneInfo,
    ) -> bool:
        """Make the person's hall stays those that follow from all passages; answers whether any changed."""
        now = self._clock.now()
        changed = False
        for hall in halls:
            key = _key(participant, hall.session)
            told = [(stay.since, stay.until) for stay in store.told_stays(tx, key)]
            events = told_anew(key, told, hall_times(passages, hall, zone), now)
            store.append(tx, events, now)
            changed = changed or bool(events)
        return changed

    async def _halls(self) -> tuple[Hall, ...]:
        """The halls that are or were open."""
        sessions = await self._programme.sessions()
        history = [step for s in sessions for step in await self._programme.history(s.slug)]
        return halls_of(sessions, history)

    async def _zone(self) -> ZoneInfo:
        return ZoneInfo((await self._programme.summit()).timezone)

    async def _show(self, participant: ParticipantId, halls: Mapping[SessionSlug, Instant]) -> None:
        person = await self._access.participant(participant)
        self._presence.set_halls(who_of(person), halls, self._clock.now())


def _key(participant: ParticipantId, session: Session) -> Key:
    return Key(participant, session.slug, session.run, Channel.HALL)


def _still_holds(check_in: CheckIn, order: CheckInOrder, zone: ZoneInfo) -> bool:
    """The person is inside by this door that day, or was at that instant."""
    same_day = local_day(check_in.since, zone) == local_day(order.at, zone)
    return (
        check_in.place == order.place
        and same_day
        and (check_in.until is None or check_in.since <= order.at < check_in.until)
    )


def _venues(halls: Iterable[Hall]) -> dict[str, str]:
    return {hall.session.slug: hall.session.venue for hall in halls}


def _leaves(place: Place, check_in: CheckIn, venues: Mapping[str, str]) -> bool:
    """Leaving the summit leaves every door; leaving a venue leaves its sessions too."""
    own = check_in.place
    if place.scope is Scope.SUMMIT or place == own:
        return True
    in_venue = own.scope is Scope.SESSION and venues.get(own.name) == place.name
    return place.scope is Scope.VENUE and in_venue
