"""One run of one benchmark."""

import json
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.build import ENVIRONMENT, ROOT, BuildFailed
from benchmarks.machine import SERVER_CORE, pin


@dataclass(frozen=True, slots=True)
class Bench:
    """How long it may be, where it writes; ``say`` shows that it goes on."""

    quick: bool
    work: Path
    began: float = field(default_factory=time.monotonic)

    def say(self, words: str) -> None:
        """One line of progress."""
        print(f"{time.monotonic() - self.began:6.1f} s  {words}", flush=True)

    def folder(self, name: str) -> Path:
        """A new folder for one part of the run."""
        made = self.work / name
        made.mkdir(parents=True)
        return made

    def apart(self, module: str, *arguments: str) -> dict[str, Any]:
        """What a program of ours measures in a process and on a core of its own; its last line is JSON."""
        process = subprocess.Popen(
            [sys.executable, "-m", f"benchmarks.{module}", *arguments],
            cwd=ROOT,
            env=ENVIRONMENT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        pin(process.pid, SERVER_CORE)
        said, wrong = process.communicate()
        if process.returncode:
            raise BuildFailed(wrong[-2000:])
        found: dict[str, Any] = json.loads(said.splitlines()[-1])
        return found
