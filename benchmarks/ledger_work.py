"""What ``ledger`` measures, in a process of its own: ``ledger_work streamhub|sqlite3 FOLDER ARRIVALS``.

Many tasks wait each for the commit of one arrival after the other. The limit writes the same
two rows (event and stay) into the same schema with statements of its own.
"""

import asyncio
import json
import queue
import sqlite3
import sys
import threading
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from streamhub.attendance.model import Key
from streamhub.cli.folder import open_folder
from streamhub.kit.channel import Channel
from streamhub.kit.folder import DataFolder
from streamhub.kit.ids import ParticipantId, SessionSlug
from streamhub.server import prepare

TASKS = 500
GROUP = 256
AT = 1_700_000_000_000
SESSION = "main"
EVENT = (
    'INSERT INTO ledger (recorded_at, kind, "at", participant, session, run, channel, node)'
    " VALUES (?, 'arrive', ?, ?, ?, 1, 'web', 'n_raw')"
)
STAY = (
    "INSERT INTO stays (id, participant, session, run, channel, since, node)"
    " VALUES (?, ?, ?, 1, 'web', ?, 'n_raw')"
)

Arrive = Callable[[str], Awaitable[object]]


async def ours(folder: Path, arrivals: int) -> float:
    """The product's own way into the ledger."""
    async with open_folder(None, folder, create=True) as use:
        await use.attendance.start()

        def arrive(participant: str) -> Awaitable[object]:
            key = Key(ParticipantId(participant), SessionSlug(SESSION), 1, Channel.WEB)
            return use.attendance.arrive(key, AT)

        return await _timed(arrive, arrivals)


class Raw:
    """A thread with a queue: as many as wait share a commit."""

    def __init__(self, file: Path, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._waiting: queue.SimpleQueue[tuple[str, asyncio.Future[None]] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._write, args=(file,))
        self._thread.start()

    def arrive(self, participant: str) -> "asyncio.Future[None]":
        """Answered after the commit."""
        stored: asyncio.Future[None] = self._loop.create_future()
        self._waiting.put((participant, stored))
        return stored

    def close(self) -> None:
        """The end of the thread."""
        self._waiting.put(None)
        self._thread.join()

    def _write(self, file: Path) -> None:
        connection = sqlite3.connect(file, isolation_level=None)
        for setting in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {setting}")
        while (first := self._waiting.get()) is not None:
            group = [first]
            while len(group) < GROUP and not self._waiting.empty():
                following = self._waiting.get()
                if following is None:
                    self._waiting.put(None)
                    break
                group.append(following)
            self._commit(connection, group)
        connection.close()

    def _commit(
        self, connection: sqlite3.Connection, group: list[tuple[str, "asyncio.Future[None]"]]
    ) -> None:
        connection.execute("BEGIN IMMEDIATE")
        for participant, _ in group:
            seq = connection.execute(EVENT, (AT, AT, participant, SESSION)).lastrowid
            connection.execute(STAY, (seq, participant, SESSION, AT))
        connection.execute("COMMIT")
        self._loop.call_soon_threadsafe(_answer, [stored for _, stored in group])


def _answer(stored: list["asyncio.Future[None]"]) -> None:
    for future in stored:
        future.set_result(None)


async def raw(folder: Path, arrivals: int) -> float:
    """The limit."""
    prepare(DataFolder(folder))
    writer = Raw(DataFolder(folder).database, asyncio.get_running_loop())
    try:
        return await _timed(writer.arrive, arrivals)
    finally:
        writer.close()


async def _timed(arrive: Arrive, arrivals: int) -> float:
    """Every person arrives once; seconds until the last is stored."""

    async def some(first: int) -> None:
        for number in range(first, arrivals, TASKS):
            await arrive(f"p_{number:024d}")

    began = time.perf_counter()
    async with asyncio.TaskGroup() as group:
        for first in range(TASKS):
            group.create_task(some(first))
    return time.perf_counter() - began


def _stored(folder: Path) -> int:
    with sqlite3.connect(DataFolder(folder).database) as connection:
        [count] = connection.execute("SELECT count(*) FROM stays").fetchone()
        return int(count)


def main(stack: str, folder: Path, arrivals: int) -> None:
    """Measure one of them and check that everybody is stored."""
    seconds = asyncio.run((ours if stack == "streamhub" else raw)(folder, arrivals))
    assert _stored(folder) == arrivals
    print(json.dumps({"arrivals": arrivals, "seconds": seconds}))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]) / "data", int(sys.argv[3]))
