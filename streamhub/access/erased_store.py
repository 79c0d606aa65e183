"""What is left of erased people: that a link is over, and which pseudonyms have nobody behind them.

Nothing here leads from the one to the other: the first table has neither times nor an order.
"""

import sqlalchemy as sa

from streamhub.access.store import grants, invitation_codes, invitations, participants, take_seats
from streamhub.kit.clock import Instant
from streamhub.kit.db import ReadTx, WriteTx, metadata
from streamhub.kit.ids import InvitationId, ParticipantId

SEAT_PREFIX = "X"
"""Erased people leave their seat: its number stands on badges and in Zoom lists."""

erased_invitations = sa.Table(
    "erased_invitations",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sqlite_with_rowid=False,
)
"""Invitations as their links and tokens name them, so that these still say that they are over."""

erased_participants = sa.Table(
    "erased_participants",
    metadata,
    sa.Column("participant", sa.Text, primary_key=True),
    sqlite_with_rowid=False,
)
"""Pseudonyms that were drawn anew: they were registered, and stay so in every figure."""


def bury(tx: WriteTx, old: InvitationId, new: InvitationId, at: Instant, by: str) -> None:
    """Take the invitation ``old`` off everything that leads to it: it is ``new``, and revoked."""
    which = invitations.c.id == old
    tx.execute(invitations.update().where(which, invitations.c.revoked_at.is_(None)), _revoked(at, by))
    tx.execute(invitations.update().where(which), {"id": new})
    tx.execute(erased_invitations.insert(), {"id": old})


def vacate(tx: WriteTx, participant: ParticipantId, *, registered: bool) -> None:
    """Give the pseudonym a seat that stands nowhere; remember it if the person was registered until now."""
    seat = {"seat_prefix": SEAT_PREFIX, "seat_number": take_seats(tx, SEAT_PREFIX)}
    tx.execute(participants.update().where(participants.c.id == participant), seat)
    if registered:
        tx.execute(erased_participants.insert(), {"participant": participant})


def is_erased(tx: ReadTx, invitation: InvitationId) -> bool:
    """Whether the person of this invitation was erased."""
    return tx.first(sa.select(erased_invitations).where(erased_invitations.c.id == invitation)) is not None


def erased(tx: ReadTx) -> frozenset[ParticipantId]:
    """The pseudonyms that have nobody behind them."""
    return frozenset(ParticipantId(row.participant) for row in tx.all(sa.select(erased_participants)))


def is_vacant(tx: ReadTx, participant: ParticipantId) -> bool:
    """Whether nobody is behind this pseudonym."""
    mine = erased_participants.c.participant == participant
    return tx.first(sa.select(erased_participants).where(mine)) is not None


def drop_ended(tx: WriteTx, now: Instant) -> int:
    """Forget everybody whose invitation is over, with their links; answers how many."""
    ended = _ended(now)
    of_ended = sa.select(invitations.c.id).where(ended)
    tx.execute(grants.delete().where(grants.c.invitation.in_(of_ended)))
    tx.execute(invitation_codes.delete().where(invitation_codes.c.invitation.in_(of_ended)))
    gone = sa.select(invitations.c.participant).where(ended)
    count = tx.execute(participants.delete().where(participants.c.id.in_(gone)))
    tx.execute(invitations.delete().where(ended))
    for table in (grants, invitation_codes):
        tx.execute(table.delete().where(table.c.invitation.in_(sa.select(erased_invitations.c.id))))
    return count


def count_ended(tx: ReadTx, now: Instant) -> int:
    """How many invitations are over."""
    return int(tx.scalar(sa.select(sa.func.count()).select_from(invitations).where(_ended(now))) or 0)


def _ended(now: Instant) -> sa.ColumnElement[bool]:
    return invitations.c.revoked_at.is_not(None) | (invitations.c.expires_at <= now)


def _revoked(at: Instant, by: str) -> dict[str, Instant | str]:
    return {"revoked_at": at, "revoked_by": by}
