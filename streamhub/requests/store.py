"""Requests for access in SQL."""

from typing import Any

import sqlalchemy as sa

from streamhub.kit.clock import Instant
from streamhub.kit.db import ReadTx, WriteTx, metadata
from streamhub.kit.ids import DelegationCode, InvitationId
from streamhub.requests.model import (
    AccessRequest,
    Asked,
    Document,
    DocumentType,
    RequestId,
    RequestKind,
    RequestState,
)

access_requests = sa.Table(
    "access_requests",
    metadata,
    sa.Column("seq", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("id", sa.Text, nullable=False, unique=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("delegation", sa.Text),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("email", sa.Text, nullable=False),
    sa.Column("function", sa.Text, nullable=False),
    sa.Column("medium", sa.Text, nullable=False),
    sa.Column("message", sa.Text, nullable=False),
    sa.Column("lang", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False, index=True),
    sa.Column("created_at", sa.BigInteger, nullable=False),
    sa.Column("secret_hash", sa.Text),
    sa.Column("document_type", sa.Text),
    sa.Column("document_size", sa.Integer),
    sa.Column("decided_at", sa.BigInteger),
    sa.Column("decided_by", sa.Text),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("invitation", sa.Text),
    sa.Column("mail_state", sa.Text),
    sa.Column("mail_code", sa.Integer),
    sa.Column("mail_said", sa.Text, nullable=False, server_default=""),
    sa.Column("mail_changed_at", sa.BigInteger),
    sqlite_autoincrement=True,
)
"""``secret_hash`` is there until a document came, or the request was decided; ``mail_…`` is a refusal's."""

_BLANK = {"name": "", "email": "", "function": "", "medium": "", "message": "", "lang": ""}
_NO_DOCUMENT = {"secret_hash": None, "document_type": None, "document_size": None}


def add(tx: WriteTx, ident: RequestId, asked: Asked, secret_hash: str, at: Instant) -> None:
    """Store a request that waits."""
    tx.execute(
        access_requests.insert(),
        {
            "id": ident,
            "kind": asked.kind.value,
            "delegation": asked.delegation,
            "name": asked.name,
            "email": asked.email,
            "function": asked.function,
            "medium": asked.medium,
            "message": asked.message,
            "lang": asked.lang,
            "state": RequestState.WAITING.value,
            "created_at": at,
            "secret_hash": secret_hash,
            "reason": "",
        },
    )


def request(tx: ReadTx, ident: RequestId) -> AccessRequest | None:
    """One request, or None."""
    row = tx.first(sa.select(access_requests).where(access_requests.c.id == ident))
    return None if row is None else _request(row)


def by_secret(tx: ReadTx, ident: RequestId, secret_hash: str) -> AccessRequest | None:
    """The request that this secret may send a document for, or None."""
    found = (access_requests.c.id == ident) & (access_requests.c.secret_hash == secret_hash)
    row = tx.first(sa.select(access_requests).where(found))
    return None if row is None else _request(row)


def request_list(
    tx: ReadTx, state: RequestState | None, *, after: int, limit: int
) -> list[tuple[int, AccessRequest]]:
    """Requests in the order in which they came, each with its cursor."""
    query = (
        sa.select(access_requests)
        .where(access_requests.c.seq > after)
        .order_by(access_requests.c.seq)
        .limit(limit)
    )
    if state is not None:
        query = query.where(access_requests.c.state == state.value)
    return [(row.seq, _request(row)) for row in tx.all(query)]


def waiting(tx: ReadTx) -> int:
    """How many requests wait for a decision."""
    query = sa.select(sa.func.count()).where(access_requests.c.state == RequestState.WAITING.value)
    return int(tx.scalar(query.select_from(access_requests)) or 0)


def document_bytes(tx: ReadTx) -> int:
    """How large all documents are together."""
    return int(tx.scalar(sa.select(sa.func.sum(access_requests.c.document_size))) or 0)


def waiting_ids(tx: ReadTx) -> set[RequestId]:
    """The requests that wait for a decision."""
    query = sa.select(access_requests.c.id).where(access_requests.c.state == RequestState.WAITING.value)
    return {RequestId(row.id) for row in tx.all(query)}


def attach(tx: WriteTx, ident: RequestId, document: Document) -> None:
    """A document came: its secret is spent."""
    tx.execute(
        access_requests.update()
        .where(access_requests.c.id == ident)
        .values(document_type=document.kind.value, document_size=document.size, secret_hash=None)
    )


def accept(
    tx: WriteTx, ident: RequestId, invitation: InvitationId, reason: str, at: Instant, by: str
) -> None:
    """Let in: who asked is kept with the identities from now on, and here no more."""
    values = {"state": RequestState.ACCEPTED.value, "decided_at": at, "decided_by": by, "reason": reason}
    tx.execute(
        access_requests.update()
        .where(access_requests.c.id == ident)
        .values(**values, invitation=invitation, **_BLANK, **_NO_DOCUMENT)
    )


def refuse(tx: WriteTx, ident: RequestId, reason: str, at: Instant, by: str) -> None:
    """Not let in; the document is forgotten."""
    values = {"state": RequestState.REFUSED.value, "decided_at": at, "decided_by": by, "reason": reason}
    tx.execute(access_requests.update().where(access_requests.c.id == ident).values(**values, **_NO_DOCUMENT))


def drop(tx: WriteTx, ident: RequestId) -> None:
    """Forget one request."""
    tx.execute(access_requests.delete().where(access_requests.c.id == ident))


def drop_refused(tx: WriteTx, before: Instant) -> int:
    """Forget the requests refused before that instant; answers how many."""
    refused = access_requests.c.state == RequestState.REFUSED.value
    return tx.execute(access_requests.delete().where(refused & (access_requests.c.decided_at <= before)))


def drop_waiting(tx: WriteTx, before: Instant) -> int:
    """Forget the requests made before that instant that nobody decided; answers how many."""
    undecided = access_requests.c.state == RequestState.WAITING.value
    return tx.execute(access_requests.delete().where(undecided & (access_requests.c.created_at <= before)))


def _request(row: sa.Row[Any]) -> AccessRequest:
    return AccessRequest(
        id=RequestId(row.id),
        asked=Asked(
            kind=RequestKind(row.kind),
            name=row.name,
            email=row.email,
            function=row.function,
            medium=row.medium,
            delegation=None if row.delegation is None else DelegationCode(row.delegation),
            message=row.message,
            lang=row.lang,
        ),
        state=RequestState(row.state),
        created_at=row.created_at,
        document=None
        if row.document_type is None
        else Document(DocumentType(row.document_type), row.document_size),
        decided_at=row.decided_at,
        decided_by=row.decided_by,
        reason=row.reason,
        invitation=None if row.invitation is None else InvitationId(row.invitation),
    )
