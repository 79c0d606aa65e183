"""When links of a delegation were first used, and the function shown of a participant, in SQL."""

import sqlalchemy as sa

from streamhub.access.store import grants, invitations, participants
from streamhub.kit.clock import Instant
from streamhub.kit.db import ReadTx, WriteTx
from streamhub.kit.ids import DelegationCode, InvitationId, ParticipantId


def first_entered(tx: ReadTx, delegation: DelegationCode) -> dict[InvitationId, Instant]:
    """When the present link of each invitation was first used, while that entering is kept."""
    query = (
        sa.select(grants.c.invitation, sa.func.min(grants.c.created_at).label("at"))
        .join(
            invitations,
            (invitations.c.id == grants.c.invitation) & (invitations.c.generation == grants.c.generation),
        )
        .join(participants, participants.c.id == invitations.c.participant)
        .where(participants.c.delegation == delegation)
        .group_by(grants.c.invitation)
    )
    return {InvitationId(row.invitation): row.at for row in tx.all(query)}


def set_label(tx: WriteTx, participant: ParticipantId, label: str) -> None:
    """The function shown of a participant, edited here: no file takes it back unasked."""
    here = participants.c.id == participant
    tx.execute(participants.update().where(here).values(label=label, label_edited=True))
