"""The rows of people in SQL, whatever table they stand in: ``schema`` says which columns those are."""

from collections.abc import Iterable

import sqlalchemy as sa

from streamhub.kit.db import ReadTx, WriteTx, metadata
from streamhub.kit.ids import InvitationId, ParticipantId
from streamhub.privacy.model import Holds, OnErase, Section, Table, shown

UNSHOWN = (Holds.SECRET, Holds.FINGERPRINT)
"""What no export shows: it tells nothing, or opens something."""


def redraw(
    tx: WriteTx, tables: Iterable[Table], old: ParticipantId, new: ParticipantId, invitation: InvitationId
) -> None:
    """Write ``new`` wherever ``old`` stands; words and names about the person go, and rows that must.

    ``invitation`` is the one that the person's link and token name.
    """
    for table in tables:
        if table.on_erase is OnErase.DELETE:
            _delete_about(tx, table, old, invitation)
        else:
            _blank(tx, table, old)
        for column in _columns(table, Holds.ABOUT, Holds.BY):
            tx.execute(column.table.update().where(column == old).values({column: new}))
        for column in _columns(table, Holds.MENTIONS):
            mentioned = column.contains(old, autoescape=True)
            replaced = sa.func.replace(column, old, new)
            tx.execute(column.table.update().where(mentioned).values({column: replaced}))


def sections(
    tx: ReadTx, tables: Iterable[Table], participant: ParticipantId, invitation: InvitationId | None
) -> list[Section]:
    """Everything recorded of a person, a section for each table that has something."""
    found = [_section(tx, table, participant, invitation) for table in tables]
    return [section for section in found if section.rows]


def count(tx: ReadTx, name: str) -> int:
    """How many rows a table has."""
    return int(tx.scalar(sa.select(sa.func.count()).select_from(_table(name))) or 0)


def empty(tx: WriteTx, name: str) -> int:
    """Delete every row of a table; answers how many."""
    return tx.execute(_table(name).delete())


def drop_changes(tx: WriteTx, until: int) -> int:
    """Forget what every server noticed long ago; answers how many rows."""
    changes = _table("changes")
    return tx.execute(changes.delete().where(changes.c.id <= until))


def _table(name: str) -> sa.Table:
    return metadata.tables[name]


def _columns(table: Table, *kinds: Holds) -> list[sa.Column[str]]:
    return [_table(table.name).c[name] for name in table.holding(*kinds)]


def _about(table: Table, participant: ParticipantId) -> sa.ColumnElement[bool] | None:
    columns = _columns(table, Holds.ABOUT)
    return sa.or_(*(column == participant for column in columns)) if columns else None


def _delete_about(tx: WriteTx, table: Table, participant: ParticipantId, invitation: InvitationId) -> None:
    theirs = [column == participant for column in _columns(table, Holds.ABOUT)]
    theirs += [column == invitation for column in _columns(table, Holds.INVITATION)]
    tx.execute(_table(table.name).delete().where(sa.or_(*theirs)))


def _blank(tx: WriteTx, table: Table, participant: ParticipantId) -> None:
    about, columns = _about(table, participant), _columns(table, Holds.NAME, Holds.WORDS)
    if about is None or not columns:
        return
    values = {column.name: None if column.nullable else "" for column in columns}
    tx.execute(_table(table.name).update().where(about).values(values))


def _section(
    tx: ReadTx, table: Table, participant: ParticipantId, invitation: InvitationId | None
) -> Section:
    """The rows about the person, those of their invitation, and what the log says of them."""
    conditions = [column == participant for column in _columns(table, Holds.ABOUT)]
    if table.holding(Holds.MENTIONS):
        conditions += [column == participant for column in _columns(table, Holds.BY)]
        conditions += [c.contains(participant, autoescape=True) for c in _columns(table, Holds.MENTIONS)]
    if invitation is not None:
        conditions += [column == invitation for column in _columns(table, Holds.INVITATION)]
        conditions += [c.contains(invitation, autoescape=True) for c in _columns(table, Holds.MENTIONS)]
    if not conditions:
        return Section(table.name, ())
    columns = [(name, holds) for name, holds in table.columns if holds not in UNSHOWN]
    source = _table(table.name)
    statement = sa.select(*(source.c[name] for name, _ in columns)).where(sa.or_(*conditions))
    found = tx.all(statement.order_by(*source.primary_key.columns))
    rows = (zip(columns, row, strict=True) for row in found)
    return Section(table.name, tuple(tuple(shown(*column, value) for column, value in row) for row in rows))
