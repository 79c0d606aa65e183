"""Seat numbers that were given: one that was left is nobody else's."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    """Go to this step; numbers that were left before and stood above all others are not known any more."""
    op.create_table(
        "seats_given",
        sa.Column("prefix", sa.Text(), nullable=False),
        sa.Column("highest", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("prefix"),
    )
    op.execute(
        "INSERT INTO seats_given (prefix, highest) "
        "SELECT seat_prefix, MAX(seat_number) FROM participants GROUP BY seat_prefix"
    )
