"""Imports of lists into the ledger: look first, apply, undo; and the queue of people to match."""

import asyncio
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from zoneinfo import ZoneInfo

from streamhub.access.service import AccessService
from streamhub.attendance import (
    guests_store,
    imports_store,
    model,
    store,
    zoom_events_store,
    zoom_stays,
)
from streamhub.attendance.imports_model import (
    NAMES_KEPT_MS,
    PREVIEW_KEPT_MS,
    Guest,
    Held,
    Import,
    ImportKind,
    ImportPreview,
    ImportState,
    Part,
    QueueRow,
    StoredPerson,
    StoredRow,
    Upload,
    ZoomOrder,
    counted,
    parts,
    without_doubles,
)
from streamhub.attendance.matching import Known, Target
from streamhub.attendance.model import Event, Key
from streamhub.attendance.zoom_list import ZoomList, read_zoom_list
from streamhub.attendance.zoom_model import HEARD, uuid_of
from streamhub.kit.channel import Channel
from streamhub.kit.clock import HOUR, SECOND, Clock, Instant
from streamhub.kit.db import Database, WriteTx
from streamhub.kit.errors import FieldInvalid, FieldProblem, NotFound, StateConflict
from streamhub.kit.ids import ImportId, ParticipantId, SessionSlug, new_id
from streamhub.kit.log import get_logger
from streamhub.kit.settings import Settings
from streamhub.kit.tasks import every
from streamhub.programme.clock import window_of
from streamhub.programme.local_time import day_of, zone_of
from streamhub.programme.model import Session
from streamhub.programme.service import ProgrammeService
from streamhub.relay import zoom_registrants_store

log = get_logger(__name__)


class ImportsService:
    """Lists that others kept, and whom they speak of."""

    def __init__(
        self,
        db: Database,
        clock: Clock,
        settings: Settings,
        programme: ProgrammeService,
        access: AccessService,
    ) -> None:
        self._db = db
        self._clock = clock
        self._settings = settings
        self._programme = programme
        self._access = access

    async def preview(self, kind: str, upload: Upload, order: ZoomOrder, by: str) -> ImportPreview:
        """Read a list and say what importing it would do: nothing stands in the ledger yet.

        Raises NotFound for a kind that is none, FieldInvalid, UnknownSession and FileInvalid.
        """
        if kind != ImportKind.ZOOM_PARTICIPANTS:
            raise NotFound(f"no list of the kind {kind} can be imported")
        zone = _zone(order.timezone)
        held = await self._held(order)
        known = await self._known()
        found, pieces = await asyncio.to_thread(self._read, upload, order, zone, held, known)
        taken = await self._db.read(lambda tx: imports_store.taken(tx, (one.session for one in held)))
        made = Import(
            id=ImportId(new_id("imp")),
            kind=ImportKind(kind),
            state=ImportState.PREVIEW,
            file=upload.file,
            sessions=tuple(one.session for one in held),
            timezone=order.timezone,
            date_order=found.date_order,
            counts=counted(found, held, pieces, taken),
            created_at=self._clock.now(),
            created_by=by,
            meetings=tuple(sorted({row.meeting for row in found.rows if row.meeting})),
        )
        await self._db.write(lambda tx: imports_store.add(tx, made, pieces))
        return ImportPreview(made, found.problems)

    async def apply(self, import_id: ImportId, by: str) -> Import:
        """Write a preview into the ledger; what an earlier import wrote is not written again.

        A second time changes nothing. Raises NotFound, and StateConflict for one taken back.
        """
        return await self._db.write(lambda tx: self._apply(tx, import_id, by))

    async def undo(self, import_id: ImportId, by: str) -> Import:
        """Take an import back, or drop a preview; a second time changes nothing. Raises NotFound."""
        return await self._db.write(lambda tx: self._undo(tx, import_id, by))

    async def imports(self) -> Sequence[Import]:
        """Every import, the newest first."""
        return await self._db.read(imports_store.everything)

    async def queue(self) -> Sequence[QueueRow]:
        """People of applied lists whom nobody recognised, as long as their names are kept."""
        return await self._db.read(imports_store.queue)

    async def match(self, row_ids: Sequence[int], target: Target, by: str) -> int:
        """Say who people of the queue are; answers how many rows of the queue that settles.

        It holds for everything that stands under the same person, and for the next list.
        Raises NotFound for a row that is none (nothing is written then), and FieldInvalid.
        """
        await self._check(target)
        return await self._db.write(lambda tx: self._match(tx, row_ids, target, by))

    async def guests(self) -> Sequence[Guest]:
        """The pseudonyms of people of lists who are no invited participants."""
        return await self._db.read(guests_store.guests)

    async def purge(self, now: Instant) -> None:
        """Erase names that were kept for seven days, and previews that nobody applied."""

        def command(tx: WriteTx) -> tuple[int, int]:
            names = imports_store.erase_names(tx, now - NAMES_KEPT_MS)
            return names, imports_store.drop_previews(tx, now - PREVIEW_KEPT_MS)

        names, previews = await self._db.write(command)
        if names or previews:
            log.info("imports purged", names=names, previews=previews)

    async def keep_clean(self) -> None:
        """Purge every hour, for ever."""
        await every(HOUR / SECOND, self._purge_now)

    async def _purge_now(self) -> None:
        await self.purge(self._clock.now())

    # Reading a list

    async def _held(self, order: ZoomOrder) -> tuple[Held, ...]:
        """The sessions that the list is about, with the time that counts."""
        await self._programme.settle()
        held = []
        for session in await self._sessions(order):
            window = window_of(session, await self._programme.history(session.slug), self._clock.now())
            if window is not None and window.since < window.until:
                held.append(Held(session.slug, session.run, window.since, window.until))
            elif order.day is None:
                raise FieldInvalid(FieldProblem("sessions", f"{session.slug} has not begun"))
        if not held:
            raise FieldInvalid(FieldProblem("day", "no session of this day has begun"))
        return tuple(held)

    async def _sessions(self, order: ZoomOrder) -> Sequence[Session]:
        if bool(order.sessions) == (order.day is not None):
            raise FieldInvalid(FieldProblem("sessions", "name the sessions, or the day"))
        if order.day is not None:
            return await self._sessions_of_day(order.day)
        return [await self._programme.session(slug) for slug in dict.fromkeys(order.sessions)]

    async def _sessions_of_day(self, day: date) -> Sequence[Session]:
        zone = zone_of((await self._programme.summit()).timezone)
        every_session = await self._programme.sessions()
        return [session for session in every_session if day_of(session.starts_at, zone) == day]

    def _read(
        self, upload: Upload, order: ZoomOrder, zone: ZoneInfo, held: Sequence[Held], known: Known
    ) -> tuple[ZoomList, tuple[Part, ...]]:
        """All that takes long: 100,000 lines take some ten seconds, away from the loop."""
        found = read_zoom_list(
            upload.content,
            file=upload.file,
            zone=zone,
            date_orders=order.date_orders,
            windows=[(one.since, one.until) for one in held],
            max_bytes=self._settings.upload_bytes,
        )
        return found, parts(found, held, known)

    async def _known(self) -> Known:
        salt = await self._db.write(guests_store.salt)
        remembered = await self._db.read(guests_store.remembered)
        drawn = await self._db.read(zoom_registrants_store.emails)
        emails: dict[str, tuple[ParticipantId, ...]] = {email: (who,) for email, who in drawn.items()}
        for identity in await self._access.identities():
            if email := identity.email.casefold():
                emails[email] = (*emails.get(email, ()), identity.participant)
        seats = {participant.seat: participant.id for participant in await self._access.participants()}
        return Known(seats, emails, remembered, salt)

    # Writing

    def _apply(self, tx: WriteTx, import_id: ImportId, by: str) -> Import:
        asked = _required(imports_store.one(tx, import_id))
        if asked.state is ImportState.UNDONE:
            raise StateConflict("this import was taken back: import the file again")
        if asked.state is ImportState.APPLIED:
            return asked
        now = self._clock.now()
        every_row = imports_store.rows(tx, import_id)
        new = without_doubles(every_row, imports_store.taken(tx, asked.sessions))
        standing = {p.id: _settled(tx, p) for p in imports_store.people(tx, import_id)}
        store.append(tx, [_imported(row, standing[row.person_id], now) for row in new], now)
        imports_store.set_rows_applied(tx, new)
        already = len(every_row) - len(new)
        imports_store.set_applied(tx, import_id, len(new), already, now, by)
        _notice(tx, new)
        _weigh(tx, asked)
        log.info("import applied", import_id=import_id, stays=len(new), already=already, by=by)
        return _required(imports_store.one(tx, import_id))

    def _undo(self, tx: WriteTx, import_id: ImportId, by: str) -> Import:
        asked = _required(imports_store.one(tx, import_id))
        if asked.state is ImportState.PREVIEW:
            imports_store.drop(tx, import_id)
        if asked.state is ImportState.APPLIED:
            now = self._clock.now()
            store.append(tx, [model.undo(import_id, now, by=by)], now)
            _notice(tx, imports_store.rows(tx, import_id))
            imports_store.set_undone(tx, import_id, now, by)
            self._inherit(tx, asked, now)
            _weigh(tx, asked)
            log.info("import undone", import_id=import_id, by=by)
        return replace(asked, state=ImportState.UNDONE)

    @staticmethod
    def _inherit(tx: WriteTx, undone: Import, now: Instant) -> None:
        """What other lists said too stands by them now: an import takes back only what it alone told."""
        told = imports_store.taken(tx, undone.sessions)
        waiting = dict(imports_store.waiting_rows(tx, undone.sessions))
        new = without_doubles(waiting, told)
        store.append(tx, [_imported(row, waiting[row], now) for row in new], now)
        imports_store.set_rows_applied(tx, new)
        for heir, stays in Counter(row.import_id for row in new).items():
            imports_store.add_stays(tx, heir, stays)

    def _match(self, tx: WriteTx, row_ids: Sequence[int], target: Target, by: str) -> int:
        named = [_known_row(imports_store.applied_person(tx, row_id)) for row_id in row_ids]
        now = self._clock.now()
        settled: set[int] = set()
        for person in named:
            if person.id not in settled:
                settled |= self._give(tx, person, target, now, by)
        log.info("people matched", rows=len(settled), by=by)
        return len(settled)

    def _give(self, tx: WriteTx, person: StoredPerson, target: Target, now: Instant, by: str) -> set[int]:
        """Move all that stands under one person; answers the rows of the queue that it settled."""
        same = imports_store.same_people(tx, person)
        receiver = _receiver(tx, person.person, target)
        for one in same:
            rows = imports_store.rows_of(tx, one.id)
            if receiver != one.participant:
                store.append(tx, _moved(rows, receiver, now, by), now)
            imports_store.set_matched(tx, one.id, receiver, target)
            _notice(tx, rows)
            if (uuid := uuid_of(one.import_id)) is not None:
                _recognise(tx, uuid, one.person, target)
                for slug in sorted({row.session for row in rows}):
                    tx.notice(HEARD, slug)
        if uuid_of(person.import_id) is None:
            guests_store.remember(tx, person.alias, target, now, by)
        return {one.id for one in same}

    async def _check(self, target: Target) -> None:
        try:
            if target.participant is not None:
                await self._access.invitation_of(target.participant)
            if target.delegation is not None:
                await self._programme.delegation(target.delegation)
        except NotFound as error:
            field = "participant" if target.participant is not None else "delegation"
            raise FieldInvalid(FieldProblem(field, str(error))) from None


def _zone(name: str) -> ZoneInfo:
    try:
        return zone_of(name)
    except ValueError as error:
        raise FieldInvalid(FieldProblem("timezone", str(error))) from None


def _settled(tx: WriteTx, person: StoredPerson) -> ParticipantId:
    """Under whom a person's rows are written: the participant, else a pseudonym of their own."""
    target = person.target
    receiver = (
        guests_store.guest(tx, person.person) if target is None else _receiver(tx, person.person, target)
    )
    imports_store.settle(tx, person.id, receiver)
    return receiver


def _receiver(tx: WriteTx, person: str, target: Target) -> ParticipantId:
    if target.participant is not None:
        return target.participant
    guest = guests_store.guest(tx, person)
    if target.delegation is not None:
        guests_store.give_to_delegation(tx, guest, target.delegation)
    return guest


def _imported(row: StoredRow, participant: ParticipantId, at: Instant) -> Event:
    key = Key(participant, row.session, row.run, Channel.ZOOM)
    return model.import_stay(key, row.since, row.until, import_id=row.import_id, row=str(row.id), at=at)


def _moved(rows: Iterable[StoredRow], receiver: ParticipantId, at: Instant, by: str) -> list[Event]:
    events: list[Event] = []
    for row in rows:
        events.append(model.undo(row.import_id, at, row=str(row.id), by=by))
        events.append(_imported(row, receiver, at))
    return events


def _notice(tx: WriteTx, rows: Iterable[StoredRow]) -> None:
    sessions: dict[SessionSlug, None] = dict.fromkeys(row.session for row in rows)
    for slug in sessions:
        tx.notice("ledger", slug)


def _weigh(tx: WriteTx, asked: Import) -> None:
    """Somebody's list of a meeting wins over what Zoom said of it: that is told anew."""
    if asked.meetings and zoom_events_store.touch(tx, asked.meetings):
        tx.notice(HEARD, "")


def _recognise(tx: WriteTx, uuid: str, mark: str, target: Target) -> None:
    """Whatever Zoom still says of somebody is said of this participant from now on."""
    if target.participant is None:
        return
    user = zoom_stays.user_of(tx, uuid, zoom_events_store.users_of(tx, uuid), mark)
    if user is not None:
        zoom_events_store.recognise(tx, uuid, user, target.participant)
        zoom_events_store.touch_run(tx, uuid)


def _required(found: Import | None) -> Import:
    if found is None:
        raise NotFound("no such import")
    return found


def _known_row(found: StoredPerson | None) -> StoredPerson:
    if found is None:
        raise NotFound("no such row in the queue")
    return found
