"""Rows of the timetable of sources: the planned instants stand with the sources, the option here."""

import sqlalchemy as sa

from streamhub.kit.clock import Instant
from streamhub.kit.db import ReadTx, WriteTx, metadata
from streamhub.kit.ids import SessionSlug, SourceId
from streamhub.relay.store import sources

timetables = sa.Table(
    "timetables",
    metadata,
    sa.Column("session", sa.Text, primary_key=True),
    sa.Column("automatic", sa.Boolean, nullable=False),
)


def planned(tx: ReadTx) -> frozenset[SessionSlug]:
    """The sessions that have a planned source."""
    there = sa.select(sources.c.session).where(
        sources.c.planned_ms.is_not(None), sources.c.removed_at.is_(None)
    )
    return frozenset(SessionSlug(row.session) for row in tx.all(there.distinct()))


def automatic(tx: ReadTx) -> frozenset[SessionSlug]:
    """The sessions whose timetable switches by itself."""
    rows = tx.all(sa.select(timetables.c.session).where(timetables.c.automatic))
    return frozenset(SessionSlug(row.session) for row in rows)


def set_automatic(tx: WriteTx, slug: SessionSlug, *, automatic: bool) -> None:
    """Store whether a session's timetable switches by itself."""
    tx.execute(timetables.delete().where(timetables.c.session == slug))
    tx.execute(timetables.insert(), {"session": slug, "automatic": automatic})


def plan(tx: WriteTx, source: SourceId, planned_ms: int | None) -> None:
    """Store when a source is to be on, in milliseconds after its session's start; None = no plan."""
    tx.execute(sources.update().where(sources.c.id == source).values(planned_ms=planned_ms))


def set_checked(tx: WriteTx, source: SourceId, found: str, at: Instant) -> None:
    """Store what a look at the source's link found."""
    tx.execute(sources.update().where(sources.c.id == source).values(checked=found, checked_at=at))
