"""Who is in Zoom and was not recognised stands in the queue already: such a time has no end yet."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    """Go to this step."""
    with op.batch_alter_table("import_rows", table_kwargs={"sqlite_autoincrement": True}) as batch_op:
        batch_op.alter_column("until", existing_type=sa.BigInteger(), nullable=True)
