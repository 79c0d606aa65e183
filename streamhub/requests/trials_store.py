"""Tests of connections in SQL."""

from collections.abc import Collection
from typing import Any

import sqlalchemy as sa

from streamhub.access.roles import Role
from streamhub.access.store import invitations, participants
from streamhub.kit.clock import Instant
from streamhub.kit.db import ReadTx, WriteTx, metadata
from streamhub.kit.ids import DelegationCode, InvitationId, ParticipantId
from streamhub.requests.trials_model import Tested, Trial

connection_tests = sa.Table(
    "connection_tests",
    metadata,
    sa.Column("invitation", sa.Text, primary_key=True),
    sa.Column("tested_at", sa.BigInteger, nullable=False),
    sa.Column("socket", sa.Boolean, nullable=False),
    sa.Column("player", sa.Boolean, nullable=False),
    sa.Column("clock_skew_ms", sa.BigInteger, nullable=False),
)
"""The last test of each invitation: nothing of the device is kept."""


def put(tx: WriteTx, invitation: InvitationId, trial: Trial) -> None:
    """Store a test over the one before."""
    tx.execute(connection_tests.delete().where(connection_tests.c.invitation == invitation))
    tx.execute(
        connection_tests.insert(),
        {
            "invitation": invitation,
            "tested_at": trial.tested_at,
            "socket": trial.socket,
            "player": trial.player,
            "clock_skew_ms": trial.clock_skew_ms,
        },
    )


def of(tx: ReadTx, wanted: Collection[InvitationId]) -> dict[InvitationId, Trial]:
    """The last tests of some invitations."""
    query = sa.select(connection_tests).where(connection_tests.c.invitation.in_(wanted))
    return {InvitationId(row.invitation): _trial(row) for row in tx.all(query)}


def tested_list(
    tx: ReadTx, roles: Collection[Role], *, tested: bool | None, now: Instant, after: int, limit: int
) -> list[tuple[int, Tested]]:
    """Whoever may still join in one of the roles, in the order of the invitations, each with its cursor.

    ``tested`` None: whether or not they have.
    """
    query = (
        sa.select(
            invitations.c.seq,
            invitations.c.id,
            invitations.c.participant,
            participants.c.delegation,
            participants.c.role,
            participants.c.label,
            participants.c.seat_prefix,
            participants.c.seat_number,
            connection_tests,
        )
        .join(participants, participants.c.id == invitations.c.participant)
        .outerjoin(connection_tests, connection_tests.c.invitation == invitations.c.id)
        .where(
            invitations.c.seq > after,
            invitations.c.revoked_at.is_(None),
            invitations.c.expires_at > now,
            participants.c.role.in_([role.value for role in roles]),
        )
        .order_by(invitations.c.seq)
        .limit(limit)
    )
    if tested is not None:
        has = connection_tests.c.tested_at.is_not(None)
        query = query.where(has if tested else sa.not_(has))
    return [(row.seq, _tested(row)) for row in tx.all(query)]


def _tested(row: sa.Row[Any]) -> Tested:
    return Tested(
        invitation=InvitationId(row.id),
        participant=ParticipantId(row.participant),
        delegation=DelegationCode(row.delegation),
        role=Role(row.role),
        seat=f"{row.seat_prefix}-{row.seat_number:02d}",
        label=row.label,
        trial=None if row.tested_at is None else _trial(row),
    )


def _trial(row: sa.Row[Any]) -> Trial:
    return Trial(row.tested_at, bool(row.socket), bool(row.player), row.clock_skew_ms)
