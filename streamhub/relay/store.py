"""Rows of sources, and of the periods in which each was the active one."""

from typing import Any

import sqlalchemy as sa

from streamhub.kit.clock import Instant
from streamhub.kit.db import ReadTx, WriteTx, metadata
from streamhub.kit.ids import SessionSlug, SourceId
from streamhub.relay.link_model import Kind, Link, Provider
from streamhub.relay.model import Showing, Source, SourcePeriod
from streamhub.relay.providers import link_url

sources = sa.Table(
    "sources",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("session", sa.Text, nullable=False, index=True),
    sa.Column("channel", sa.Text, nullable=False),
    sa.Column("position", sa.Integer, nullable=False),
    sa.Column("label", sa.Text, nullable=False),
    sa.Column("provider", sa.Text, nullable=False),
    sa.Column("kind", sa.Text),  # None: a text
    sa.Column("ref", sa.Text, nullable=False),
    sa.Column("host", sa.Text, nullable=False),
    sa.Column("start", sa.Integer, nullable=False),
    sa.Column("hash", sa.Text, nullable=False),
    sa.Column("page", sa.Text, nullable=False),
    sa.Column("pwd", sa.Text, nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("phone", sa.Text, nullable=False),
    sa.Column("personal", sa.Boolean, nullable=False),
    sa.Column("account", sa.Text, nullable=False, server_default=""),
    sa.Column("added_by", sa.Text),
    sa.Column("added_at", sa.BigInteger, nullable=False),
    sa.Column("placed_by", sa.Text),  # who put it in this place by hand
    sa.Column("removed_at", sa.BigInteger),
    sa.Column("planned_ms", sa.BigInteger),  # after the session's start, so that it moves with it
    sa.Column("checked", sa.Text, nullable=False, server_default=""),
    sa.Column("checked_at", sa.BigInteger),
)
"""Those taken away stay as rows: the report says what was on, and a file does not bring them back."""

periods = sa.Table(
    "source_periods",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("session", sa.Text, nullable=False, index=True),
    sa.Column("channel", sa.Text, nullable=False),
    sa.Column("source", sa.Text, sa.ForeignKey("sources.id"), nullable=False),
    sa.Column("since", sa.BigInteger, nullable=False),
    sa.Column("until", sa.BigInteger),
    sa.Column("by", sa.Text),
)
sa.Index(
    "one_active_source_per_channel",
    periods.c.session,
    periods.c.channel,
    unique=True,
    sqlite_where=periods.c.until.is_(None),
    postgresql_where=periods.c.until.is_(None),
)


def sources_of(tx: ReadTx, slug: SessionSlug) -> tuple[Source, ...]:
    """The sources of a session in their order."""
    return tuple(source for source, there in _every_source(tx, slug) if there)


def removed_of(tx: ReadTx, slug: SessionSlug) -> tuple[Source, ...]:
    """The sources that were taken away."""
    return tuple(source for source, there in _every_source(tx, slug) if not there)


def _every_source(tx: ReadTx, slug: SessionSlug) -> list[tuple[Source, bool]]:
    """Each with whether it is still there."""
    chosen = sa.select(sources).where(sources.c.session == slug)
    rows = tx.all(chosen.order_by(sources.c.position, sources.c.id))
    return [(_source(row), row.removed_at is None) for row in rows]


def showing(tx: ReadTx, slug: SessionSlug) -> dict[str, Showing]:
    """The active source of each channel that has one, by channel."""
    rows = tx.all(sa.select(periods).where(periods.c.session == slug, periods.c.until.is_(None)))
    return {row.channel: Showing(SourceId(row.source), row.channel, row.since, row.by) for row in rows}


def active_ids(tx: ReadTx, slug: SessionSlug) -> frozenset[SourceId]:
    """The active source of each channel that has one."""
    return frozenset(one.source for one in showing(tx, slug).values())


def before(tx: ReadTx, now: Showing, slug: SessionSlug) -> SourceId | None:
    """The source that was on its channel until this one was; None where nothing was."""
    same_channel = (periods.c.session == slug) & (periods.c.channel == now.channel)
    earlier = sa.select(periods.c.source).where(same_channel, periods.c.until == now.since)
    row = tx.first(earlier.order_by(periods.c.id.desc()).limit(1))
    return SourceId(row.source) if row else None


def stop(tx: WriteTx, now: Showing, slug: SessionSlug, at: Instant) -> None:
    """Nothing is on the channel any more."""
    same_channel = (periods.c.session == slug) & (periods.c.channel == now.channel)
    open_one = same_channel & periods.c.until.is_(None)
    tx.execute(periods.delete().where(open_one, periods.c.since >= at))
    tx.execute(periods.update().where(open_one).values(until=at))


def periods_of(tx: ReadTx, slug: SessionSlug) -> tuple[SourcePeriod, ...]:
    """Which source was active when, in every channel, oldest first."""
    found = tx.all(
        sa.select(periods).where(periods.c.session == slug).order_by(periods.c.since, periods.c.id)
    )
    by_id = {source.id: source for source, _ in _every_source(tx, slug)}
    return tuple(_period(row, by_id[row.source]) for row in found)


def add(tx: WriteTx, source: Source) -> None:
    """Store a new source."""
    tx.execute(sources.insert(), _columns(source))


def update(tx: WriteTx, source: Source) -> None:
    """Store what changed in a source."""
    tx.execute(sources.update().where(sources.c.id == source.id), _columns(source))


def take_away(tx: WriteTx, source: SourceId, at: Instant) -> None:
    """Take a source out of its session's list."""
    tx.execute(sources.update().where(sources.c.id == source).values(removed_at=at))


def place(tx: WriteTx, source: SourceId, order: int, by: str | None) -> None:
    """Put a source in its place by hand: a file does not move it any more."""
    tx.execute(sources.update().where(sources.c.id == source).values(position=order, placed_by=by or ""))


def is_placed(tx: ReadTx, slug: SessionSlug) -> bool:
    """Whether somebody sorted the session's sources by hand."""
    placed = sa.select(sources.c.id).where(sources.c.session == slug, sources.c.placed_by.is_not(None))
    return tx.first(placed) is not None


def switch(tx: WriteTx, source: Source, at: Instant, by: str | None) -> None:
    """Make a source the active one of its channel: one period ends where the next begins.

    A period that would be empty, because it began at the same instant, is taken away.
    """
    same_channel = (periods.c.session == source.session) & (periods.c.channel == source.channel)
    open_one = same_channel & periods.c.until.is_(None)
    since = tx.scalar(sa.select(periods.c.since).where(open_one))
    at = max(at, since or at)
    tx.execute(periods.delete().where(open_one, periods.c.since == at))
    tx.execute(periods.update().where(open_one).values(until=at))
    opened = {"session": source.session, "channel": source.channel, "source": source.id}
    tx.insert(periods.insert(), opened | {"since": at, "until": None, "by": by})


def _columns(source: Source) -> dict[str, Any]:
    link = source.link
    return {
        "id": source.id,
        "session": source.session,
        "channel": source.channel,
        "position": source.order,
        "label": source.label,
        "provider": source.provider.value,
        "kind": link.kind.value if link else None,
        "ref": link.id if link else "",
        "host": link.host if link else "",
        "start": link.start if link else 0,
        "hash": link.hash if link else "",
        "page": link.page if link else "",
        "pwd": link.pwd if link else "",
        "text": source.text,
        "phone": source.phone,
        "personal": source.personal,
        "account": source.account,
        "planned_ms": source.planned_ms,
        "checked": source.checked,
        "checked_at": source.checked_at,
        "added_by": source.added_by,
        "added_at": source.added_at,
    }


def _source(row: sa.Row[Any]) -> Source:
    return Source(
        id=SourceId(row.id),
        session=SessionSlug(row.session),
        channel=row.channel,
        order=row.position,
        label=row.label,
        link=_link(row),
        text=row.text,
        phone=row.phone,
        personal=row.personal,
        added_by=row.added_by,
        added_at=row.added_at,
        account=row.account,
        planned_ms=row.planned_ms,
        checked=row.checked,
        checked_at=row.checked_at,
    )


def _link(row: sa.Row[Any]) -> Link | None:
    if row.kind is None:
        return None
    return Link(
        Provider(row.provider), Kind(row.kind), row.ref, row.host, row.start, row.hash, row.page, row.pwd
    )


def _period(row: sa.Row[Any], source: Source) -> SourcePeriod:
    return SourcePeriod(
        session=SessionSlug(row.session),
        source=source.id,
        provider=source.provider,
        channel=row.channel,
        link=link_url(source.link) if source.link else None,
        since=row.since,
        until=row.until,
        by=row.by,
        label=source.label,
    )
