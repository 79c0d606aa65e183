"""Openings of public pages in SQL: no person, no address, only that a page was open."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from streamhub.attendance.openings_model import Opening
from streamhub.kit.clock import Instant
from streamhub.kit.db import ReadTx, WriteTx, metadata
from streamhub.kit.ids import NodeId, SessionSlug, ViewerId

openings = sa.Table(
    "openings",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("viewer", sa.Text, nullable=False),
    sa.Column("session", sa.Text, nullable=False),
    sa.Column("run", sa.Integer, nullable=False),
    sa.Column("since", sa.BigInteger, nullable=False),
    sa.Column("until", sa.BigInteger),
    sa.Column("node", sa.Text, nullable=False),
    sa.Index("openings_by_session", "session", "run"),
    sa.Index("openings_by_viewer", "viewer"),
)


def open_page(tx: WriteTx, viewer: ViewerId, session: SessionSlug, run: int, at: Instant, node: NodeId) -> None:
    """A page begins to be open; nothing happens when it is open already."""
    mine = sa.and_(
        openings.c.viewer == viewer,
        openings.c.session == session,
        openings.c.run == run,
        openings.c.until.is_(None),
    )
    if tx.first(sa.select(openings.c.id).where(mine)) is None:
        values = {"viewer": viewer, "session": session, "run": run, "since": at, "node": node}
        tx.execute(openings.insert(), values)


def close_page(tx: WriteTx, viewer: ViewerId, session: SessionSlug, at: Instant) -> None:
    """A page is not open any more."""
    mine = sa.and_(
        openings.c.viewer == viewer, openings.c.session == session, openings.c.until.is_(None)
    )
    tx.execute(openings.update().where(mine), {"until": at})


def close_session(tx: WriteTx, session: SessionSlug, at: Instant) -> None:
    """The session ended: its pages count no further."""
    mine = sa.and_(openings.c.session == session, openings.c.until.is_(None))
    tx.execute(openings.update().where(mine), {"until": at})


def close_node(tx: WriteTx, node: NodeId, at: Instant) -> None:
    """This node stops."""
    tx.execute(openings.update().where(openings.c.node == node, openings.c.until.is_(None)), {"until": at})


def left_open(tx: ReadTx, node: NodeId) -> Sequence[tuple[int, NodeId, Instant]]:
    """The openings that other nodes left open, as (number, node, since)."""
    statement = sa.select(openings).where(openings.c.until.is_(None), openings.c.node != node)
    return [(row.id, NodeId(row.node), row.since) for row in tx.all(statement)]


def end(tx: WriteTx, number: int, at: Instant) -> None:
    """End one opening."""
    tx.execute(openings.update().where(openings.c.id == number), {"until": at})


def of_session(tx: ReadTx, session: SessionSlug, run: int) -> list[Opening]:
    """Every opening of one holding of a session."""
    statement = (
        sa.select(openings)
        .where(openings.c.session == session, openings.c.run == run)
        .order_by(openings.c.since, openings.c.id)
    )
    return [_opening(row) for row in tx.all(statement)]


def _opening(row: sa.Row[Any]) -> Opening:
    return Opening(ViewerId(row.viewer), row.since, row.until)
