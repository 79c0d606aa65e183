"""Requests for corrections in SQL."""

from typing import Any

import sqlalchemy as sa

from streamhub.attendance.correction_requests_model import CorrectionRequest, RequestState
from streamhub.kit.clock import Instant
from streamhub.kit.db import ReadTx, WriteTx, metadata
from streamhub.kit.ids import ParticipantId, SessionSlug

correction_requests = sa.Table(
    "correction_requests",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("participant", sa.Text, nullable=False, index=True),
    sa.Column("session", sa.Text, nullable=False),
    sa.Column("run", sa.Integer, nullable=False),
    sa.Column("since", sa.BigInteger, nullable=False),
    sa.Column("until", sa.BigInteger, nullable=False),
    sa.Column("present", sa.Boolean, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("asked_at", sa.BigInteger, nullable=False),
    sa.Column("decided_at", sa.BigInteger),
    sa.Column("decided_by", sa.Text),
)


def add(tx: WriteTx, request: CorrectionRequest) -> None:
    """Store a new request."""
    values = {
        "id": request.id,
        "participant": request.participant,
        "session": request.session,
        "run": request.run,
        "since": request.since,
        "until": request.until,
        "present": request.present,
        "reason": request.reason,
        "state": request.state,
        "asked_at": request.asked_at,
    }
    tx.execute(correction_requests.insert(), values)


def one(tx: ReadTx, request_id: str) -> CorrectionRequest | None:
    """One request, or None."""
    row = tx.first(sa.select(correction_requests).where(correction_requests.c.id == request_id))
    return None if row is None else _request(row)


def waiting(tx: ReadTx) -> list[CorrectionRequest]:
    """Those that nobody decided yet, oldest first."""
    return _found(tx, correction_requests.c.state == RequestState.WAITING)


def of(tx: ReadTx, participant: ParticipantId) -> list[CorrectionRequest]:
    """Every request of one person, oldest first."""
    return _found(tx, correction_requests.c.participant == participant)


def decide(tx: WriteTx, request_id: str, state: RequestState, at: Instant, by: str) -> None:
    """Write down what was decided."""
    values = {"state": state, "decided_at": at, "decided_by": by}
    tx.execute(correction_requests.update().where(correction_requests.c.id == request_id), values)


def _found(tx: ReadTx, which: sa.ColumnElement[bool]) -> list[CorrectionRequest]:
    table = correction_requests.c
    statement = sa.select(correction_requests).where(which).order_by(table.asked_at, table.id)
    return [_request(row) for row in tx.all(statement)]


def _request(row: sa.Row[Any]) -> CorrectionRequest:
    return CorrectionRequest(
        id=row.id,
        participant=ParticipantId(row.participant),
        session=SessionSlug(row.session),
        run=row.run,
        since=row.since,
        until=row.until,
        present=bool(row.present),
        reason=row.reason,
        state=RequestState(row.state),
        asked_at=row.asked_at,
        decided_at=row.decided_at,
        decided_by=row.decided_by,
    )
