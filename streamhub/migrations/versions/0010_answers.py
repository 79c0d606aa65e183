"""Mails that tell whoever was refused access."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Go to this step; nobody who was refused before is written to."""
    op.add_column("access_requests", sa.Column("mail_state", sa.Text(), nullable=True))
    op.add_column("access_requests", sa.Column("mail_code", sa.Integer(), nullable=True))
    op.add_column("access_requests", sa.Column("mail_said", sa.Text(), nullable=False, server_default=""))
    op.add_column("access_requests", sa.Column("mail_changed_at", sa.BigInteger(), nullable=True))
