"""What the console changes beside the files: sessions cancelled, documents and sources taken away."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Go to this step."""
    op.add_column("sessions", sa.Column("cancelled_at", sa.BigInteger(), nullable=True))
    op.add_column("documents", sa.Column("removed_at", sa.BigInteger(), nullable=True))
    op.add_column("sources", sa.Column("removed_at", sa.BigInteger(), nullable=True))
    op.add_column("sources", sa.Column("placed_by", sa.Text(), nullable=True))
