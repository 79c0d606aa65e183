"""Under which random key Zoom knows the people who join in our page, in SQL."""

import secrets

import sqlalchemy as sa

from streamhub.kit.clock import Instant
from streamhub.kit.db import ReadTx, WriteTx, metadata
from streamhub.kit.ids import ParticipantId
from streamhub.relay.zoom_registrants_model import Numbered

zoom_customer_keys = sa.Table(
    "zoom_customer_keys",
    metadata,
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("participant", sa.Text, nullable=False),
    sa.Column("account", sa.Text, nullable=False),
    sa.Column("meeting", sa.Text, nullable=False),
    sa.Column("created_at", sa.BigInteger, nullable=False),
    sa.UniqueConstraint("participant", "account", "meeting"),
)


def participant_of_customer_key(tx: ReadTx, key: str) -> ParticipantId | None:
    """Whom Zoom means by a ``customer_key``; None for one that is not ours."""
    chosen = sa.select(zoom_customer_keys.c.participant).where(zoom_customer_keys.c.key == key)
    row = tx.first(chosen) if key else None
    return ParticipantId(row.participant) if row is not None else None


def key_of(tx: WriteTx, participant: ParticipantId, meeting: Numbered, at: Instant) -> str:
    """The person's key for this meeting: the same at each join, drawn at the first."""
    c = zoom_customer_keys.c
    theirs = (c.participant == participant) & (c.account == meeting.account) & (c.meeting == meeting.number)
    row = tx.first(sa.select(c.key).where(theirs))
    if row is not None:
        return str(row.key)
    key = secrets.token_hex(16)
    values = {
        "key": key,
        "participant": participant,
        "account": meeting.account,
        "meeting": meeting.number,
        "created_at": at,
    }
    tx.execute(zoom_customer_keys.insert(), values)
    return key
