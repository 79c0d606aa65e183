"""Check-ins in SQL; each is written in the ledger first."""

from typing import Any

import sqlalchemy as sa

from streamhub.attendance.door_model import CheckIn, CheckInOrder, Direction, Place, Scope
from streamhub.attendance.model import Event, EventKind
from streamhub.attendance.store import append, ledger
from streamhub.kit.clock import Instant
from streamhub.kit.db import ReadTx, WriteTx, metadata
from streamhub.kit.ids import ParticipantId, SessionSlug

check_ins = sa.Table(
    "check_ins",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("participant", sa.Text, nullable=False, index=True),
    sa.Column("scope", sa.Text, nullable=False),
    sa.Column("place", sa.Text, nullable=False),
    sa.Column("since", sa.BigInteger, nullable=False),
    sa.Column("until", sa.BigInteger),
)


def add(tx: WriteTx, order: CheckInOrder, recorded_at: Instant) -> None:
    """Write a check-in."""
    append(tx, [_event(order, EventKind.CHECK_IN)], recorded_at)
    values = {
        "participant": order.participant,
        "scope": order.place.scope,
        "place": order.place.name,
        "since": order.at,
    }
    tx.execute(check_ins.insert(), values)


def close(tx: WriteTx, order: CheckInOrder, rows: list[CheckIn], recorded_at: Instant) -> None:
    """Write a check-out that ends the check-ins ``rows``."""
    append(tx, [_event(order, EventKind.CHECK_OUT)], recorded_at)
    for row in rows:
        statement = check_ins.update().where(
            check_ins.c.participant == row.participant,
            check_ins.c.scope == row.place.scope,
            check_ins.c.place == row.place.name,
            check_ins.c.until.is_(None),
        )
        tx.execute(statement, {"until": max(order.at, row.since)})


def known_nonce(tx: ReadTx, nonce: str) -> bool:
    """Whether this very request was written before."""
    return tx.scalar(sa.select(ledger.c.seq).where(ledger.c.nonce == nonce)) is not None


def current(tx: ReadTx, participant: ParticipantId | None = None) -> list[CheckIn]:
    """The check-ins that nobody ended, of one person or of all."""
    statement = sa.select(check_ins).where(check_ins.c.until.is_(None)).order_by(check_ins.c.id)
    if participant is not None:
        statement = statement.where(check_ins.c.participant == participant)
    return [_check_in(row) for row in tx.all(statement)]


def everyone(tx: ReadTx) -> list[CheckIn]:
    """Every check-in there ever was."""
    return [_check_in(row) for row in tx.all(sa.select(check_ins).order_by(check_ins.c.id))]


def _event(order: CheckInOrder, kind: EventKind) -> Event:
    place = order.place
    return Event(
        kind=kind,
        at=order.at,
        participant=order.participant,
        session=SessionSlug(place.name) if place.scope is Scope.SESSION else None,
        venue=place.name if place.scope is Scope.VENUE else None,
        nonce=order.nonce,
        by=order.by,
        present=order.direction is Direction.IN,
    )


def _check_in(row: sa.Row[Any]) -> CheckIn:
    return CheckIn(ParticipantId(row.participant), Place(Scope(row.scope), row.place), row.since, row.until)
