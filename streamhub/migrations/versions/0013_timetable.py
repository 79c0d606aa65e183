"""The timetable of sources, and what the last look at each link found."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Go to this step; nothing is planned, no link was looked at, no timetable switches by itself."""
    op.add_column("sources", sa.Column("planned_ms", sa.BigInteger(), nullable=True))
    op.add_column("sources", sa.Column("checked", sa.Text(), nullable=False, server_default=""))
    op.add_column("sources", sa.Column("checked_at", sa.BigInteger(), nullable=True))
    op.create_table(
        "timetables",
        sa.Column("session", sa.Text(), primary_key=True),
        sa.Column("automatic", sa.Boolean(), nullable=False),
    )
