"""The database: one writer with group commit, and readers that cannot write.

Store functions are plain synchronous SQLAlchemy Core and take a ``ReadTx`` or a
``WriteTx``; the same function serves a read and a write.

    stays = await db.read(lambda tx: store.stays_of(tx, slug))
    await db.write(lambda tx: store.append(tx, event))

The writer is one thread, the readers are a few with ``query_only`` connections
(measured against aiosqlite in docs/performance.md); ``look`` has one of aiosqlite's.
"""

import asyncio
import contextlib
import queue
import sqlite3
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeAlias, TypeVar

import sqlalchemy as sa

from streamhub.kit import engines
from streamhub.kit.errors import StorageUnavailable

T = TypeVar("T")
Item = TypeVar("Item")
Params = Mapping[str, Any] | Sequence[Mapping[str, Any]]

GROUP_COMMANDS = 512  # commands that share one COMMIT at the most
OWED_COMMANDS = 50_000  # that wait for room on the disk at the most
PAUSE_SECONDS = 0.02  # after a group of many: they write on, and a COMMIT costs as much as 25 arrivals
PAUSE_EACH = 0.001  # for each command of the group: a few who write side by side need not wait that long
ENOUGH_COMMANDS = 64  # as many as wait end the pause
READERS = 4

metadata = sa.MetaData()

changes = sa.Table(
    "changes",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("topic", sa.Text, nullable=False),
    sa.Column("key", sa.Text, nullable=False),
    sqlite_autoincrement=True,
)
"""What a running server must notice, whoever wrote it: this process or the command line."""


class ReadTx:
    """Statements that read, on one connection."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def all(self, statement: sa.Executable, params: Params | None = None) -> Sequence[sa.Row[Any]]:
        """Every row."""
        return self._connection.execute(statement, params).all()

    def first(self, statement: sa.Executable, params: Params | None = None) -> sa.Row[Any] | None:
        """The first row, or None."""
        return self._connection.execute(statement, params).first()

    def scalar(self, statement: sa.Executable, params: Params | None = None) -> Any:  # noqa: ANN401 - whatever the column holds
        """The first column of the first row, or None."""
        return self._connection.execute(statement, params).scalar()


class WriteTx(ReadTx):
    """Statements that write; they commit with the group or not at all.

    ``noticed``: somebody is to be told after the commit.
    """

    noticed = False

    def execute(self, statement: sa.Executable, params: Params | None = None) -> int:
        """Run an insert, update or delete; answers the number of rows it touched."""
        return int(self._connection.execute(statement, params).rowcount)

    def insert(self, statement: sa.Executable, params: Params | None = None) -> int:
        """Run a one-row insert; answers its integer primary key."""
        result = self._connection.execute(statement, params)
        key = result.inserted_primary_key
        return int(key[0]) if key and isinstance(key[0], int) else 0

    def insert_many(self, statement: sa.Executable, params: Params | None = None) -> int:
        """Run an insert of rows that are numbered one after the other; answers the number of the last."""
        return int(self._connection.execute(statement, params).lastrowid)

    def run_each(self, sql: str, rows: Sequence[tuple[Any, ...]]) -> None:
        """Run a statement in SQLite's own words for each row: the writer is done in half the time."""
        self._connection.exec_driver_sql(sql, list(rows))

    def notice(self, topic: str, key: str) -> None:
        """Tell every running server, after the commit, that ``key`` of ``topic`` changed."""
        self._connection.execute(changes.insert(), {"topic": topic, "key": key})
        self.noticed = True


@dataclass(frozen=True, slots=True)
class Change:
    """One noticed write."""

    id: int
    topic: str
    key: str


@dataclass(slots=True)
class _Command(Generic[T]):
    """``together``: what is given to ``run`` in one call with the like commands beside this one.

    ``owed``: tried again when it could not be stored.
    """

    run: Callable[..., Any]
    item: Any
    future: "asyncio.Future[T]"
    together: bool = False
    owed: bool = False


_Outcome: TypeAlias = tuple[_Command[Any], Any, BaseException | None]


class Database:
    """One SQLite file (WAL, ``synchronous=FULL``): a writer thread and a few readers.

    ``on_group`` runs inside every group before its commit: the lease is renewed there.
    ``after_notice`` runs on the loop after a group was committed in which something was noticed.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.on_group: Callable[[WriteTx], None] | None = None
        self.after_notice: Callable[[], None] | None = None
        self._coming: list[_Command[Any]] = []
        self._commands: queue.SimpleQueue[_Command[Any] | None] = queue.SimpleQueue()
        self._owed: list[_Command[Any]] = []
        self._enough = threading.Event()
        self._engine = engines.writing(path)
        self._reading = engines.reading(path, READERS)
        self._watching = engines.watching(path)
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="db-reader")
        self._thread = threading.Thread(target=self._write_groups, name="db-writer", daemon=True)
        self._thread.start()

    @property
    def waiting(self) -> int:
        """Commands that the writer has not begun with."""
        return len(self._coming) + self._commands.qsize()

    async def write(self, command: Callable[[WriteTx], T]) -> T:
        """Run ``command`` in the writer; returns after the COMMIT of its group.

        Raises what the command raises (its own writes are then undone, those of the
        others stay), or StorageUnavailable when the commit itself failed.
        """
        return await self.submit(command)

    def submit(self, command: Callable[[WriteTx], T], *, owed: bool = False) -> "asyncio.Future[T]":
        """Queue ``command`` now; commands run in the order in which they were submitted.

        ``owed`` is for what has happened already and may be written late: what cannot be stored
        is tried again with every later group, in order and before anything new. Then
        StorageUnavailable comes only at the end, or when far too many wait.
        """
        return self._queue(command, None, owed=owed)

    async def write_each(self, command: Callable[[WriteTx, Sequence[Item]], Sequence[T]], item: Item) -> T:
        """Like ``write``; the items of the same command that wait one after the other are one call.

        ``command`` answers for each of them, in order; what it raises, all of them raise.
        """
        return await self.submit_each(command, item)

    def submit_each(
        self, command: Callable[[WriteTx, Sequence[Item]], Sequence[T]], item: Item, *, owed: bool = False
    ) -> "asyncio.Future[T]":
        """``write_each`` for those who need not wait; ``owed`` as in ``submit``."""
        return self._queue(command, item, together=True, owed=owed)

    async def read(self, query: Callable[[ReadTx], T]) -> T:
        """Run ``query`` on a connection that cannot write; all it reads is of one moment."""
        return await asyncio.get_running_loop().run_in_executor(self._readers, self._query, query)

    async def look(self, query: Callable[[ReadTx], T]) -> T:
        """Like ``read``, on a connection of its own: what must not wait behind anybody's report."""
        with _readable():
            async with self._watching.connect() as connection:
                return await connection.run_sync(lambda sync: query(ReadTx(sync)))

    async def answers(self) -> bool:
        """Whether the database can be read."""
        try:
            return bool(await self.look(lambda tx: tx.scalar(sa.select(1))))
        except (StorageUnavailable, sa.exc.SQLAlchemyError):
            return False

    async def close(self) -> None:
        """Finish the waiting commands, then close every connection."""
        self._hand_over()
        self._commands.put(None)
        self._enough.set()
        await asyncio.to_thread(self._thread.join)
        await asyncio.to_thread(self._readers.shutdown)
        self._reading.dispose()
        await self._watching.dispose()
        self._engine.dispose()

    def _queue(
        self, run: Callable[..., Any], item: object, *, together: bool = False, owed: bool = False
    ) -> "asyncio.Future[T]":
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()
        if not self._coming:
            loop.call_soon(self._hand_over)
        self._coming.append(_Command(run, item, future, together, owed))
        return future

    def _hand_over(self) -> None:
        """Give the writer what came in one round of the loop: it would begin with the first of them alone."""
        for command in self._coming:
            self._commands.put(command)
        self._coming.clear()
        if self._commands.qsize() >= ENOUGH_COMMANDS:
            self._enough.set()

    def _query(self, query: Callable[[ReadTx], T]) -> T:
        with _readable(), self._reading.connect() as connection:
            return query(ReadTx(connection))

    def _write_groups(self) -> None:
        with contextlib.closing(self._engine.connect()) as connection:
            more = True
            while more and (first := self._commands.get()) is not None:
                self._enough.clear()
                group, more = self._gather(first)
                self._commit(connection, group)
                if more and len(group) > 1:
                    self._enough.wait(min(PAUSE_SECONDS, len(group) * PAUSE_EACH))
            if self._owed:
                for command in self._owed:
                    command.owed = False
                self._commit(connection, self._owed)

    def _gather(self, first: _Command[Any]) -> tuple[list[_Command[Any]], bool]:
        group = [*self._owed, first]
        while len(group) < GROUP_COMMANDS:
            try:
                command = self._commands.get_nowait()
            except queue.Empty:
                break
            if command is None:
                return group, False
            group.append(command)
        return group, True

    def _commit(self, connection: sa.Connection, group: list[_Command[Any]]) -> None:
        outcomes: list[_Outcome] = []
        noticed = False
        try:
            with connection.begin():
                tx = WriteTx(connection)
                parts = list(_parts(group))
                for part in parts:
                    outcomes += _run(connection, tx, part, alone=len(parts) == 1)
                if self.on_group is not None:
                    self.on_group(tx)
                noticed = tx.noticed
            self._owed = []
        except sa.exc.SQLAlchemyError as error:
            failure = StorageUnavailable("the database did not store this")
            failure.__cause__ = error
            self._owed = [command for command in group if command.owed][:OWED_COMMANDS]
            owed = {id(command) for command in self._owed}
            outcomes = [(command, None, failure) for command in group if id(command) not in owed]
        with contextlib.suppress(RuntimeError):  # the loop closed while we were committing
            group[0].future.get_loop().call_soon_threadsafe(self._resolve, outcomes, noticed)

    def _resolve(self, outcomes: list[_Outcome], noticed: bool) -> None:  # noqa: FBT001 - call_soon has no names
        for command, value, error in outcomes:
            if command.future.done():
                continue
            if error is None:
                command.future.set_result(value)
            else:
                command.future.set_exception(error)
        if noticed and self.after_notice is not None:
            self.after_notice()


def _parts(group: Sequence[_Command[Any]]) -> Iterator[list[_Command[Any]]]:
    """The commands that run as one call, in order."""
    part = [group[0]]
    for command in group[1:]:
        if command.together and command.run == part[0].run:
            part.append(command)
        else:
            yield part
            part = [command]
    yield part


def _run(connection: sa.Connection, tx: WriteTx, part: list[_Command[Any]], *, alone: bool) -> list[_Outcome]:
    """One part behind a savepoint, so that its failure undoes nobody else's write; alone it needs none."""
    say = connection.exec_driver_sql
    if not alone:
        say("SAVEPOINT command")
    try:
        values = _values(tx, part)
    except BaseException as error:  # handed to whoever awaits the command
        if isinstance(error, sa.exc.OperationalError) and _code(error) != sqlite3.SQLITE_ERROR:
            raise
        for undo in ("ROLLBACK", "BEGIN IMMEDIATE") if alone else ("ROLLBACK TO command", "RELEASE command"):
            say(undo)
        return [(command, None, error) for command in part]
    if not alone:
        say("RELEASE command")
    return [(command, value, None) for command, value in zip(part, values, strict=True)]


def _code(error: sa.exc.OperationalError) -> int | None:
    """SQLite's own word for what happened: a wrong statement is no trouble with disk or file."""
    return getattr(error.orig, "sqlite_errorcode", None)


def _values(tx: WriteTx, part: list[_Command[Any]]) -> Sequence[Any]:
    if part[0].together:
        values: Sequence[Any] = part[0].run(tx, [command.item for command in part])
        return values
    return [part[0].run(tx)]


@contextlib.contextmanager
def _readable() -> Iterator[None]:
    """Raise StorageUnavailable for a file that cannot be read, and every mistake of ours as it is."""
    try:
        yield
    except sa.exc.OperationalError as error:
        if _code(error) in {sqlite3.SQLITE_ERROR, sqlite3.SQLITE_READONLY}:
            raise
        raise StorageUnavailable("the database could not be read") from error


def changes_after(tx: ReadTx, last: int) -> list[Change]:
    """The noticed writes since change number ``last``, oldest first."""
    rows = tx.all(sa.select(changes).where(changes.c.id > last).order_by(changes.c.id))
    return [Change(row.id, row.topic, row.key) for row in rows]


def last_change(tx: ReadTx) -> int:
    """The number of the newest change, 0 if there is none."""
    return tx.scalar(sa.select(sa.func.max(changes.c.id))) or 0


def read_once(path: Path, query: Callable[[ReadTx], T]) -> T | None:
    """One query before there are services; None where no database with that table exists yet."""
    if not path.exists():
        return None
    engine = engines.writing(path)
    try:
        with engine.connect() as connection:
            return query(ReadTx(connection))
    except sa.exc.OperationalError:
        return None
    finally:
        engine.dispose()
