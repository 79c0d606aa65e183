"""Check-ins in SQL; each is written in the ledger first."""

from typing import Any

import sqlalchemy as sa

from streamhub.attendance.door_model import CheckIn, CheckInOrder, Direction, Passage, Place, Scope, place_of
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
    """Write a passage inwards of somebody who was outside."""
    append(tx, [_event(order, EventKind.CHECK_IN)], recorded_at)
    tx.execute(
        check_ins.insert(),
        {
            "participant": order.participant,
            "scope": order.place.scope,
            "place": order.place.name,
            "since": order.at,
        },
    )


def add_again(tx: WriteTx, order: CheckInOrder, inside: CheckIn, recorded_at: Instant) -> None:
    """Write a passage inwards of somebody who was inside: the earlier one says since when."""
    append(tx, [_event(order, EventKind.CHECK_IN)], recorded_at)
    tx.execute(check_ins.update().where(_same(inside)), {"since": min(order.at, inside.since)})


def close(tx: WriteTx, order: CheckInOrder, rows: list[CheckIn], recorded_at: Instant) -> None:
    """Write a check-out that ends the check-ins ``rows``."""
    append(tx, [_event(order, EventKind.CHECK_OUT)], recorded_at)
    for row in rows:
        end(tx, row, max(order.at, row.since))


def end(tx: WriteTx, row: CheckIn, at: Instant) -> None:
    """A check-in lasted until ``at``."""
    tx.execute(check_ins.update().where(_same(row)), {"until": at})


def _same(row: CheckIn) -> sa.ColumnElement[bool]:
    return sa.and_(
        check_ins.c.participant == row.participant,
        check_ins.c.scope == row.place.scope,
        check_ins.c.place == row.place.name,
        check_ins.c.since == row.since,
        check_ins.c.until.is_not_distinct_from(row.until),
    )


def passages(tx: ReadTx, participant: ParticipantId | None = None) -> list[Passage]:
    """Every passage through a door, of one person or of all, in the order in which they became known."""
    statement = sa.select(ledger).where(ledger.c.kind.in_([EventKind.CHECK_IN, EventKind.CHECK_OUT]))
    if participant is not None:
        statement = statement.where(ledger.c.participant == participant)
    return [_passage(row) for row in tx.all(statement.order_by(ledger.c.seq))]


def _passage(row: sa.Row[Any]) -> Passage:
    direction = Direction.IN if row.kind == EventKind.CHECK_IN else Direction.OUT
    place = place_of(row.venue, row.session)
    return Passage(ParticipantId(row.participant), place, direction, row.at, row.seq)


def passed(tx: ReadTx, after: int) -> list[ParticipantId]:
    """Who passed a door after this place in the ledger."""
    kinds = ledger.c.kind.in_([EventKind.CHECK_IN, EventKind.CHECK_OUT])
    statement = sa.select(ledger.c.participant).where(ledger.c.seq > after, kinds).distinct()
    return [ParticipantId(row.participant) for row in tx.all(statement)]


def known_nonce(tx: ReadTx, nonce: str) -> bool:
    """Whether this very request was written before."""
    return tx.scalar(sa.select(ledger.c.seq).where(ledger.c.nonce == nonce)) is not None


def current(tx: ReadTx, participant: ParticipantId | None = None) -> list[CheckIn]:
    """The check-ins that nobody ended, of one person or of all."""
    statement = sa.select(check_ins).where(check_ins.c.until.is_(None)).order_by(check_ins.c.id)
    if participant is not None:
        statement = statement.where(check_ins.c.participant == participant)
    return [_check_in(row) for row in tx.all(statement)]


def everyone(tx: ReadTx, participant: ParticipantId | None = None) -> list[CheckIn]:
    """Every check-in there ever was, of one person or of all."""
    statement = sa.select(check_ins).order_by(check_ins.c.id)
    if participant is not None:
        statement = statement.where(check_ins.c.participant == participant)
    return [_check_in(row) for row in tx.all(statement)]


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
