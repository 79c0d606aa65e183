"""What Zoom says of its meetings: as it came, and as it was read; lists say which meeting they are of."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    """Go to this step."""
    _deliveries()
    _meetings()
    op.add_column("imports", sa.Column("meetings", sa.Text(), nullable=False, server_default=""))


def _deliveries() -> None:
    op.create_table(
        "zoom_deliveries",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.Column("worked_at", sa.BigInteger(), nullable=True),
        sa.Column("fault", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("digest"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_zoom_deliveries_received_at", "zoom_deliveries", ["received_at"])
    op.create_index(
        "zoom_deliveries_waiting",
        "zoom_deliveries",
        ["id"],
        sqlite_where=sa.text("worked_at IS NULL"),
        postgresql_where=sa.text("worked_at IS NULL"),
    )
    op.create_table(
        "zoom_hearing",
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("webhook_at", sa.BigInteger(), nullable=True),
        sa.Column("validation_at", sa.BigInteger(), nullable=True),
        sa.Column("report_at", sa.BigInteger(), nullable=True),
        sa.Column("fault", sa.Text(), nullable=False),
        sa.Column("right", sa.Text(), nullable=False),
        sa.Column("fault_at", sa.BigInteger(), nullable=True),
        sa.Column("rest_until", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("account"),
    )


def _meetings() -> None:
    op.create_table(
        "zoom_meetings",
        sa.Column("uuid", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("webinar", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("told", sa.Integer(), nullable=False),
        sa.Column("last_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("reported_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("uuid"),
    )
    op.create_index("ix_zoom_meetings_number", "zoom_meetings", ["number"])
    op.create_table(
        "zoom_events",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uuid", sa.Text(), nullable=False),
        sa.Column("change", sa.Text(), nullable=False),
        sa.Column("user", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("parent", sa.Text(), nullable=False),
        sa.Column("participant", sa.Text(), nullable=True),
        sa.Column("customer_key", sa.Text(), nullable=True),
        sa.Column("registrant", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("one_zoom_event", "zoom_events", ["uuid", "change", "user", "at"], unique=True)
    op.create_index("ix_zoom_events_participant", "zoom_events", ["participant"])
    op.create_table(
        "zoom_reported",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uuid", sa.Text(), nullable=False),
        sa.Column("user", sa.Text(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.Column("participant", sa.Text(), nullable=True),
        sa.Column("customer_key", sa.Text(), nullable=True),
        sa.Column("registrant", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_zoom_reported_uuid", "zoom_reported", ["uuid"])
    op.create_index("ix_zoom_reported_participant", "zoom_reported", ["participant"])
