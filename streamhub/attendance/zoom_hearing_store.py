"""What Zoom sent, as it came, and how hearing goes for each account, in SQL."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from streamhub.kit.clock import Instant
from streamhub.kit.db import ReadTx, WriteTx, metadata

zoom_deliveries = sa.Table(
    "zoom_deliveries",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("digest", sa.Text, nullable=False, unique=True),
    sa.Column("account", sa.Text, nullable=False),
    sa.Column("received_at", sa.BigInteger, nullable=False, index=True),
    sa.Column("body", sa.LargeBinary),
    sa.Column("worked_at", sa.BigInteger),
    sa.Column("fault", sa.Text),
    sa.Index(
        "zoom_deliveries_waiting",
        "id",
        sqlite_where=sa.text("worked_at IS NULL"),
        postgresql_where=sa.text("worked_at IS NULL"),
    ),
    sqlite_autoincrement=True,
)
"""Each body once; it goes after a day, its digest after a week."""

zoom_hearing = sa.Table(
    "zoom_hearing",
    metadata,
    sa.Column("account", sa.Text, primary_key=True),
    sa.Column("webhook_at", sa.BigInteger),
    sa.Column("validation_at", sa.BigInteger),
    sa.Column("report_at", sa.BigInteger),
    sa.Column("fault", sa.Text, nullable=False),
    sa.Column("right", sa.Text, nullable=False),
    sa.Column("fault_at", sa.BigInteger),
    sa.Column("rest_until", sa.BigInteger, nullable=False),
)


@dataclass(frozen=True, slots=True)
class Delivery:
    """A body that is not worked off yet."""

    id: int
    account: str
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Heard:
    """What is known of one account; ``rest_until`` is when it may be asked again."""

    webhook_at: Instant | None = None
    validation_at: Instant | None = None
    report_at: Instant | None = None
    fault: str = ""
    right: str = ""
    fault_at: Instant | None = None
    rest_until: Instant = 0


def keep(tx: WriteTx, account: str, digest: str, body: bytes, at: Instant) -> None:
    """Store a delivery; one that came before is not stored again."""
    note(tx, account, webhook_at=at)
    same = sa.select(zoom_deliveries.c.id).where(zoom_deliveries.c.digest == digest)
    if tx.first(same) is None:
        values = {"digest": digest, "account": account, "received_at": at, "body": body}
        tx.execute(zoom_deliveries.insert(), {**values, "worked_at": None, "fault": None})


def waiting(tx: ReadTx, limit: int) -> list[Delivery]:
    """What is not worked off, the oldest first."""
    statement = sa.select(zoom_deliveries).where(zoom_deliveries.c.worked_at.is_(None))
    rows = tx.all(statement.order_by(zoom_deliveries.c.id).limit(limit))
    return [Delivery(row.id, row.account, row.body or b"") for row in rows]


def done(tx: WriteTx, ids: Sequence[int], at: Instant, fault: str | None = None) -> None:
    """These are worked off, or set aside for a reason."""
    which = zoom_deliveries.c.id.in_(ids)
    tx.execute(zoom_deliveries.update().where(which).values(worked_at=at, fault=fault))


def note(tx: WriteTx, account: str, **values: Any) -> None:  # noqa: ANN401 - what columns hold
    """Remember something of an account."""
    mine = zoom_hearing.c.account == account
    if not tx.execute(zoom_hearing.update().where(mine).values(**values)):
        unknown = {"account": account, "fault": "", "right": "", "rest_until": 0}
        tx.execute(zoom_hearing.insert(), unknown | values)


def heard(tx: ReadTx) -> dict[str, Heard]:
    """What is known of each account."""
    return {
        row.account: Heard(
            row.webhook_at,
            row.validation_at,
            row.report_at,
            row.fault,
            row.right,
            row.fault_at,
            row.rest_until,
        )
        for row in tx.all(sa.select(zoom_hearing))
    }


def counts(tx: ReadTx) -> dict[str, tuple[int, int]]:
    """How many deliveries of each account wait, and how many were set aside."""
    columns = zoom_deliveries.c
    statement = sa.select(
        columns.account,
        sa.func.count().filter(columns.worked_at.is_(None)).label("waiting"),
        sa.func.count(columns.fault).label("aside"),
    ).group_by(columns.account)
    return {row.account: (row.waiting, row.aside) for row in tx.all(statement)}


def forget_bodies(tx: WriteTx, before: Instant) -> int:
    """Let bodies go that came before an instant and are done with; answers how many."""
    done_with = zoom_deliveries.c.body.is_not(None) & zoom_deliveries.c.worked_at.is_not(None)
    which = done_with & (zoom_deliveries.c.received_at <= before)
    return tx.execute(zoom_deliveries.update().where(which).values(body=None))


def drop(tx: WriteTx, before: Instant) -> int:
    """Forget deliveries that came before an instant and are done with; answers how many."""
    old = zoom_deliveries.c.received_at <= before
    return tx.execute(zoom_deliveries.delete().where(old, zoom_deliveries.c.worked_at.is_not(None)))
