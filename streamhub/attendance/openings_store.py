"""Openings in SQL: that a public page or a player was open, and from when to when."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from streamhub.attendance.openings_model import Opening, OpeningKind
from streamhub.kit.clock import Instant
from streamhub.kit.db import ReadTx, WriteTx, metadata
from streamhub.kit.ids import NodeId, SessionSlug

openings = sa.Table(
    "openings",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("who", sa.Text, nullable=False),
    sa.Column("session", sa.Text, nullable=False),
    sa.Column("run", sa.Integer, nullable=False),
    sa.Column("since", sa.BigInteger, nullable=False),
    sa.Column("until", sa.BigInteger),
    sa.Column("node", sa.Text, nullable=False),
    sa.Index("openings_by_session", "session", "run"),
    sa.Index("openings_by_who", "who"),
)


def begin(
    tx: WriteTx, kind: OpeningKind, who: str, session: SessionSlug, run: int, at: Instant, node: NodeId
) -> None:
    """Something begins to be open; nothing happens when it is open already."""
    mine = sa.and_(_open(kind, who, session), openings.c.run == run)
    if tx.first(sa.select(openings.c.id).where(mine)) is None:
        values = {"kind": kind, "who": who, "session": session, "run": run, "since": at, "node": node}
        tx.execute(openings.insert(), values)


def close(tx: WriteTx, kind: OpeningKind, who: str, session: SessionSlug, at: Instant) -> None:
    """It is not open any more."""
    tx.execute(openings.update().where(_open(kind, who, session)), {"until": at})


def close_session(tx: WriteTx, session: SessionSlug, at: Instant) -> None:
    """The session ended: its pages count no further."""
    mine = sa.and_(openings.c.session == session, openings.c.until.is_(None))
    tx.execute(openings.update().where(mine), {"until": at})


def close_node(tx: WriteTx, node: NodeId, at: Instant) -> None:
    """End what a node has open."""
    tx.execute(openings.update().where(openings.c.node == node, openings.c.until.is_(None)), {"until": at})


def left_open(tx: ReadTx, node: NodeId) -> Sequence[tuple[int, NodeId, Instant]]:
    """The openings that other nodes left open, as (number, node, since)."""
    statement = sa.select(openings).where(openings.c.until.is_(None), openings.c.node != node)
    return [(row.id, NodeId(row.node), row.since) for row in tx.all(statement)]


def end(tx: WriteTx, number: int, at: Instant) -> None:
    """End one opening."""
    tx.execute(openings.update().where(openings.c.id == number), {"until": at})


def of_session(tx: ReadTx, kind: OpeningKind, session: SessionSlug, run: int) -> list[Opening]:
    """Every opening of one kind in one holding of a session."""
    statement = (
        sa.select(openings)
        .where(openings.c.kind == kind, openings.c.session == session, openings.c.run == run)
        .order_by(openings.c.since, openings.c.id)
    )
    return [_opening(row) for row in tx.all(statement)]


def _open(kind: OpeningKind, who: str, session: SessionSlug) -> sa.ColumnElement[bool]:
    return sa.and_(
        openings.c.kind == kind,
        openings.c.who == who,
        openings.c.session == session,
        openings.c.until.is_(None),
    )


def _opening(row: sa.Row[Any]) -> Opening:
    return Opening(row.who, row.since, row.until)
