"""From what is known of Zoom meetings to stays in the ledger, and to who is there now."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from operator import itemgetter

from streamhub.access.service import AccessService
from streamhub.attendance import guests_store, store, zoom_events_store, zoom_queue_store, zoom_stays
from streamhub.attendance.who import who_in_zoom, who_of
from streamhub.attendance.zoom_events_store import Said
from streamhub.attendance.zoom_fold import (
    MeetingTimes,
    Opening,
    ZoomTime,
    fold_meeting,
    fold_report,
    within,
)
from streamhub.attendance.zoom_model import BY, HeardMeeting, Holding, openings_of, overlap
from streamhub.kit.channel import Channel
from streamhub.kit.clock import Clock, Instant
from streamhub.kit.db import Database, ReadTx
from streamhub.kit.errors import StorageUnavailable
from streamhub.kit.ids import ParticipantId, SessionSlug
from streamhub.kit.log import get_logger
from streamhub.presence.model import Who
from streamhub.presence.service import PresenceService
from streamhub.programme.model import SessionState
from streamhub.programme.service import ProgrammeService
from streamhub.relay import zoom_sources_store
from streamhub.relay.zoom_sources_store import Served

log = get_logger(__name__)

AT_ONCE = 25
"""People whose stays are written in one transaction."""


@dataclass(frozen=True, slots=True)
class _Read:
    """All that telling a meeting needs, of one moment of the database."""

    found: MeetingTimes
    served: tuple[Served, ...]
    lists: frozenset[tuple[SessionSlug, int]]
    told: frozenset[tuple[SessionSlug, int]]


class ZoomTelling:
    """One at a time: whoever calls sees to it."""

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

    async def tell(self) -> None:
        """Tell the ledger whatever it does not know yet; a meeting that cannot be told delays no other."""
        for heard in await self._db.read(zoom_events_store.untold):
            try:
                await self._tell(heard)
            except StorageUnavailable:
                raise
            except Exception:
                log.exception("a meeting of Zoom could not be told", meeting=heard.number)

    async def show(self, slugs: Iterable[SessionSlug]) -> None:
        """Bring presence in line with the ledger: who is in Zoom now for these sessions."""
        for slug in dict.fromkeys(slugs):
            await self._show(slug)

    async def _tell(self, heard: HeardMeeting) -> None:
        read = await self._db.read(lambda tx: _read(tx, heard))
        if read.found.without_join:
            log.info("left without join", meeting=heard.number, people=read.found.without_join)
        holdings = await self._holdings(heard, read)
        for held in holdings:
            listed = (held.session, held.run) in read.lists
            await self._write(held, heard, () if listed else within(read.found.times, held.openings))
        await self._db.write(lambda tx: zoom_events_store.set_told(tx, heard))
        await self.show(held.session for held in holdings)

    async def _write(self, held: Holding, heard: HeardMeeting, times: Sequence[ZoomTime]) -> None:
        """Bring the ledger in line, some people at a time; a crash in between is mended at the next start."""
        guests = await self._db.write(lambda tx: zoom_stays.guests_of(tx, heard.uuid, times))
        changes = await self._db.read(lambda tx: zoom_stays.changes(tx, held, heard, times, guests))
        people = sorted(changes.items(), key=itemgetter(0))
        for start in range(0, len(people), AT_ONCE):
            part = zoom_stays.Part(held, heard, people[start : start + AT_ONCE], guests)
            await self._db.write(partial(zoom_stays.write, part=part, now=self._clock.now()))

    async def _holdings(self, heard: HeardMeeting, read: _Read) -> tuple[Holding, ...]:
        """Every holding that the meeting serves, and those that were told of it while it served them."""
        found: dict[tuple[SessionSlug, int], tuple[Opening, ...]] = dict.fromkeys(read.told, ())
        sources: dict[SessionSlug, list[Opening]] = {}
        for one in read.served:
            if one.account in {"", heard.account}:
                sources.setdefault(one.session, []).append(Opening(one.since or 0, one.until))
        known = {session.slug for session in await self._programme.sessions()}
        for slug in sources.keys() & known:
            history = await self._programme.history(slug)
            for run in {step.run for step in history}:
                found[slug, run] = overlap(openings_of(history, run), _joined(sources[slug]))
        return tuple(
            Holding(slug, run, openings) for (slug, run), openings in sorted(found.items()) if slug in known
        )

    async def _show(self, slug: SessionSlug) -> None:
        session, now = await self._programme.session(slug), self._clock.now()
        stays = await self._db.read(lambda tx: store.open_stays(tx, session=slug, channel=Channel.ZOOM))
        closed = session.state in {SessionState.SCHEDULED, SessionState.ENDED}
        inside: dict[ParticipantId, Instant] = {}
        for stay in stays:
            if stay.key.run == session.run and not closed:
                who = stay.key.participant
                inside[who] = min(stay.since, inside.get(who, stay.since))
        self._presence.set_zoom(
            slug, {who: inside[who.participant] for who in await self._who(slug, inside)}, now
        )

    async def _who(self, slug: SessionSlug, inside: Collection[ParticipantId]) -> list[Who]:
        """Whom the live list shows for these; the roster is read only where somebody is new."""
        guests = await self._db.read(lambda tx: guests_store.guests_among(tx, inside))
        found = [who_in_zoom(guest) for guest in guests]
        invited = set(inside) - {who.participant for who in found}
        there = [p.who for p in self._presence.now(slug).people if p.who.participant in invited]
        if invited - {who.participant for who in there}:
            there = [who_of(p) for p in await self._access.participants() if p.id in invited and not p.erased]
        return found + there


def amounts(said: Said) -> MeetingTimes:
    """What a meeting amounts to: by its report where that came, else by its events."""
    return fold_report(said.reported, said.events) if said.reported else fold_meeting(said.events)


def _read(tx: ReadTx, heard: HeardMeeting) -> _Read:
    return _Read(
        amounts(zoom_events_store.said_of(tx, heard)),
        tuple(zoom_sources_store.served_by(tx, heard.number)),
        zoom_queue_store.lists_of(tx, heard.number),
        store.holdings_told(tx, BY, heard.uuid),
    )


def _joined(times: Iterable[Opening]) -> tuple[Opening, ...]:
    """Times that overlap or touch as one: a stay is not cut where one source follows another."""
    joined: list[Opening] = []
    for one in sorted(times, key=lambda time: time.since):
        last = joined[-1] if joined else None
        if last is None or (last.until is not None and last.until < one.since):
            joined.append(one)
        elif last.until is not None:
            joined[-1] = Opening(last.since, None if one.until is None else max(last.until, one.until))
    return tuple(joined)
