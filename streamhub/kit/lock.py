"""A lock between processes on one machine: held by an open file, gone with its holder."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from streamhub.kit.errors import StateConflict


@contextmanager
def held(path: Path, message: str) -> Iterator[None]:
    """Hold the lock meanwhile; raises StateConflict with ``message`` where somebody else does.

    The system frees it when the holder dies, however that happens.
    """
    with path.open("a", encoding="utf-8") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise StateConflict(message) from None
        yield
