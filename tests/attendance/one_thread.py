"""The database without its threads: the same file, engine, groups and savepoints, a tenth of the time.

For tests that run hundreds of thousands of commands one after the other; what threads add has its own tests.
"""

import asyncio
import sqlite3
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa

from streamhub import composition
from streamhub.kit import db as kit_db
from streamhub.kit import engines
from streamhub.kit.db import Database, ReadTx


def _engine(on_connect, on_begin):
    engine = sa.create_engine(
        "sqlite://", creator=lambda: sqlite3.connect(OneThread.file), poolclass=sa.NullPool
    )
    sa.event.listen(engine, "connect", on_connect)
    sa.event.listen(engine, "begin", on_begin)
    return engine


class OneThread(Database):
    """Writes and reads where it is asked to, at once."""

    file = Path()
    writing = _engine(engines.open_writer, engines.begin_immediate)
    reading = _engine(engines.open_reader, engines.begin)

    def __init__(self, path):
        OneThread.file = self.path = path
        self.on_group = self.after_notice = None
        self._owed = []
        self._writer = self.writing.connect()
        self._reader = self.reading.connect()

    def _queue(self, run, item, *, together=False, owed=False):
        future = asyncio.get_running_loop().create_future()
        self._commit(self._writer, [kit_db._Command(run, item, future, together, owed)])
        return future

    async def read(self, query):
        with self._reader.begin():
            return query(ReadTx(self._reader))

    look = read

    async def close(self):
        await asyncio.sleep(0)  # whoever waits for the last group hears of it
        self._reader.close()
        self._writer.close()


@contextmanager
def in_one_thread():
    """Services that are built meanwhile have their database in one thread."""
    composition.Database = OneThread
    try:
        yield
    finally:
        composition.Database = Database
