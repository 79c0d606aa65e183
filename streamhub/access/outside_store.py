"""What a newer token of another issuer changes of its person's row, in SQL."""

from streamhub.access.model import Invitation
from streamhub.access.store import invitations
from streamhub.kit.db import WriteTx


def set_taken(tx: WriteTx, row: Invitation) -> None:
    """Remember the newest token; another role or delegation ends every earlier entering."""
    values = {"issued_at": row.issued_at, "generation": row.generation}
    tx.execute(invitations.update().where(invitations.c.id == row.id).values(**values))
