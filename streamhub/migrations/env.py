"""Alembic's entry: runs the steps on the database that ``migrate`` names."""

import sqlalchemy as sa
from alembic import context

from streamhub.migrations.tables import metadata


def run() -> None:
    """Apply the steps, each in its own transaction."""
    url = context.config.get_main_option("sqlalchemy.url")
    engine = sa.create_engine(url or "", poolclass=sa.NullPool)
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA journal_mode=WAL")
        connection.commit()  # else the steps run inside this transaction and nobody commits it
        context.configure(
            connection=connection,
            target_metadata=metadata,
            render_as_batch=True,
            transaction_per_migration=True,
        )
        with context.begin_transaction():
            context.run_migrations()
    engine.dispose()


run()
