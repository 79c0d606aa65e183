"""Signing keys in SQL: public parts and validity; the private parts are files, see ``access.signer``."""

import sqlalchemy as sa

from streamhub.access.model import StoredKey
from streamhub.access.store import invitations
from streamhub.kit.clock import Instant
from streamhub.kit.db import ReadTx, WriteTx, metadata

signing_keys = sa.Table(
    "signing_keys",
    metadata,
    sa.Column("kid", sa.Text, primary_key=True),
    sa.Column("x", sa.Text, nullable=False),
    sa.Column("created_at", sa.BigInteger, nullable=False),
    sa.Column("retired_at", sa.BigInteger),
    sa.Column("verify_until", sa.BigInteger),
)


def keys(tx: ReadTx) -> list[StoredKey]:
    """Every signing key, the one that signs first, then those retired last."""
    signs_no_more = signing_keys.c.retired_at.is_not(None)
    order = (signs_no_more, signing_keys.c.retired_at.desc(), signing_keys.c.kid)
    return [
        StoredKey(row.kid, row.x, row.created_at, row.retired_at, row.verify_until)
        for row in tx.all(sa.select(signing_keys).order_by(*order))
    ]


def add_key(tx: WriteTx, key: StoredKey) -> None:
    """Store the public part of a key that signs from now on."""
    tx.execute(signing_keys.insert(), {"kid": key.kid, "x": key.x, "created_at": key.created_at})


def retire_key(tx: WriteTx, kid: str, *, at: Instant, verify_until: Instant) -> None:
    """The key signs no more, and checks until ``verify_until``."""
    here = signing_keys.c.kid == kid
    tx.execute(signing_keys.update().where(here).values(retired_at=at, verify_until=verify_until))


def last_token_end(tx: ReadTx) -> Instant:
    """When the last token that can be out there is over; 0 if there is none."""
    ends = sa.select(sa.func.max(invitations.c.expires_at)).where(invitations.c.revoked_at.is_(None))
    return int(tx.scalar(ends) or 0)
