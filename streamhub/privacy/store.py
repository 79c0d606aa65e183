"""The rows of people in SQL, whatever table they stand in: ``schema`` says which columns those are."""

from collections.abc import Iterable

import sqlalchemy as sa

from streamhub.kit.db import ReadTx, WriteTx, metadata
from streamhub.kit.ids import ParticipantId
from streamhub.privacy.model import Anew, Holds, OnErase, Section, Table, Trace, shown

UNSHOWN = (Holds.SECRET, Holds.FINGERPRINT)
"""What no export shows: it tells nothing, or opens something."""


def redraw(tx: WriteTx, tables: Iterable[Table], old: Trace, new: Anew) -> None:
    """Write ``new`` wherever ``old`` stands; words and names about the person go, and rows that must.

    A pseudonym may stand as who did something, too, or in a text; so may the invitation. Where
    a row is that of an invitation's own link it is left: see ``erased_store.bury``.
    """
    pseudonyms = [(old.participant, new.participant), (old.invitation, new.invitation)]
    for table in tables:
        if table.on_erase is OnErase.DELETE:
            tx.execute(_table(table.name).delete().where(sa.or_(sa.false(), *_theirs(table, old))))
        else:
            _blank(tx, table, old.participant)
        for column in _columns(table, Holds.ABOUT, Holds.BY):
            for before, after in pseudonyms:
                tx.execute(column.table.update().where(column == before).values({column: after}))
        for column in _columns(table, Holds.MENTIONS):
            for before, after in pseudonyms:
                mentioned = column.contains(before, autoescape=True)
                replaced = sa.func.replace(column, before, after)
                tx.execute(column.table.update().where(mentioned).values({column: replaced}))


def sections(tx: ReadTx, tables: Iterable[Table], person: Trace) -> list[Section]:
    """Everything recorded of a person, a section for each table that has something."""
    found = [_section(tx, table, person) for table in tables]
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


def _theirs(table: Table, person: Trace) -> list[sa.ColumnElement[bool]]:
    """By what a row of the table is about the person.

    An address tells it only where no pseudonym does: who asked for access was nobody yet.
    """
    about = _columns(table, Holds.ABOUT)
    conditions = [column == person.participant for column in about]
    conditions += [column == person.invitation for column in _columns(table, Holds.INVITATION)]
    if person.email and not about and "email" in table.holding(Holds.NAME):
        conditions.append(sa.func.lower(_table(table.name).c.email) == sa.func.lower(person.email))
    return conditions


def _blank(tx: WriteTx, table: Table, participant: ParticipantId) -> None:
    about, columns = _columns(table, Holds.ABOUT), _columns(table, Holds.NAME, Holds.WORDS)
    if not about or not columns:
        return
    theirs = sa.or_(*(column == participant for column in about))
    values = {column.name: None if column.nullable else "" for column in columns}
    tx.execute(_table(table.name).update().where(theirs).values(values))


def _section(tx: ReadTx, table: Table, person: Trace) -> Section:
    """The rows about the person, those of their invitation, and what the log says of them."""
    conditions = _theirs(table, person)
    mentions = _columns(table, Holds.MENTIONS)
    if mentions:
        conditions += [column == person.participant for column in _columns(table, Holds.BY)]
        conditions += [c.contains(person.participant, autoescape=True) for c in mentions]
        conditions += [c.contains(person.invitation, autoescape=True) for c in mentions]
    if not conditions:
        return Section(table.name, ())
    columns = [(name, holds) for name, holds in table.columns if holds not in UNSHOWN]
    source = _table(table.name)
    statement = sa.select(*(source.c[name] for name, _ in columns)).where(sa.or_(*conditions))
    found = tx.all(statement.order_by(*source.primary_key.columns))
    rows = (zip(columns, row, strict=True) for row in found)
    return Section(table.name, tuple(tuple(shown(*column, value) for column, value in row) for row in rows))
