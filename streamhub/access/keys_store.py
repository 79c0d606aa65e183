"""Signing keys in SQL: public parts and validity; the private parts are files, see ``access.signer``."""

import sqlalchemy as sa

from streamhub.access.model import StoredKey
from streamhub.kit.db import ReadTx, WriteTx, metadata

signing_keys = sa.Table(
    "signing_keys",
    metadata,
    sa.Column("kid", sa.Text, primary_key=True),
    sa.Column("x", sa.Text, nullable=False),
    sa.Column("created_at", sa.BigInteger, nullable=False),
    sa.Column("retired_at", sa.BigInteger),
)


def keys(tx: ReadTx) -> list[StoredKey]:
    """Every signing key, the newest first."""
    rows = tx.all(sa.select(signing_keys).order_by(signing_keys.c.created_at.desc(), signing_keys.c.kid))
    return [StoredKey(row.kid, row.x, row.created_at, row.retired_at) for row in rows]


def add_key(tx: WriteTx, key: StoredKey) -> None:
    """Store the public part of a signing key."""
    tx.execute(
        signing_keys.insert(),
        {"kid": key.kid, "x": key.x, "created_at": key.created_at, "retired_at": key.retired_at},
    )
