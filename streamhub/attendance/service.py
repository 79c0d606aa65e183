"""Who attended when: the only way into the ledger for people, pages and moderators."""

import asyncio
import itertools
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from streamhub.attendance import model, store
from streamhub.attendance.model import Cause, Correction, Event, EventKind, Key, Stay
from streamhub.kit.channel import Channel
from streamhub.kit.clock import SECOND, Clock, Instant
from streamhub.kit.db import Database, WriteTx
from streamhub.kit.errors import FieldInvalid, FieldProblem, StorageUnavailable
from streamhub.kit.ids import NodeId, ParticipantId, new_id
from streamhub.kit.log import get_logger
from streamhub.kit.settings import Settings
from streamhub.programme.model import Session

log = get_logger(__name__)

LEASE_SECONDS = 2.0
MINIMUM_AFTER_CRASH = SECOND
"""A person whose arrival was stored was there for a moment at least."""


@dataclass(frozen=True, slots=True)
class CorrectionOrder:
    """A moderator's word: present or absent from ``since`` to ``until``."""

    participant: ParticipantId
    since: Instant
    until: Instant
    present: bool
    channel: Channel
    reason: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """What ``doctor --rebuild`` found."""

    events: int
    stays: int
    missing: tuple[Stay, ...]
    surplus: tuple[Stay, ...]


class AttendanceService:
    """The ledger of this node."""

    def __init__(self, db: Database, clock: Clock, settings: Settings) -> None:
        self._db = db
        self._clock = clock
        self._settings = settings
        self.node = NodeId(new_id("n"))
        self._arriving: Counter[Key] = Counter()

    # Start and stop

    async def start(self) -> None:
        """Announce this node, and end the stays that a crash left open."""
        now = self._clock.now()
        await self._db.write(lambda tx: self._recover(tx, now))
        self._db.on_group = self._renew_in_group

    def _recover(self, tx: WriteTx, now: Instant) -> None:
        left = [stay for stay in store.open_stays(tx, channel=Channel.WEB) if stay.node != self.node]
        events = [model.leave(stay.key, self._end_after_crash(tx, stay), Cause.CRASH) for stay in left]
        store.append(tx, events, now)
        store.start_node(tx, self.node, now)
        if events:
            log.info("ended stays that a crash left open", stays=len(events))

    @staticmethod
    def _end_after_crash(tx: WriteTx, stay: Stay) -> Instant:
        lease = store.lease(tx, stay.node)
        return max(lease or stay.since, stay.since + MINIMUM_AFTER_CRASH)

    def _renew_in_group(self, tx: WriteTx) -> None:
        store.renew_lease(tx, self.node, self._clock.now())

    async def keep_lease(self) -> None:
        """Say every two seconds that this node lives."""
        while True:
            try:
                await self._db.write(lambda _tx: None)  # every group renews the lease
            except StorageUnavailable as error:
                log.warning("the database does not store: is the disk full?", cause=str(error.__cause__))
            await asyncio.sleep(LEASE_SECONDS)

    async def stop(self, at: Instant) -> None:
        """End every open web stay of this node in one group, marked as our restart."""
        await self._db.write(lambda tx: self._end_all(tx, at))

    def _end_all(self, tx: WriteTx, at: Instant) -> None:
        mine = [stay for stay in store.open_stays(tx, channel=Channel.WEB) if stay.node == self.node]
        store.append(tx, [model.leave(stay.key, at, Cause.RESTART) for stay in mine], at)

    # Arrivals and departures

    async def arrive(self, key: Key, at: Instant) -> Instant:
        """Store an arrival; returns, after the commit, since when the person attends.

        A return within the grace, or after our own restart, continues the earlier stay.
        Raises StorageUnavailable when nothing was stored: then nobody may be tracked.
        """
        self._arriving[key] += 1
        try:
            return await self._db.write_each(self._arrive, (key, at))
        finally:
            self._arriving[key] -= 1
            if not self._arriving[key]:
                del self._arriving[key]

    def _arrive(self, tx: WriteTx, arrivals: Sequence[tuple[Key, Instant]]) -> list[Instant]:
        """Everybody who came while the group before was written, in order."""
        last_of = store.last_stays(tx, [key for key, _ in arrivals])
        since: dict[Key, Instant] = {}
        events: list[Event] = []
        for key, at in arrivals:
            if key not in since:
                last = last_of.get(key)
                since[key] = self._arrive_one(events, key, at, None if last is None else last.stay)
        store.append_many(tx, events, last_of, self._clock.now())
        return [since[key] for key, _ in arrivals]

    def _arrive_one(self, events: list[Event], key: Key, at: Instant, last: Stay | None) -> Instant:
        if last is not None and last.until is None:
            return last.since
        bridged = model.bridges(
            last,
            at,
            grace_ms=self._settings.grace_seconds * SECOND,
            restart_gap_ms=self._settings.restart_gap_seconds * SECOND,
        )
        events.append(model.arrive(key, at, bridges=bridged, node=self.node))
        return last.since if last is not None and bridged is not None else at

    def depart(self, departures: Iterable[tuple[Key, Instant]], cause: Cause) -> "asyncio.Future[None]":
        """Queue leaves at once, so that a later arrival finds them written.

        Somebody whose new arrival is under way right now has not left. Where the disk is full
        they wait until there is room.
        """
        events = [model.leave(key, at, cause) for key, at in departures if not self._arriving[key]]
        return self._db.submit_each(self._depart, events, owed=True)

    def _depart(self, tx: WriteTx, groups: Sequence[Sequence[Event]]) -> list[None]:
        """Only stays that last can end; a second word about the same end says nothing new."""
        leaves: dict[Key, Event] = {}
        for event in itertools.chain.from_iterable(groups):
            leaves.setdefault(model.key_of(event), event)
        last_of = store.last_stays(tx, leaves)
        lasting = {key for key, last in last_of.items() if last.stay.until is None}
        events = [event for key, event in leaves.items() if key in lasting]
        store.append_many(tx, events, last_of, self._clock.now())
        return [None] * len(groups)

    async def end_session(self, session: Session, at: Instant) -> None:
        """``ended`` closes the open stays of the session at that instant, in every channel."""

        def command(tx: WriteTx) -> None:
            mine = [s for s in store.open_stays(tx, session=session.slug) if s.key.run == session.run]
            store.append(tx, [model.leave(s.key, at, Cause.ENDED) for s in mine], self._clock.now())

        await self._db.write(command)

    async def record(self, events: Iterable[Event]) -> None:
        """Write events that are known already, in their order: the past of a demonstration."""
        known, now = list(events), self._clock.now()
        await self._db.write(lambda tx: store.append(tx, known, now))

    # Corrections

    async def correct(self, session: Session, order: CorrectionOrder, by: str) -> None:
        """Write a correction; raises FieldInvalid for an impossible time."""
        now = self._clock.now()
        if not order.since < order.until:
            raise FieldInvalid(FieldProblem("until", "must be after since"))
        if order.until > now:
            raise FieldInvalid(FieldProblem("until", "must not be in the future"))
        if not order.reason:
            raise FieldInvalid(FieldProblem("reason", "must say why"))
        event = Event(
            kind=EventKind.CORRECT,
            at=now,
            participant=order.participant,
            session=session.slug,
            run=session.run,
            channel=order.channel,
            since=order.since,
            until=order.until,
            present=order.present,
            by=by,
            reason=order.reason,
        )

        def command(tx: WriteTx) -> None:
            store.append(tx, [event], now)
            tx.notice("ledger", session.slug)

        await self._db.write(command)

    # Reading

    async def stays_of_session(self, session: Session) -> tuple[Sequence[Stay], Sequence[Correction]]:
        """The stays of one holding of a session as they were recorded, and the corrections."""
        return await self._db.read(
            lambda tx: (
                store.stays_of_session(tx, session.slug, session.run),
                store.corrections(tx, session.slug, session.run),
            )
        )

    async def stays_of(self, participant: ParticipantId) -> Sequence[Stay]:
        """What is recorded of one person."""
        return await self._db.read(lambda tx: store.stays_of_participant(tx, participant))

    async def interrupted(self) -> Sequence[Stay]:
        """Stays that a restart or crash of ours ended so short ago that they may still go on."""
        since = self._clock.now() - self._settings.restart_gap_seconds * SECOND
        return await self._db.read(
            lambda tx: store.ended_stays(tx, since=since, causes=model.BRIDGED_AFTER_RESTART)
        )

    async def gone_elsewhere(self, session: Session) -> Sequence[Stay]:
        """The last stays of those who left by a link-out and came nowhere since: they are elsewhere still."""
        stays = await self._db.read(lambda tx: store.stays_of_session(tx, session.slug, session.run))
        return model.gone_elsewhere(stays)

    async def last_instant(self) -> Instant:
        """The latest instant that was stored; the clock must not be before it."""
        return await self._db.read(store.last_instant)

    async def compare(self) -> Comparison:
        """Rebuild the stays from the events and compare them with the table."""
        events, stored = await self._db.read(lambda tx: (store.all_events(tx), store.all_stays(tx)))
        rebuilt = model.fold(events)
        missing, surplus = Counter(rebuilt), Counter(stored)
        return Comparison(
            len(events),
            len(stored),
            tuple((missing - surplus).elements()),
            tuple((surplus - missing).elements()),
        )
