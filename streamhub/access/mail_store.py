"""Mails in SQL: who gets one, and what became of it. No address stands here."""

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa

from streamhub.access.mail_model import Mail, MailState, Outcome
from streamhub.kit.clock import Instant
from streamhub.kit.db import ReadTx, WriteTx, metadata
from streamhub.kit.ids import InvitationId

mails = sa.Table(
    "mails",
    metadata,
    sa.Column("invitation", sa.Text, primary_key=True),
    sa.Column("generation", sa.Integer, primary_key=True),
    sa.Column("state", sa.Text, nullable=False, index=True),
    sa.Column("code", sa.Integer),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("queued_at", sa.BigInteger, nullable=False),
    sa.Column("changed_at", sa.BigInteger, nullable=False),
    sa.Column("asked_by", sa.Text, nullable=False),
)


def mail_list(tx: ReadTx) -> list[Mail]:
    """Every mail by the time at which it was asked for."""
    return [_mail(row) for row in tx.all(sa.select(mails).order_by(mails.c.queued_at, mails.c.invitation))]


def queue(tx: WriteTx, keys: Iterable[tuple[InvitationId, int]], at: Instant, by: str) -> None:
    """Ask for mails: new ones, and refused or unknown ones once more."""
    for invitation, generation in keys:
        again = {"state": MailState.QUEUED.value, "changed_at": at, "asked_by": by}
        if tx.execute(mails.update().where(_here(invitation, generation)).values(again)):
            continue
        first = {"code": None, "reason": "", "queued_at": at}
        tx.execute(mails.insert(), {"invitation": invitation, "generation": generation, **again, **first})


def claim(tx: WriteTx, invitation: InvitationId, generation: int, at: Instant) -> bool:
    """Say that the letter goes to the server now; False where it is not waiting any more."""
    waiting = _here(invitation, generation) & (mails.c.state == MailState.QUEUED.value)
    going = {"state": MailState.SENDING.value, "changed_at": at}
    return tx.execute(mails.update().where(waiting).values(going)) > 0


def settle(tx: WriteTx, invitation: InvitationId, generation: int, outcome: Outcome, at: Instant) -> None:
    """Say what became of it."""
    tx.execute(
        mails.update()
        .where(_here(invitation, generation))
        .values(state=outcome.state.value, code=outcome.code, reason=outcome.reason, changed_at=at)
    )


def give_up_on_interrupted(tx: WriteTx, at: Instant) -> int:
    """Letters that a sender who is gone had handed to the server: nobody knows. Answers how many."""
    return tx.execute(
        mails.update()
        .where(mails.c.state == MailState.SENDING.value)
        .values(state=MailState.UNKNOWN.value, reason="interrupted while sending", changed_at=at)
    )


def drop_queued(tx: WriteTx, invitation: InvitationId, generation: int) -> None:
    """Forget a mail that waits no more: its invitation was revoked, replaced, or has no address."""
    waiting = _here(invitation, generation) & (mails.c.state == MailState.QUEUED.value)
    tx.execute(mails.delete().where(waiting))


def _here(invitation: InvitationId, generation: int) -> sa.ColumnElement[bool]:
    return (mails.c.invitation == invitation) & (mails.c.generation == generation)


def _mail(row: sa.Row[Any]) -> Mail:
    return Mail(
        invitation=InvitationId(row.invitation),
        generation=row.generation,
        state=MailState(row.state),
        code=row.code,
        reason=row.reason,
        changed_at=row.changed_at,
    )
