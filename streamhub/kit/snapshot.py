"""One consistent copy of a database that others write to, and whether a copy is whole."""

import contextlib
import sqlite3
from collections.abc import Callable
from pathlib import Path

from streamhub.kit.errors import StateConflict

Progress = Callable[[int, int], None]
"""Told what is done and of how much, in bytes."""

BUSY_SECONDS = 30
TELL_EVERY = 200_000  # steps of SQLite's machine: some ten times a second


def snapshot(source: Path, target: Path, progress: Progress) -> None:
    """Copy the database as it is at one instant into the new file ``target``.

    Writers go on meanwhile: ``VACUUM INTO`` only reads, and it leaves behind what was
    deleted, so nobody who was erased is in a backup. Raises StateConflict.
    """
    with contextlib.closing(sqlite3.connect(source, timeout=BUSY_SECONDS, isolation_level=None)) as db:
        whole = _number(db, "PRAGMA page_count") * _number(db, "PRAGMA page_size")

        def tell() -> None:
            progress(min(_size(target), whole), whole)

        db.set_progress_handler(tell, TELL_EVERY)
        try:
            db.execute("VACUUM INTO ?", (str(target),))
        except sqlite3.Error as error:
            raise StateConflict(f"{source}: cannot be copied: {error}") from None
    progress(whole, whole)


def faults(database: Path) -> str:
    """What SQLite finds wrong with a file, empty where nothing is."""
    uri = f"{database.resolve().as_uri()}?mode=ro"
    try:
        with contextlib.closing(sqlite3.connect(uri, uri=True)) as db:
            found = [str(row[0]) for row in db.execute("PRAGMA integrity_check(3)")]
            strangers = db.execute("PRAGMA foreign_key_check").fetchone()
    except sqlite3.Error as error:
        return str(error)
    if found != ["ok"]:
        return "; ".join(found)
    return "" if strangers is None else f"a row of {strangers[0]} belongs to nothing"


def _number(db: sqlite3.Connection, pragma: str) -> int:
    return int(db.execute(pragma).fetchone()[0])


def _size(file: Path) -> int:
    return file.stat().st_size if file.exists() else 0
