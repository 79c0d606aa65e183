"""Keys that only check, people of other issuers, and delegations whose links were all made anew."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Go to this step."""
    op.add_column("signing_keys", sa.Column("verify_until", sa.BigInteger(), nullable=True))
    op.add_column("invitations", sa.Column("issuer", sa.Text(), nullable=True))
    op.add_column("invitations", sa.Column("issued_at", sa.BigInteger(), nullable=True))
    op.add_column("invitations", sa.Column("replaced_at", sa.BigInteger(), nullable=True))
    op.add_column("grants", sa.Column("run", sa.Integer(), nullable=True))
    op.add_column("delegations", sa.Column("renewed_at", sa.BigInteger(), nullable=True))
