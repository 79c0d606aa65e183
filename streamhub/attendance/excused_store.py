"""Excuses in SQL."""

from typing import Any

import sqlalchemy as sa

from streamhub.attendance.excused_model import Excused
from streamhub.kit.db import ReadTx, WriteTx, metadata
from streamhub.kit.ids import ParticipantId, SessionSlug

excused = sa.Table(
    "excused",
    metadata,
    sa.Column("session", sa.Text, primary_key=True),
    sa.Column("run", sa.Integer, primary_key=True),
    sa.Column("participant", sa.Text, primary_key=True),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("represented_by", sa.Text, nullable=False),
    sa.Column("by", sa.Text, nullable=False),
    sa.Column("at", sa.BigInteger, nullable=False),
)


def put(tx: WriteTx, row: Excused) -> None:
    """Store an excuse; it replaces what was stored of the person."""
    drop(tx, row.session, row.run, row.participant)
    values = {
        "session": row.session,
        "run": row.run,
        "participant": row.participant,
        "reason": row.reason,
        "represented_by": row.represented_by,
        "by": row.by,
        "at": row.at,
    }
    tx.execute(excused.insert(), values)


def drop(tx: WriteTx, session: SessionSlug, run: int, participant: ParticipantId) -> bool:
    """Take an excuse back; answers whether there was one."""
    mine = _of(session, run) & (excused.c.participant == participant)
    return tx.execute(excused.delete().where(mine)) > 0


def one(tx: ReadTx, session: SessionSlug, run: int, participant: ParticipantId) -> Excused | None:
    """The excuse of one person, None without."""
    row = tx.first(sa.select(excused).where(_of(session, run), excused.c.participant == participant))
    return None if row is None else _excused(row)


def of_session(tx: ReadTx, session: SessionSlug, run: int) -> tuple[Excused, ...]:
    """Everybody who is excused from one holding of a session, in the order in which it was written."""
    statement = sa.select(excused).where(_of(session, run)).order_by(excused.c.at, excused.c.participant)
    return tuple(_excused(row) for row in tx.all(statement))


def sessions_of(tx: ReadTx, participant: ParticipantId) -> list[SessionSlug]:
    """The sessions from which one person is excused."""
    statement = sa.select(excused.c.session).where(excused.c.participant == participant).distinct()
    return [SessionSlug(row.session) for row in tx.all(statement)]


def _of(session: SessionSlug, run: int) -> sa.ColumnElement[bool]:
    return sa.and_(excused.c.session == session, excused.c.run == run)


def _excused(row: sa.Row[Any]) -> Excused:
    return Excused(
        session=SessionSlug(row.session),
        run=row.run,
        participant=ParticipantId(row.participant),
        reason=row.reason,
        represented_by=row.represented_by,
        by=row.by,
        at=row.at,
    )
