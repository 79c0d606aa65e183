"""Editing the programme: what the console does. Files and console never overwrite each other silently.

Beside each row stands what its file said. An edit changes the row and not that, so the next
load sees it and leaves it; and an edit that names the version it was made from is refused
when somebody else was quicker.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from streamhub.kit.clock import Clock
from streamhub.kit.db import Database, ReadTx, WriteTx
from streamhub.kit.errors import FieldInvalid, FieldProblem, NotFound, UnknownSession
from streamhub.kit.ids import DelegationCode, SessionSlug
from streamhub.kit.log import get_logger
from streamhub.kit.settings import Settings
from streamhub.programme import edit_store, editing, loading, store
from streamhub.programme.clock import ClockMinutes
from streamhub.programme.differences import MADE_HERE, Merged, Stored, edited_fields
from streamhub.programme.editing import (
    DelegationEdit,
    DocumentEdit,
    Editable,
    SessionEdit,
    check_version,
    document_id,
    version_of,
)
from streamhub.programme.files import SessionEntry
from streamhub.programme.local_time import day_of, zone_of
from streamhub.programme.model import (
    NO_TEXT,
    Delegation,
    DelegationKind,
    Document,
    Session,
)
from streamhub.programme.service import ProgrammeService

log = get_logger(__name__)

T = TypeVar("T")
Row = TypeVar("Row", Delegation, Document)


class EditService:
    """Sessions, delegations and documents, edited in the console. ``by`` is who does it."""

    def __init__(self, db: Database, clock: Clock, settings: Settings, programme: ProgrammeService) -> None:
        self._db = db
        self._clock = clock
        self._minutes = ClockMinutes(settings.doors_minutes, settings.overrun_minutes)
        self._programme = programme

    # Sessions

    async def sessions(self) -> tuple[Editable[Session], ...]:
        """Every session by its time."""
        return await self._db.read(_sessions)

    async def session(self, slug: SessionSlug) -> Editable[Session]:
        """One session. Raises UnknownSession."""
        return await self._db.read(lambda tx: _session(tx, slug))

    async def add_session(self, edit: SessionEdit, by: str, slug: str = "") -> Editable[Session]:
        """Add a session that no file has; raises FieldInvalid."""

        def command(tx: WriteTx) -> Editable[Session]:
            known = store.session_entries(tx)
            order = max((row.entry.order for row in known), default=0) + 1
            entry = editing.new_session(slug, edit, [row.entry.slug for row in known], order)
            store.put_session(tx, Merged(entry, MADE_HERE, None))
            _notice(tx, entry.slug)
            return _session(tx, entry.slug)

        added = await self._write(command)
        log.info("session added", session=added.row.slug, by=by)
        return added

    async def edit_session(
        self, slug: SessionSlug, edit: SessionEdit, by: str, version: str | None = None
    ) -> Editable[Session]:
        """Change a session.

        New times are those of the timetable too; another day is another run once the session
        had begun, as when a file is loaded.
        Raises UnknownSession, FieldInvalid, and StateConflict where ``version`` is not the
        present one, or for new times of an ended session.
        """
        zone = zone_of((await self._programme.summit()).timezone)

        def command(tx: WriteTx) -> Editable[Session]:
            now = self._clock.now()
            loading.settle(tx, now, self._minutes)
            stored, session = _entry(tx, slug), _found(tx, slug)
            check_version(version, _version(stored, session))
            after = editing.edited_session(stored.entry, edit)
            if after == stored.entry:
                return _session(tx, slug)
            if (after.starts_at, after.ends_at) != (session.starts_at, session.ends_at):
                another_day = day_of(after.starts_at, zone) != day_of(session.starts_at, zone)
                editing.check_may_move(session, another_day=another_day)
            store.put_session(tx, Merged(after, stored.loaded, stored.entry))
            loading.follow_new_times(tx, {slug: session}, now, self._minutes, by)
            _notice(tx, slug)
            return _session(tx, slug)

        edited = await self._write(command)
        log.info("session edited", session=slug, by=by)
        return edited

    async def cancel(self, slug: SessionSlug, by: str) -> Editable[Session]:
        """Leave the session in the programme as cancelled, without doors or clock.

        A second time changes nothing. Raises UnknownSession, and StateConflict once it has begun.
        """

        def command(tx: WriteTx) -> Editable[Session]:
            now = self._clock.now()
            loading.settle(tx, now, self._minutes)
            session = _found(tx, slug)
            if not session.cancelled:
                loading.cancel(tx, session, now, by)
                _notice(tx, slug)
            return _session(tx, slug)

        cancelled = await self._write(command)
        log.info("session cancelled", session=slug, by=by)
        return cancelled

    async def restore(self, slug: SessionSlug, by: str) -> Editable[Session]:
        """Hold a cancelled session after all: it follows its times again from now on.

        A second time changes nothing. Raises UnknownSession.
        """

        def command(tx: WriteTx) -> Editable[Session]:
            if _found(tx, slug).cancelled:
                loading.restore(tx, slug, self._clock.now(), self._minutes, by)
                _notice(tx, slug)
            return _session(tx, slug)

        restored = await self._write(command)
        log.info("session restored", session=slug, by=by)
        return restored

    # Documents

    async def documents(self, slug: SessionSlug) -> tuple[Editable[Document], ...]:
        """The documents of a session in their order. Raises UnknownSession."""
        return await self._db.read(lambda tx: _documents(tx, slug))

    async def add_document(self, slug: SessionSlug, edit: DocumentEdit, by: str) -> Editable[Document]:
        """Add a document after the others. Raises UnknownSession, FieldInvalid."""

        def command(tx: WriteTx) -> Editable[Document]:
            _found(tx, slug)
            order = max((row.entry.order for row in store.documents_of(tx)), default=0) + 1
            blank = Document(slug, NO_TEXT, "", order)
            added = editing.edited_document(blank, replace(edit, titles=edit.titles or {}))
            _check_new_url(tx, added)
            store.put_document(tx, Merged(added, edit_store.said_of(tx, added), None))
            tx.notice("programme", "")
            return _document(tx, slug, document_id(added.url))

        made = await self._write(command)
        log.info("document added", session=slug, by=by)
        return made

    async def edit_document(
        self, slug: SessionSlug, ident: str, edit: DocumentEdit, by: str, version: str | None = None
    ) -> Editable[Document]:
        """Change a document. Another address is another document in the place of this one.

        Raises UnknownSession, NotFound, FieldInvalid, and StateConflict as for sessions.
        """

        def command(tx: WriteTx) -> Editable[Document]:
            stored = _stored_document(tx, slug, ident)
            check_version(version, version_of(stored.entry))
            after = editing.edited_document(stored.entry, edit)
            if after.url == stored.entry.url:
                store.put_document(tx, Merged(after, stored.loaded, stored.entry))
            else:
                _check_new_url(tx, after)
                edit_store.take_away(tx, stored, self._clock.now())
                store.put_document(tx, Merged(after, edit_store.said_of(tx, after), None))
            tx.notice("programme", "")
            return _document(tx, slug, document_id(after.url))

        edited = await self._write(command)
        log.info("document edited", session=slug, by=by)
        return edited

    async def remove_document(self, slug: SessionSlug, ident: str, by: str) -> None:
        """Take a document away. Raises UnknownSession, NotFound."""

        def command(tx: WriteTx) -> None:
            edit_store.take_away(tx, _stored_document(tx, slug, ident), self._clock.now())
            tx.notice("programme", "")

        await self._write(command)
        log.info("document taken away", session=slug, by=by)

    # Delegations

    async def delegations(self) -> tuple[Editable[Delegation], ...]:
        """Every delegation in protocol order."""
        rows = await self._db.read(store.delegations_of)
        return tuple(_editable(row) for row in rows)

    async def add_delegation(
        self, code: str, kind: DelegationKind, edit: DelegationEdit, by: str
    ) -> Editable[Delegation]:
        """Add a delegation that no file has, last in protocol order. Raises FieldInvalid."""

        def command(tx: WriteTx) -> Editable[Delegation]:
            known = [row.entry for row in store.delegations_of(tx)]
            order = max((one.order for one in known), default=0) + 1
            made = editing.new_delegation(code, kind, edit, [one.code for one in known], order)
            store.put_delegation(tx, Merged(made, MADE_HERE, None))
            tx.notice("programme", "")
            return _delegation(tx, made.code)

        added = await self._write(command)
        log.info("delegation added", delegation=added.row.code, by=by)
        return added

    async def edit_delegation(
        self, code: DelegationCode, edit: DelegationEdit, by: str, version: str | None = None
    ) -> Editable[Delegation]:
        """Change a delegation. Raises NotFound, FieldInvalid, and StateConflict as for sessions."""

        def command(tx: WriteTx) -> Editable[Delegation]:
            stored = _stored_delegation(tx, code)
            check_version(version, version_of(stored.entry))
            after = editing.edited_delegation(stored.entry, edit)
            store.put_delegation(tx, Merged(after, stored.loaded, stored.entry))
            tx.notice("programme", "")
            return _delegation(tx, code)

        edited = await self._write(command)
        log.info("delegation edited", delegation=code, by=by)
        return edited

    async def _write(self, command: Callable[[WriteTx], T]) -> T:
        try:
            return await self._db.write(command)
        finally:
            await self._programme.forget("")


def _sessions(tx: ReadTx) -> tuple[Editable[Session], ...]:
    entries = {row.entry.slug: row for row in store.session_entries(tx)}
    return tuple(_editable_session(entries[session.slug], session) for session in store.sessions_of(tx))


def _session(tx: ReadTx, slug: SessionSlug) -> Editable[Session]:
    return _editable_session(_entry(tx, slug), _found(tx, slug))


def _editable_session(stored: Stored[SessionEntry], session: Session) -> Editable[Session]:
    return Editable(
        row=session,
        version=_version(stored, session),
        from_file=stored.loaded != MADE_HERE,
        edited=edited_fields(stored),
    )


def _version(stored: Stored[SessionEntry], session: Session) -> str:
    return version_of(stored.entry, session.run)


def _entry(tx: ReadTx, slug: SessionSlug) -> Stored[SessionEntry]:
    for stored in store.session_entries(tx):
        if stored.entry.slug == slug:
            return stored
    raise UnknownSession(f"no session has the name {slug}")


def _found(tx: ReadTx, slug: SessionSlug) -> Session:
    for session in store.sessions_of(tx):
        if session.slug == slug:
            return session
    raise UnknownSession(f"no session has the name {slug}")


def _notice(tx: WriteTx, slug: SessionSlug) -> None:
    tx.notice("programme", "")
    tx.notice("session", slug)


def _documents(tx: ReadTx, slug: SessionSlug) -> tuple[Editable[Document], ...]:
    _found(tx, slug)
    return tuple(_editable(row) for row in store.documents_of(tx) if row.entry.session == slug)


def _document(tx: ReadTx, slug: SessionSlug, ident: str) -> Editable[Document]:
    return _editable(_stored_document(tx, slug, ident))


def _stored_document(tx: ReadTx, slug: SessionSlug, ident: str) -> Stored[Document]:
    _found(tx, slug)
    for row in store.documents_of(tx):
        if row.entry.session == slug and document_id(row.entry.url) == ident:
            return row
    raise NotFound("the session has no such document")


def _check_new_url(tx: ReadTx, document: Document) -> None:
    known = {row.entry.url for row in store.documents_of(tx) if row.entry.session == document.session}
    if document.url in known:
        raise FieldInvalid(FieldProblem("url", "the session has this document already"))


def _delegation(tx: ReadTx, code: DelegationCode) -> Editable[Delegation]:
    return _editable(_stored_delegation(tx, code))


def _stored_delegation(tx: ReadTx, code: DelegationCode) -> Stored[Delegation]:
    for row in store.delegations_of(tx):
        if row.entry.code == code:
            return row
    raise NotFound(f"no delegation has the code {code}")


def _editable(stored: Stored[Row]) -> Editable[Row]:
    return Editable(
        row=stored.entry,
        version=version_of(stored.entry),
        from_file=stored.loaded != MADE_HERE,
        edited=edited_fields(stored),
    )
