"""One run of one benchmark."""

import time
from dataclasses import dataclass, field
from pathlib import Path


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
