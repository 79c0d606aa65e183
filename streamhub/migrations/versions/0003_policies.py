"""What one device too many means, and who was let in beyond the seats."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Go to this step."""
    policy = sa.Column("device_policy", sa.Text(), nullable=False, server_default="replace_oldest")
    op.add_column("invitations", policy)
    op.create_table(
        "admissions",
        sa.Column("session", sa.Text(), nullable=False),
        sa.Column("run", sa.Integer(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("admitted_at", sa.BigInteger(), nullable=False),
        sa.Column("admitted_by", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("session", "run", "scope", "name"),
    )
