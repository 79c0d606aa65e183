"""Which sessions a Zoom meeting serves, in SQL."""

from dataclasses import dataclass

import sqlalchemy as sa

from streamhub.kit.clock import Instant
from streamhub.kit.db import ReadTx
from streamhub.kit.ids import SessionSlug
from streamhub.relay.link_model import Provider
from streamhub.relay.store import periods, sources


@dataclass(frozen=True, slots=True)
class Served:
    """A session that has a source with a meeting's number, or had it on.

    ``since`` and ``until`` bound the time in which a source that was taken away was on; None and None
    for one that is still there. ``account`` is empty where the source takes events of any.
    """

    session: SessionSlug
    account: str
    since: Instant | None = None
    until: Instant | None = None


def served_by(tx: ReadTx, number: str) -> list[Served]:
    """The sessions of a meeting, by its number, in every channel."""
    statement = (
        sa.select(
            sources.c.session, sources.c.account, sources.c.removed_at, periods.c.since, periods.c.until
        )
        .join_from(sources, periods, periods.c.source == sources.c.id, isouter=True)
        .where(sources.c.provider == Provider.ZOOM.value, sources.c.ref == number)
        .order_by(sources.c.id, periods.c.since)
    )
    found: dict[Served, None] = {}
    for row in tx.all(statement):
        if row.removed_at is None:
            found[Served(SessionSlug(row.session), row.account)] = None
        elif row.since is not None:
            until = row.removed_at if row.until is None else row.until
            found[Served(SessionSlug(row.session), row.account, row.since, until)] = None
    return list(found)


def numbers_of(tx: ReadTx, session: SessionSlug) -> list[str]:
    """The numbers of every Zoom source that a session has or had."""
    mine = (sources.c.session == session) & (sources.c.provider == Provider.ZOOM.value)
    return [row.ref for row in tx.all(sa.select(sources.c.ref).where(mine).distinct())]
