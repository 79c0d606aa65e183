"""The mails that tell people what became of their request for access, in SQL.

A refusal's mail stands in the request's own row and goes with it. Whoever is let in gets
the mail of their link, which stands with the mails of invitations.
"""

from typing import Any

import sqlalchemy as sa

from streamhub.access.mail_model import MailState, Outcome, Refusal
from streamhub.access.mail_store import mails
from streamhub.access.store import invitations, participants
from streamhub.kit.clock import Instant
from streamhub.kit.db import ReadTx, WriteTx
from streamhub.kit.ids import InvitationId
from streamhub.requests.model import RequestId, RequestState
from streamhub.requests.store import access_requests

_MINE = access_requests.c


def queue(tx: WriteTx, ident: RequestId, at: Instant) -> None:
    """The refused person is to be told by mail."""
    _set(tx, _MINE.id == ident, MailState.QUEUED, at)


def queue_again(tx: WriteTx, request: str, at: Instant) -> None:
    """Ask once more for a mail that was refused, or of which nobody knows."""
    _set(tx, (_MINE.id == request) & (_MINE.mail_state != MailState.SENT.value), MailState.QUEUED, at)


def claim(tx: WriteTx, request: str, at: Instant) -> bool:
    """Say that the letter goes to the server now; False where it is not waiting any more."""
    waiting = (_MINE.id == request) & (_MINE.mail_state == MailState.QUEUED.value)
    return _set(tx, waiting, MailState.SENDING, at) > 0


def settle(tx: WriteTx, request: str, outcome: Outcome, at: Instant) -> None:
    """Say what became of it."""
    _set(tx, _MINE.id == request, outcome.state, at, code=outcome.code, said=outcome.reason)


def give_up_on_interrupted(tx: WriteTx, at: Instant) -> int:
    """Letters that a sender who is gone had handed to the server: nobody knows. Answers how many."""
    going = _MINE.mail_state == MailState.SENDING.value
    return _set(tx, going, MailState.UNKNOWN, at, said="interrupted while sending")


def refusals(tx: ReadTx) -> list[Refusal]:
    """Everybody who was refused and is to get, or got, a mail; the oldest first."""
    told = (_MINE.state == RequestState.REFUSED.value) & _MINE.mail_state.is_not(None)
    return [_refusal(row) for row in tx.all(sa.select(access_requests).where(told).order_by(_MINE.seq))]


def word_to(tx: ReadTx, invitation: InvitationId) -> str | None:
    """The organiser's word to somebody whose request led to this invitation; None without one."""
    row = tx.first(sa.select(_MINE.reason).where(_MINE.invitation == invitation))
    return None if row is None else str(row.reason)


def untold(tx: ReadTx) -> tuple[str, ...]:
    """Who is still to be told: requests that were refused, seats of those let in."""
    refused = [one.request for one in refusals(tx) if one.state is MailState.QUEUED]
    accepted = (
        sa.select(participants.c.seat_prefix, participants.c.seat_number)
        .join(invitations, invitations.c.participant == participants.c.id)
        .join(access_requests, _MINE.invitation == invitations.c.id)
        .join(
            mails, (mails.c.invitation == invitations.c.id) & (mails.c.generation == invitations.c.generation)
        )
        .where(mails.c.state == MailState.QUEUED.value, invitations.c.revoked_at.is_(None))
        .order_by(_MINE.seq)
    )
    seats = [f"{row.seat_prefix}-{row.seat_number:02d}" for row in tx.all(accepted)]
    return (*refused, *seats)


def _set(
    tx: WriteTx,
    which: sa.ColumnElement[bool],
    state: MailState,
    at: Instant,
    *,
    code: int | None = None,
    said: str = "",
) -> int:
    values = {"mail_state": state.value, "mail_code": code, "mail_said": said, "mail_changed_at": at}
    return tx.execute(access_requests.update().where(which).values(values))


def _refusal(row: sa.Row[Any]) -> Refusal:
    return Refusal(
        request=row.id,
        name=row.name,
        email=row.email,
        lang=row.lang,
        word=row.reason,
        state=MailState(row.mail_state),
        code=row.mail_code,
        reason=row.mail_said,
        changed_at=row.mail_changed_at,
    )
