"""Requests for the floor in SQL."""

from typing import Any

import sqlalchemy as sa

from streamhub.floor.model import OPEN, FloorRequest, Order, RequestState
from streamhub.kit.clock import Instant
from streamhub.kit.db import ReadTx, WriteTx, metadata
from streamhub.kit.ids import DelegationCode, ParticipantId, SessionSlug

floor_requests = sa.Table(
    "floor_requests",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("session", sa.Text, nullable=False),
    sa.Column("run", sa.Integer, nullable=False),
    sa.Column("delegation", sa.Text, nullable=False),
    sa.Column("participant", sa.Text),
    sa.Column("subject", sa.Text, nullable=False),
    sa.Column("minutes", sa.Integer),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("asked_at", sa.BigInteger, nullable=False),
    sa.Column("granted_at", sa.BigInteger),
    sa.Column("ended_at", sa.BigInteger),
    sa.Column("rank", sa.Integer),
    sa.Index("floor_by_session", "session", "run", "state"),
)

floor_orders = sa.Table(
    "floor_orders",
    metadata,
    sa.Column("session", sa.Text, primary_key=True),
    sa.Column("sorting", sa.Text, nullable=False),
)


def add(tx: WriteTx, request: FloorRequest) -> None:
    """Store a new request."""
    values = {
        "id": request.id,
        "session": request.session,
        "run": request.run,
        "delegation": request.delegation,
        "participant": request.participant,
        "subject": request.subject,
        "minutes": request.minutes,
        "state": request.state,
        "asked_at": request.asked_at,
    }
    tx.execute(floor_requests.insert(), values)


def open_requests(tx: ReadTx, session: SessionSlug, run: int) -> list[FloorRequest]:
    """Those who wait and who speaks."""
    statement = (
        sa.select(floor_requests)
        .where(
            floor_requests.c.session == session,
            floor_requests.c.run == run,
            floor_requests.c.state.in_(sorted(OPEN)),
        )
        .order_by(floor_requests.c.asked_at, floor_requests.c.id)
    )
    return [_request(row) for row in tx.all(statement)]


def open_of(tx: ReadTx, participant: ParticipantId) -> list[FloorRequest]:
    """Where one person waits or speaks."""
    statement = sa.select(floor_requests).where(
        floor_requests.c.participant == participant, floor_requests.c.state.in_(sorted(OPEN))
    )
    return [_request(row) for row in tx.all(statement)]


def request(tx: ReadTx, session: SessionSlug, run: int, request_id: str) -> FloorRequest | None:
    """One request of one holding of a session."""
    statement = sa.select(floor_requests).where(
        floor_requests.c.id == request_id,
        floor_requests.c.session == session,
        floor_requests.c.run == run,
    )
    row = tx.first(statement)
    return _request(row) if row else None


def set_words(tx: WriteTx, request_id: str, subject: str, minutes: int | None) -> None:
    """Change what a request is about and how long it may take."""
    values = {"subject": subject, "minutes": minutes}
    tx.execute(floor_requests.update().where(floor_requests.c.id == request_id), values)


def set_state(tx: WriteTx, request_id: str, state: RequestState, at: Instant) -> None:
    """Move a request on."""
    values: dict[str, Any] = {"state": state}
    values["granted_at" if state is RequestState.SPEAKING else "ended_at"] = at
    tx.execute(floor_requests.update().where(floor_requests.c.id == request_id), values)


def sorting(tx: ReadTx, session: SessionSlug) -> Order:
    """How the session's queue is sorted: by protocol until somebody chose otherwise."""
    found = tx.scalar(sa.select(floor_orders.c.sorting).where(floor_orders.c.session == session))
    return Order(found) if found else Order.PROTOCOL


def set_sorting(tx: WriteTx, session: SessionSlug, order: Order, ranked: list[str]) -> None:
    """Choose the sorting; by hand, ``ranked`` are the requests in their order."""
    tx.execute(floor_orders.delete().where(floor_orders.c.session == session))
    tx.execute(floor_orders.insert(), {"session": session, "sorting": order})
    tx.execute(floor_requests.update().where(floor_requests.c.session == session), {"rank": None})
    for rank, request_id in enumerate(ranked):
        tx.execute(floor_requests.update().where(floor_requests.c.id == request_id), {"rank": rank})


def _request(row: sa.Row[Any]) -> FloorRequest:
    return FloorRequest(
        row.id,
        SessionSlug(row.session),
        row.run,
        DelegationCode(row.delegation),
        ParticipantId(row.participant) if row.participant else None,
        row.subject,
        row.minutes,
        RequestState(row.state),
        row.asked_at,
        row.granted_at,
        row.rank,
    )
