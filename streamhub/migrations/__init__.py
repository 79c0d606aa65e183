"""The schema, step by step (Alembic)."""

from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config

from streamhub.kit.db import sync_files

_FOLDER = Path(__file__).resolve().parent


def migrate(database: Path) -> None:
    """Bring the database to the newest schema, checkpointed and on the disk."""
    command.upgrade(_config(database), "head")
    sync_files(database)


def is_current(database: Path) -> bool:
    """Whether the database has the newest schema."""
    if not database.exists():
        return False
    engine = sa.create_engine(f"sqlite:///{database}", poolclass=sa.NullPool)
    with engine.connect() as connection:
        if not sa.inspect(connection).has_table("alembic_version"):
            return False
        found = connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar()
    return found == head()


def head() -> str:
    """The newest step."""
    return max(file.stem.split("_")[0] for file in (_FOLDER / "versions").glob("[0-9]*.py"))


def _config(database: Path) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_FOLDER))
    config.set_main_option("sqlalchemy.url", f"sqlite:///{database}")
    return config
