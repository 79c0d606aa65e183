"""What many tests need: a clock that obeys, and a real database file."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

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


@asynccontextmanager
async def open_database(folder: Path) -> AsyncIterator[Database]:
    """A real SQLite file with every table that the imported stores declare."""
    path = folder / "streamhub.db"
    engine = sa.create_engine(f"sqlite:///{path}")
    kit_db.metadata.create_all(engine)
    engine.dispose()
    database = Database(path)
    try:
        yield database
    finally:
        await database.close()
