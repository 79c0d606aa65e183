"""The schema, step by step (Alembic)."""

from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config

from streamhub.kit.engines import sync_files
from streamhub.kit.errors import StateConflict

_FOLDER = Path(__file__).resolve().parent


def migrate(database: Path) -> None:
    """Bring the database to the newest schema, checkpointed and on the disk."""
    command.upgrade(config_of(database), "head")
    sync_files(database)


def is_current(database: Path) -> bool:
    """Whether the database has the newest schema."""
    return revision_of(database) == head()


def revision_of(database: Path) -> str | None:
    """The step that a database stands at; None where there is no database of ours.

    Raises StateConflict for a file that cannot be read as one.
    """
    if not database.exists():
        return None
    engine = sa.create_engine(f"sqlite:///{database}", poolclass=sa.NullPool)
    try:
        with engine.connect() as connection:
            if not sa.inspect(connection).has_table("alembic_version"):
                return None
            found = connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar()
    except sa.exc.DatabaseError as error:
        damaged = not isinstance(error, sa.exc.OperationalError)  # that one is rights, locks, disks
        way_out = "; see `streamhub restore`" if damaged else ""
        raise StateConflict(f"{database}: cannot be used: {error.orig}{way_out}") from None
    return None if found is None else str(found)


def revisions() -> frozenset[str]:
    """Every step that this program knows."""
    return frozenset(file.stem.split("_")[0] for file in (_FOLDER / "versions").glob("[0-9]*.py"))


def head() -> str:
    """The newest step."""
    return max(revisions())


def config_of(database: Path) -> Config:
    """What Alembic needs to know of our steps and of one database."""
    config = Config()
    config.set_main_option("script_location", str(_FOLDER))
    config.attributes["database"] = database
    return config
