"""What many tests need: a clock that obeys, and a real database file."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import sqlalchemy as sa

from streamhub.kit import db as kit_db
from streamhub.kit.clock import Instant, parse_rfc3339
from streamhub.kit.db import Database

NOON = parse_rfc3339("2021-11-04T12:00:00Z")


class FakeClock:
    """A clock that stands still until it is told to move."""

    def __init__(self, now: Instant = NOON) -> None:
        self._now = now

    def now(self) -> Instant:
        """The instant it was set to."""
        return self._now

    def advance(self, *, ms: int = 0, seconds: float = 0, minutes: float = 0) -> Instant:
        """Move on and answer the new instant."""
        self._now += ms + round(seconds * 1_000) + round(minutes * 60_000)
        return self._now


def empty_database() -> bytes:
    """A file with every table that the imported stores declare."""
    return _with_tables(frozenset(kit_db.metadata.tables))


@cache
def _with_tables(names: frozenset[str]) -> bytes:
    """Made once: SQLite syncs the disk after each of a hundred statements, which takes up to a second."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / "empty.db"
        engine = sa.create_engine(f"sqlite:///{file}")
        kit_db.metadata.create_all(engine, tables=[kit_db.metadata.tables[name] for name in names])
        engine.dispose()
        return file.read_bytes()


@asynccontextmanager
async def open_database(folder: Path) -> AsyncIterator[Database]:
    """A real SQLite file with every table that the imported stores declare."""
    path = folder / "streamhub.db"
    path.write_bytes(empty_database())
    database = Database(path)
    try:
        yield database
    finally:
        await database.close()
