"""Admissions in SQL."""

from enum import StrEnum

import sqlalchemy as sa

from streamhub.access.admissions_model import Admissions
from streamhub.kit.clock import Instant
from streamhub.kit.db import ReadTx, WriteTx, metadata
from streamhub.kit.ids import DelegationCode, ParticipantId, SessionSlug

admissions = sa.Table(
    "admissions",
    metadata,
    sa.Column("session", sa.Text, primary_key=True),
    sa.Column("run", sa.Integer, primary_key=True),
    sa.Column("scope", sa.Text, primary_key=True),
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("admitted_at", sa.BigInteger, nullable=False),
    sa.Column("admitted_by", sa.Text, nullable=False),
)
"""``name`` is a participant or the code of a delegation, as ``scope`` says."""


class Scope(StrEnum):
    """For whom an admission is."""

    PARTICIPANT = "participant"
    DELEGATION = "delegation"


def admit_person(
    tx: WriteTx, session: SessionSlug, run: int, participant: ParticipantId, at: Instant, by: str
) -> bool:
    """Let one person in beyond the seats; False if that was so already."""
    return _add(tx, session, run, Scope.PARTICIPANT, participant, at, by)


def admit_delegation(
    tx: WriteTx, session: SessionSlug, run: int, code: DelegationCode, at: Instant, by: str
) -> bool:
    """Let a whole delegation in beyond its seats; False if that was so already."""
    return _add(tx, session, run, Scope.DELEGATION, code, at, by)


def take_back(tx: WriteTx, session: SessionSlug, participant: ParticipantId) -> bool:
    """The person needs a seat again, in every holding; False if that was so already."""
    theirs = sa.and_(
        admissions.c.session == session,
        admissions.c.scope == Scope.PARTICIPANT.value,
        admissions.c.name == participant,
    )
    return tx.execute(admissions.delete().where(theirs)) > 0


def take_back_delegation(tx: WriteTx, session: SessionSlug, run: int, code: DelegationCode) -> bool:
    """The people of a delegation need seats again in this holding; False if that was so already."""
    theirs = sa.and_(
        admissions.c.session == session,
        admissions.c.run == run,
        admissions.c.scope == Scope.DELEGATION.value,
        admissions.c.name == code,
    )
    return tx.execute(admissions.delete().where(theirs)) > 0


def of_run(tx: ReadTx, session: SessionSlug, run: int) -> Admissions:
    """Everybody who was let in for one holding of a session."""
    rows = tx.all(sa.select(admissions).where(admissions.c.session == session, admissions.c.run == run))
    return Admissions(
        people=frozenset(ParticipantId(row.name) for row in rows if row.scope == Scope.PARTICIPANT),
        delegations=frozenset(DelegationCode(row.name) for row in rows if row.scope == Scope.DELEGATION),
    )


def _add(tx: WriteTx, session: SessionSlug, run: int, scope: Scope, name: str, at: Instant, by: str) -> bool:
    key = {"session": session, "run": run, "scope": scope.value, "name": name}
    known = sa.select(admissions.c.name).where(
        *(admissions.c[column] == value for column, value in key.items())
    )
    if tx.first(known) is not None:
        return False
    tx.execute(admissions.insert(), {**key, "admitted_at": at, "admitted_by": by})
    return True
