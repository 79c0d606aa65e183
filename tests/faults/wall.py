"""A wall clock that somebody moves while streamhub runs; the monotonic clock goes on.

Where there is a C compiler the program's own calls of the system are answered (``wall.c``, preloaded),
else the functions of Python's ``time`` are. ``python -m tests.faults.wall serve …`` is the latter.
"""

import mmap
import os
import shutil
import struct
import subprocess
import sys
import time
from pathlib import Path

from tests.process import PROGRAM

OFFSET = struct.Struct("=q")
BILLION = 1_000_000_000


class Wall:
    """How far the wall clock of one program is off, and how to start that program."""

    def __init__(self, folder):
        self.file = folder / "offset"
        self.turn(seconds=0)
        self.environment = {"WALL_OFFSET": str(self.file)}
        self.program = (sys.executable, "-m", "tests.faults.wall")
        compiler = shutil.which("cc")
        if compiler:
            library = folder / "wall.so"
            source = Path(__file__).with_name("wall.c")
            subprocess.run([compiler, "-O1", "-shared", "-fPIC", "-o", library, source], check=True)
            self.environment["LD_PRELOAD"] = str(library)
            self.program = PROGRAM

    def turn(self, *, seconds):
        """Move the clock to so many seconds from the right time."""
        with self.file.open("r+b" if self.file.exists() else "wb") as file:
            file.write(OFFSET.pack(seconds))


def install(path):
    """Let Python's clock follow the file."""
    with Path(path).open("rb") as file:
        memory = mmap.mmap(file.fileno(), OFFSET.size, access=mmap.ACCESS_READ)
    really = time.time_ns  # noqa: TID251 - what is to be moved

    def time_ns():
        return really() + OFFSET.unpack_from(memory)[0] * BILLION

    time.time_ns = time_ns  # noqa: TID251 - the same
    time.time = lambda: time_ns() / BILLION  # noqa: TID251 - the same


if __name__ == "__main__":
    install(os.environ["WALL_OFFSET"])

    from streamhub.cli import main

    main()
