"""Which form of each session the calendars were given, in SQL."""

from collections.abc import Iterable

import sqlalchemy as sa

from streamhub.access.calendar import Version
from streamhub.kit.db import ReadTx, WriteTx, metadata
from streamhub.kit.ids import SessionSlug

calendar_events = sa.Table(
    "calendar_events",
    metadata,
    sa.Column("session", sa.Text, primary_key=True),
    sa.Column("run", sa.Integer, primary_key=True),
    sa.Column("fingerprint", sa.Text, nullable=False),
    sa.Column("sequence", sa.Integer, nullable=False),
    sa.Column("changed_at", sa.BigInteger, nullable=False),
)


def versions(tx: ReadTx) -> list[Version]:
    """The form of every session and run that a calendar was given last."""
    rows = tx.all(sa.select(calendar_events))
    return [
        Version(SessionSlug(row.session), row.run, row.fingerprint, row.sequence, row.changed_at)
        for row in rows
    ]


def put(tx: WriteTx, new: Iterable[Version]) -> None:
    """Remember the forms that calendars are given from now on."""
    for version in new:
        here = (calendar_events.c.session == version.session) & (calendar_events.c.run == version.run)
        tx.execute(calendar_events.delete().where(here))
        tx.execute(
            calendar_events.insert(),
            {
                "session": version.session,
                "run": version.run,
                "fingerprint": version.fingerprint,
                "sequence": version.sequence,
                "changed_at": version.changed_at,
            },
        )
