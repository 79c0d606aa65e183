"""Alembic's entry: runs the steps on the database that ``migrate`` names."""

from pathlib import Path

from alembic import context

from streamhub.kit.engines import migrating
from streamhub.migrations.tables import metadata


def run() -> None:
    """Apply the steps, all of them or none: a stop in the middle leaves the old schema."""
    engine = migrating(Path(context.config.attributes["database"]))
    with engine.connect() as connection:
        context.configure(
            connection=connection, target_metadata=metadata, render_as_batch=True, transactional_ddl=True
        )
        with context.begin_transaction():
            context.run_migrations()
    engine.dispose()


run()
