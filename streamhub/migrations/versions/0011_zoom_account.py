"""The Zoom account of a source."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Go to this step; no source has an account yet."""
    op.add_column("sources", sa.Column("account", sa.Text(), nullable=False, server_default=""))
