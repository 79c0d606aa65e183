"""The data folder: one summit, one server at a time."""

import fcntl
import json
import os
from pathlib import Path
from typing import IO

from streamhub.kit.errors import StateConflict

LOCK = "streamhub.lock"
DATABASE = "streamhub.db"
KEYS = "keys"
MAIL_LOCK = "mail.lock"
DOCUMENTS = "documents"
MARK = ".demo"
RESTORING = ".restoring"


class DataFolder:
    """Where everything of one summit lies."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock: IO[str] | None = None

    @property
    def database(self) -> Path:
        """The SQLite file."""
        return self.path / DATABASE

    @property
    def keys(self) -> Path:
        """The private signing keys."""
        return self.path / KEYS

    @property
    def documents(self) -> Path:
        """What people send as proof with a request for access, until it is decided."""
        return self.path / DOCUMENTS

    @property
    def mail_lock(self) -> Path:
        """Held by whoever sends mails."""
        return self.path / MAIL_LOCK

    @property
    def restoring(self) -> Path:
        """There only while a backup is put in its place."""
        return self.path / RESTORING

    def create(self) -> None:
        """Make the folder, readable for its owner alone."""
        self.path.mkdir(parents=True, exist_ok=True, mode=0o700)

    def lock(self) -> None:
        """Become the one server of this folder; raises StateConflict when there is one."""
        lock = (self.path / LOCK).open("a+", encoding="utf-8")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            lock.close()
            raise StateConflict(f"{self.path}: another server runs on this folder") from None
        self._lock = lock

    def announce(self, url: str) -> None:
        """Write down where the server answers, for commands that run beside it."""
        if self._lock is None:
            raise StateConflict(f"{self.path}: not locked")
        self._lock.seek(0)
        self._lock.truncate()
        json.dump({"pid": os.getpid(), "url": url}, self._lock)
        self._lock.flush()

    def url(self) -> str | None:
        """Where the last server of this folder answered, None if there was none."""
        try:
            found = json.loads((self.path / LOCK).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None
        return str(found["url"]) if isinstance(found, dict) and "url" in found else None

    def unlock(self) -> None:
        """Let another server begin."""
        if self._lock is not None:
            self._lock.close()
            self._lock = None


def to_disk(path: Path) -> None:
    """What was written to a file, or made and renamed in a folder, survives a power cut from here on."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
