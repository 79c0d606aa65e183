"""The programme's use cases. What was read is kept until somebody writes."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from streamhub.kit.clock import Clock, Instant
from streamhub.kit.db import Database, ReadTx, WriteTx
from streamhub.kit.errors import (
    FieldInvalid,
    FieldProblem,
    NotConfigured,
    NotFound,
    UnknownSession,
)
from streamhub.kit.ids import DelegationCode, SessionSlug
from streamhub.kit.remembered import Kept
from streamhub.kit.settings import Settings
from streamhub.kit.tasks import every
from streamhub.programme import loading, store
from streamhub.programme.clock import (
    ClockMinutes,
    change_by_hand,
    change_by_move,
    doors_at,
    due_changes,
    shifted,
)
from streamhub.programme.differences import LoadReport
from streamhub.programme.entries import source_of
from streamhub.programme.files import ExportedFile, SummitFiles
from streamhub.programme.local_time import day_of, zone_of
from streamhub.programme.model import Delegation, Document, Logo, Session, SessionState, StateChange, Summit
from streamhub.programme.writers import written

T = TypeVar("T")

MAX_SHIFT_MINUTES = 24 * 60
SETTLE_EVERY_SECONDS = 1


@dataclass(frozen=True, slots=True)
class _Programme:
    """All of it as last read."""

    summit: Summit | None
    sessions: tuple[Session, ...]
    history: tuple[StateChange, ...]
    delegations: tuple[Delegation, ...]
    documents: tuple[Document, ...]


class ProgrammeService:
    """The summit, its sessions and their states, delegations and documents.

    ``forget`` must hear of every change of the topics ``programme`` and ``session``, and
    ``keep_time`` must run.
    """

    def __init__(self, db: Database, clock: Clock, settings: Settings) -> None:
        self._db = db
        self._clock = clock
        self._minutes = ClockMinutes(settings.doors_minutes, settings.overrun_minutes)
        self._known: Kept[None, _Programme] = Kept(lambda _: db.read(_programme))

    async def forget(self, _key: str) -> None:
        """Read again at the next question: somebody, perhaps another process, wrote."""
        self._known.forget()

    async def keep_time(self) -> None:
        """Follow the clock for ever."""
        await every(SETTLE_EVERY_SECONDS, self._tick)

    async def _tick(self) -> None:
        await self.settle()

    async def summit(self) -> Summit:
        """The event; days that its file leaves out are those of its sessions.

        Raises NotConfigured before the first load.
        """
        known = await self._programme()
        if known.summit is None:
            raise NotConfigured("no summit is loaded yet: `streamhub summit load`")
        return _with_days(known.summit, known.sessions)

    async def sessions(self) -> tuple[Session, ...]:
        """Every session by its time, then by its place in the file."""
        return (await self._programme()).sessions

    async def session(self, slug: SessionSlug) -> Session:
        """One session. Raises UnknownSession."""
        return _found(await self.sessions(), slug)

    async def history(self, slug: SessionSlug) -> tuple[StateChange, ...]:
        """The changes of a session in all its runs, oldest first. Raises UnknownSession."""
        known = await self._programme()
        _found(known.sessions, slug)
        return tuple(change for change in known.history if change.session == slug)

    async def delegations(self) -> tuple[Delegation, ...]:
        """Every delegation in protocol order; reserved ones are none."""
        return (await self._programme()).delegations

    async def delegation(self, code: DelegationCode) -> Delegation:
        """One delegation. Raises NotFound."""
        for delegation in await self.delegations():
            if delegation.code == code:
                return delegation
        raise NotFound(f"no delegation has the code {code}")

    async def documents(self, slug: SessionSlug) -> tuple[Document, ...]:
        """The documents of a session, in the order of the file."""
        return tuple(d for d in (await self._programme()).documents if d.session == slug)

    async def logo(self) -> Logo | None:
        """The summit's picture."""
        return await self._db.read(store.logo_of)

    async def doors_at(self, session: Session) -> Instant:
        """When the session's page opens by itself."""
        return doors_at(session, self._minutes.doors)

    async def set_state(self, slug: SessionSlug, state: SessionState, by: str) -> Session:
        """Change a session by hand; the same state again changes nothing.

        From the first change on the session is manual. Going live ends what is open before
        it in its room. Raises UnknownSession, and StateConflict for ended → scheduled.
        """

        def command(tx: WriteTx) -> Session:
            now = self._clock.now()
            self._settle(tx, now)
            asked = StateChange(slug, 0, state, now, automatic=False, by=by)
            store.add_changes(tx, change_by_hand(store.sessions_of(tx), store.history_of(tx), asked))
            return _found(store.sessions_of(tx), slug)

        return await self._write(command)

    async def shift(
        self, slug: SessionSlug, minutes: int, by: str, *, following: bool = False
    ) -> tuple[Session, ...]:
        """Move a session, and if asked the later ones of its room that day; answers those moved.

        Scheduled times stay. Raises UnknownSession, FieldInvalid for more than a day, and
        StateConflict for a session that has ended.
        """
        if abs(minutes) > MAX_SHIFT_MINUTES:
            raise FieldInvalid(
                FieldProblem("minutes", f"must be from -{MAX_SHIFT_MINUTES} to {MAX_SHIFT_MINUTES}")
            )
        zone = zone_of((await self.summit()).timezone)

        def command(tx: WriteTx) -> tuple[Session, ...]:
            now = self._clock.now()
            self._settle(tx, now)
            moved = shifted(store.sessions_of(tx), slug, minutes, zone, following=following)
            for session in moved if minutes else ():
                store.move(tx, session, now, by)
                tx.notice("session", session.slug)
            slugs = [session.slug for session in moved]
            sessions, history = store.sessions_of(tx), store.history_of(tx)
            store.add_changes(tx, change_by_move(sessions, history, slugs, now, self._minutes, by))
            return tuple(_found(store.sessions_of(tx), slug) for slug in slugs)

        return await self._write(command)

    async def settle(self) -> tuple[StateChange, ...]:
        """Make the changes that the clock asks for by now; answers them."""
        known = await self._programme()
        if not due_changes(known.sessions, known.history, self._clock.now(), *self._minutes):
            return ()
        return await self._write(lambda tx: self._settle(tx, self._clock.now()))

    async def load(
        self, files: SummitFiles, *, force: bool = False, dry_run: bool = False, by: str = "cli"
    ) -> LoadReport:
        """Bring the files in; what was edited in the console since stays, unless forced.

        Rows gone from a file stay. Participants and streams are not stored here: whoever
        calls hands them on. Raises StateConflict when another summit is stored.
        """
        if dry_run:
            return (await self._db.read(lambda tx: loading.planned(tx, files, force=force))).report

        def command(tx: WriteTx) -> LoadReport:
            now = self._clock.now()
            self._settle(tx, now)
            return loading.apply(tx, loading.planned(tx, files, force=force), now, self._minutes, by)

        return await self._write(command)

    async def export(
        self, streams: Mapping[SessionSlug, Sequence[str]] | None = None
    ) -> tuple[ExportedFile, ...]:
        """The same files without people, as things stand now.

        ``streams`` are those of each session as ``[channel=]url``; without them they are those
        of the file that was loaded last. Raises NotConfigured before the first load.
        """
        files = await self._db.read(_exported)
        if streams is not None:
            sessions = [
                replace(entry, sources=tuple(map(source_of, streams.get(entry.slug, ()))))
                for entry in files.sessions or ()
            ]
            files = replace(files, sessions=tuple(sessions))
        return written(files)

    def _settle(self, tx: WriteTx, now: Instant) -> tuple[StateChange, ...]:
        return loading.settle(tx, now, self._minutes)

    async def _programme(self) -> _Programme:
        return await self._known.get(None)

    async def _write(self, command: Callable[[WriteTx], T]) -> T:
        try:
            return await self._db.write(command)
        finally:
            self._known.forget()


def _programme(tx: ReadTx) -> _Programme:
    stored = store.summit_of(tx)
    return _Programme(
        summit=stored.entry if stored else None,
        sessions=store.sessions_of(tx),
        history=store.history_of(tx),
        delegations=tuple(row.entry for row in store.delegations_of(tx)),
        documents=tuple(row.entry for row in store.documents_of(tx)),
    )


def _exported(tx: ReadTx) -> SummitFiles:
    stored = store.summit_of(tx)
    if stored is None:
        raise NotConfigured("no summit is loaded yet: `streamhub summit load`")
    return SummitFiles(
        summit=stored.entry,
        logo=store.logo_of(tx),
        sessions=tuple(row.entry for row in store.session_entries(tx)),
        delegations=tuple(row.entry for row in store.delegations_of(tx)),
        documents=tuple(row.entry for row in store.documents_of(tx)),
    )


def _found(sessions: tuple[Session, ...], slug: SessionSlug) -> Session:
    for session in sessions:
        if session.slug == slug:
            return session
    raise UnknownSession(f"no session has the name {slug}")


def _with_days(summit: Summit, sessions: tuple[Session, ...]) -> Summit:
    if not sessions or (summit.starts_on and summit.ends_on):
        return summit
    zone = zone_of(summit.timezone)
    return replace(
        summit,
        starts_on=summit.starts_on or day_of(min(s.starts_at for s in sessions), zone),
        ends_on=summit.ends_on or day_of(max(s.starts_at for s in sessions), zone),
    )
