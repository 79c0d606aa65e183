"""How the database file is opened: for the writer, for readers, and for the watch."""

import contextlib
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from streamhub.kit.folder import to_disk


def sync_files(path: Path) -> None:
    """Checkpoint the log and fsync file and folder.

    Until both are on the disk a power cut can lose the whole log, FULL or not.
    """
    engine = writing(path)
    with contextlib.closing(engine.raw_connection()) as connection:  # a transaction would lock it out
        connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)").close()
    engine.dispose()
    for target in (path, path.parent):
        to_disk(target)


def writing(path: Path) -> sa.Engine:
    """One connection at a time, each transaction with the right to write from its beginning."""
    engine = sa.create_engine(f"sqlite:///{path}", poolclass=sa.NullPool, hide_parameters=True)
    sa.event.listen(engine, "connect", open_writer)
    sa.event.listen(engine, "begin", begin_immediate)
    return engine


def migrating(path: Path) -> sa.Engine:
    """As for writing, but references may be broken while a table is made anew under its name."""
    engine = writing(path)
    sa.event.listen(engine, "connect", lambda connection, _: _pragmas(connection, "foreign_keys=OFF"))
    return engine


def reading(path: Path, connections: int) -> sa.Engine:
    """So many connections that cannot write; a transaction sees one moment."""
    engine = sa.create_engine(
        f"sqlite:///{path}", pool_size=connections, max_overflow=0, hide_parameters=True
    )
    sa.event.listen(engine, "connect", open_reader)
    sa.event.listen(engine, "begin", begin)
    return engine


def watching(path: Path) -> AsyncEngine:
    """One connection that cannot write, with a thread of its own (aiosqlite)."""
    engine = create_async_engine(
        f"sqlite+aiosqlite:///{path}", pool_size=1, max_overflow=0, hide_parameters=True
    )
    sa.event.listen(engine.sync_engine, "connect", open_reader)
    sa.event.listen(engine.sync_engine, "begin", begin)
    return engine


def open_writer(connection: Any, _record: object) -> None:  # noqa: ANN401 - a DBAPI connection
    """A new connection of the writer."""
    connection.isolation_level = None  # we say BEGIN ourselves, see begin_immediate
    # Deleted content is zeroed at once; what that leaves in gaps of pages goes with kit/scrub.py.
    _pragmas(connection, "journal_mode=WAL", "synchronous=FULL", "secure_delete=ON")
    _pragmas(connection, "busy_timeout=5000", "foreign_keys=ON")


def open_reader(connection: Any, _record: object) -> None:  # noqa: ANN401 - a DBAPI connection
    """A new connection that reads."""
    connection.isolation_level = None
    _pragmas(connection, "busy_timeout=5000", "query_only=ON")


def _pragmas(connection: Any, *settings: str) -> None:  # noqa: ANN401 - a DBAPI connection
    cursor = connection.cursor()
    for setting in settings:
        cursor.execute(f"PRAGMA {setting}")
    cursor.close()


def begin_immediate(connection: sa.Connection) -> None:
    """The writer waits at the beginning of a transaction, never in its middle."""
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def begin(connection: sa.Connection) -> None:
    """Everything read until the end is of one moment."""
    connection.exec_driver_sql("BEGIN")
