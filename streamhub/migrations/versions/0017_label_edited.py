"""Whether a function shown was changed in the product: a file loaded later does not take it back unasked."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    """Go to this step."""
    edited: sa.Column[bool] = sa.Column(
        "label_edited", sa.Boolean(), nullable=False, server_default=sa.false()
    )
    op.add_column("participants", edited)
