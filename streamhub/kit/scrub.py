"""Taking what was deleted or overwritten out of the bytes of the database file too.

SQLite leaves the old content of rows in free pages, in the gaps of pages and in the log
until something else is written there. ``VACUUM`` writes every page anew, and a truncating
checkpoint empties the log: what is in no row then is in no file of the folder.
"""

import asyncio
import contextlib
import sqlite3
from pathlib import Path

from streamhub.kit.log import get_logger

log = get_logger(__name__)

WAIT_MS = 1_000  # for writers and readers of the moment; writers of ours wait 5 s for this
TRIES = 3


async def scrub(path: Path) -> bool:
    """Write the file anew beside whoever reads and writes it; False where it cannot be done now.

    Nothing is lost then, and the next run tries again. 50 MB take half a second.
    """
    try:
        done = await asyncio.to_thread(_scrub, path)
    except sqlite3.Error as error:  # no space, a reader that does not end
        log.warning("the database file was not written anew", error=type(error).__name__)
        return False
    log.info("the database file was written anew", log_emptied=done)
    return done


def _scrub(path: Path) -> bool:
    with contextlib.closing(sqlite3.connect(path, timeout=WAIT_MS / 1_000, isolation_level=None)) as db:
        db.execute("PRAGMA secure_delete=ON")
        db.execute("VACUUM")
        return any(_log_emptied(db) for _ in range(TRIES))


def _log_emptied(db: sqlite3.Connection) -> bool:
    """Whether the log could be brought in whole and cut: not while somebody still reads it."""
    [busy, *_] = db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    return not busy
