"""Imports in SQL: what was asked, whom the lists named, and which stays followed."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, fields
from itertools import groupby
from typing import Any

import sqlalchemy as sa

from streamhub.attendance.imports_model import (
    NAMES_KEPT_MS,
    Import,
    ImportCounts,
    ImportKind,
    ImportState,
    Part,
    QueueRow,
    StoredPerson,
    StoredRow,
    Taken,
)
from streamhub.attendance.matching import MatchedBy, Target
from streamhub.attendance.zoom_times import DateOrder
from streamhub.kit.clock import Instant
from streamhub.kit.db import ReadTx, WriteTx, metadata
from streamhub.kit.ids import DelegationCode, ImportId, ParticipantId, SessionSlug

imports = sa.Table(
    "imports",
    metadata,
    sa.Column("seq", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("id", sa.Text, nullable=False, unique=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("file", sa.Text, nullable=False),
    sa.Column("sessions", sa.Text, nullable=False),
    sa.Column("meetings", sa.Text, nullable=False, server_default=""),
    sa.Column("timezone", sa.Text, nullable=False),
    sa.Column("date_order", sa.Text, nullable=False),
    *(sa.Column(count.name, sa.Integer, nullable=False) for count in fields(ImportCounts)),
    sa.Column("created_at", sa.BigInteger, nullable=False),
    sa.Column("created_by", sa.Text, nullable=False),
    sa.Column("applied_at", sa.BigInteger),
    sa.Column("applied_by", sa.Text),
    sa.Column("undone_at", sa.BigInteger),
    sa.Column("undone_by", sa.Text),
)

import_people = sa.Table(
    "import_people",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("import_id", sa.Text, nullable=False, index=True),
    sa.Column("person", sa.Text, nullable=False, index=True),
    sa.Column("alias", sa.Text, nullable=False),
    sa.Column("participant", sa.Text),
    sa.Column("delegation", sa.Text),
    sa.Column("matched_by", sa.Text),
    sa.Column("name", sa.Text),
    sa.Column("email", sa.Text),
    sqlite_autoincrement=True,
)
"""Names and e-mails of people whom nobody recognised yet: the matching queue."""

import_rows = sa.Table(
    "import_rows",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("import_id", sa.Text, nullable=False, index=True),
    sa.Column("person_id", sa.Integer, nullable=False, index=True),
    sa.Column("session", sa.Text, nullable=False),
    sa.Column("run", sa.Integer, nullable=False),
    sa.Column("line", sa.Integer, nullable=False),
    sa.Column("since", sa.BigInteger, nullable=False),
    sa.Column("until", sa.BigInteger),
    sa.Column("content", sa.Text, nullable=False),
    sa.Column("applied", sa.Boolean, nullable=False),
    sa.Index("import_rows_by_content", "session", "run", "content"),
    sqlite_autoincrement=True,
)

_LISTS = sa.select(imports).where(imports.c.kind != ImportKind.ZOOM_EVENTS)

_APPLIED_PEOPLE = (
    sa.select(import_people)
    .join(imports, imports.c.id == import_people.c.import_id)
    .where(imports.c.state == ImportState.APPLIED)
)


def add(tx: WriteTx, new: Import, parts: Iterable[Part]) -> None:
    """Store a preview; the names of those who were recognised are not kept."""
    values = {
        "id": new.id,
        "kind": new.kind,
        "state": new.state,
        "file": new.file,
        "sessions": " ".join(new.sessions),
        "meetings": " ".join(new.meetings),
        "timezone": new.timezone,
        "date_order": new.date_order,
        **asdict(new.counts),
        "created_at": new.created_at,
        "created_by": new.created_by,
    }
    tx.execute(imports.insert(), values)
    for part in parts:
        person_id = tx.insert(import_people.insert(), _person_values(new.id, part))
        tx.execute(
            import_rows.insert(), [_row_values(new.id, person_id, part, i) for i in range(len(part.cuts))]
        )


def _person_values(import_id: ImportId, part: Part) -> dict[str, Any]:
    target, person = part.match.target, part.match.person
    return {
        "import_id": import_id,
        "person": part.person,
        "alias": part.alias,
        "participant": target.participant if target else None,
        "delegation": target.delegation if target else None,
        "matched_by": part.match.by,
        "name": None if target else person.name,
        "email": None if target else person.email,
    }


def _row_values(import_id: ImportId, person_id: int, part: Part, index: int) -> dict[str, Any]:
    cut = part.cuts[index]
    return {
        "import_id": import_id,
        "person_id": person_id,
        "session": cut.held.session,
        "run": cut.held.run,
        "line": cut.line,
        "since": cut.since,
        "until": cut.until,
        "content": cut.content,
        "applied": False,
    }


def one(tx: ReadTx, import_id: ImportId) -> Import | None:
    """One import of a list, or None."""
    row = tx.first(_LISTS.where(imports.c.id == import_id))
    return None if row is None else _import(row)


def everything(tx: ReadTx) -> list[Import]:
    """Every import of a list, the newest first."""
    return [_import(row) for row in tx.all(_LISTS.order_by(imports.c.seq.desc()))]


def set_applied(tx: WriteTx, import_id: ImportId, stays: int, already: int, at: Instant, by: str) -> None:
    """The import stands in the ledger now, with so many stays; so many were there already."""
    stands = {"state": ImportState.APPLIED, "applied_at": at, "applied_by": by}
    counts = {"stays": stays, "already": already}
    tx.execute(imports.update().where(imports.c.id == import_id), {**stands, **counts})


def set_rows_applied(tx: WriteTx, rows: Iterable[StoredRow]) -> None:
    """These rows stand in the ledger now."""
    for row in rows:
        tx.execute(import_rows.update().where(import_rows.c.id == row.id), {"applied": True})


def add_stays(tx: WriteTx, import_id: ImportId, stays: int) -> None:
    """So many rows that an earlier import had are this one's now."""
    counts = {"stays": imports.c.stays + stays, "already": imports.c.already - stays}
    tx.execute(imports.update().where(imports.c.id == import_id).values(counts))


def set_undone(tx: WriteTx, import_id: ImportId, at: Instant, by: str) -> None:
    """The import is taken back: its people and rows are forgotten."""
    undone = {"state": ImportState.UNDONE, "undone_at": at, "undone_by": by}
    tx.execute(imports.update().where(imports.c.id == import_id), undone)
    _forget(tx, import_id)


def drop(tx: WriteTx, import_id: ImportId) -> None:
    """Forget a preview as if it had never been looked at."""
    _forget(tx, import_id)
    tx.execute(imports.delete().where(imports.c.id == import_id))


def _forget(tx: WriteTx, import_id: ImportId) -> None:
    tx.execute(import_rows.delete().where(import_rows.c.import_id == import_id))
    tx.execute(import_people.delete().where(import_people.c.import_id == import_id))


def people(tx: ReadTx, import_id: ImportId) -> list[StoredPerson]:
    """The people of an import, in the order of the list."""
    statement = sa.select(import_people).where(import_people.c.import_id == import_id)
    return [_person(row) for row in tx.all(statement.order_by(import_people.c.id))]


def rows(tx: ReadTx, import_id: ImportId) -> list[StoredRow]:
    """The rows of an import, in the order of the list."""
    statement = sa.select(import_rows).where(import_rows.c.import_id == import_id)
    return [_row(row) for row in tx.all(statement.order_by(import_rows.c.id))]


def rows_of(tx: ReadTx, person_id: int) -> list[StoredRow]:
    """The rows of one person of one import that stand in the ledger."""
    statement = sa.select(import_rows).where(import_rows.c.person_id == person_id, import_rows.c.applied)
    return [_row(row) for row in tx.all(statement.order_by(import_rows.c.id))]


def waiting_rows(tx: ReadTx, sessions: Iterable[SessionSlug]) -> list[tuple[StoredRow, ParticipantId]]:
    """Rows of applied imports that an earlier import had, and under whom they would stand."""
    statement = (
        sa.select(import_rows, import_people.c.participant)
        .join(import_people, import_people.c.id == import_rows.c.person_id)
        .join(imports, imports.c.id == import_rows.c.import_id)
        .where(
            imports.c.state == ImportState.APPLIED,
            import_rows.c.applied.is_(False),
            import_rows.c.session.in_(tuple(sessions)),
        )
        .order_by(import_rows.c.id)
    )
    return [(_row(row), ParticipantId(row.participant)) for row in tx.all(statement)]


def taken(tx: ReadTx, sessions: Iterable[SessionSlug]) -> frozenset[Taken]:
    """What earlier imports put into these sessions."""
    row = import_rows.c
    statement = sa.select(row.session, row.run, row.content, row.since, row.until)
    statement = statement.where(row.applied, row.session.in_(tuple(sessions)))
    return frozenset((r.session, r.run, r.content, r.since, r.until) for r in tx.all(statement))


def settle(tx: WriteTx, person_id: int, participant: ParticipantId) -> None:
    """Under whom the rows of a person stand in the ledger."""
    tx.execute(import_people.update().where(import_people.c.id == person_id), {"participant": participant})


def set_matched(tx: WriteTx, person_id: int, participant: ParticipantId, target: Target) -> None:
    """A human said who this is: the name is not needed any more."""
    values = {
        "participant": participant,
        "delegation": target.delegation,
        "matched_by": MatchedBy.HAND,
        "name": None,
        "email": None,
    }
    tx.execute(import_people.update().where(import_people.c.id == person_id), values)


def applied_person(tx: ReadTx, person_id: int) -> StoredPerson | None:
    """One person of an applied import, or None."""
    row = tx.first(_APPLIED_PEOPLE.where(import_people.c.id == person_id))
    return None if row is None else _person(row)


def same_people(tx: ReadTx, person: StoredPerson) -> list[StoredPerson]:
    """That person wherever it stands under the same participant, in every applied import."""
    statement = _APPLIED_PEOPLE.where(
        import_people.c.person == person.person, import_people.c.participant == person.participant
    )
    return [_person(row) for row in tx.all(statement.order_by(import_people.c.id))]


def queue(tx: ReadTx) -> list[QueueRow]:
    """People whom nobody recognised and whose names are still kept, oldest list first."""
    joined = import_people.join(imports, imports.c.id == import_people.c.import_id).join(
        import_rows, import_rows.c.person_id == import_people.c.id
    )
    statement = (
        sa.select(
            import_people,
            imports.c.file,
            imports.c.applied_at,
            import_rows.c.session,
            import_rows.c.since,
            import_rows.c.until,
        )
        .select_from(joined)
        .where(
            imports.c.state == ImportState.APPLIED, import_people.c.name.is_not(None), import_rows.c.applied
        )
        .order_by(import_people.c.id, import_rows.c.since)
    )
    return [_queue_row(list(found)) for _, found in groupby(tx.all(statement), key=lambda row: row.id)]


def erase_names(tx: WriteTx, before: Instant) -> int:
    """Forget the names of lists applied before that instant; answers how many left the queue."""
    old = sa.select(imports.c.id).where(imports.c.applied_at <= before)
    which = import_people.c.import_id.in_(old) & import_people.c.name.is_not(None)
    return tx.execute(import_people.update().where(which), {"name": None, "email": None})


def drop_previews(tx: WriteTx, before: Instant) -> int:
    """Forget previews made before that instant; answers how many."""
    stale = imports.c.created_at <= before
    found = tx.all(sa.select(imports.c.id).where(imports.c.state == ImportState.PREVIEW, stale))
    for row in found:
        drop(tx, ImportId(row.id))
    return len(found)


def _import(row: sa.Row[Any]) -> Import:
    return Import(
        id=ImportId(row.id),
        kind=ImportKind(row.kind),
        state=ImportState(row.state),
        file=row.file,
        sessions=tuple(SessionSlug(slug) for slug in row.sessions.split()),
        timezone=row.timezone,
        date_order=DateOrder(row.date_order),
        counts=ImportCounts(**{count.name: getattr(row, count.name) for count in fields(ImportCounts)}),
        created_at=row.created_at,
        created_by=row.created_by,
        applied_at=row.applied_at,
        meetings=tuple(row.meetings.split()),
    )


def _person(row: sa.Row[Any]) -> StoredPerson:
    return StoredPerson(
        id=row.id,
        import_id=ImportId(row.import_id),
        person=row.person,
        alias=row.alias,
        participant=ParticipantId(row.participant) if row.participant else None,
        delegation=DelegationCode(row.delegation) if row.delegation else None,
        matched_by=MatchedBy(row.matched_by) if row.matched_by else None,
    )


def _row(row: sa.Row[Any]) -> StoredRow:
    return StoredRow(
        id=row.id,
        person_id=row.person_id,
        import_id=ImportId(row.import_id),
        session=SessionSlug(row.session),
        run=row.run,
        since=row.since,
        until=row.until,
        content=row.content,
    )


def _queue_row(found: Sequence[sa.Row[Any]]) -> QueueRow:
    first = found[0]
    return QueueRow(
        id=first.id,
        import_id=ImportId(first.import_id),
        file=first.file,
        name=first.name,
        email=first.email,
        sessions=tuple(dict.fromkeys(SessionSlug(row.session) for row in found)),
        since=first.since,
        until=None if any(row.until is None for row in found) else max(row.until for row in found),
        erased_at=first.applied_at + NAMES_KEPT_MS,
    )
