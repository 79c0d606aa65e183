"""A data folder with one session that is live now and its people; ``summit_work`` makes it."""

import hashlib
import json
import shutil
import subprocess
import sys
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from benchmarks.build import CACHE, ENVIRONMENT, HERE, ROOT, BuildFailed

SLUG = "main"
ISSUER = "https://bench.invalid"
STAGES = ("access", "programme", "migrations", "kit")  # what a stored folder depends on


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder that was prepared: copy ``data`` for each server."""

    path: Path
    moderators: tuple[str, ...]
    communications: str
    key: str
    sources: tuple[str, ...]

    @property
    def tokens(self) -> Path:
        """A token of a delegate on each line."""
        return self.path / "tokens"

    def copy(self, to: Path) -> Path:
        """A data folder of its own for one server."""
        shutil.copytree(self.path / "data", to)
        return to


def prepared(people: int) -> Folder:
    """A folder for so many delegates; kept for the day, until the code that makes it changes."""
    name = f"summit-{people}-{today()}-{_digest()}"
    path = CACHE / name
    if not (path / "staff.json").exists():
        print(f"inviting {people:,} people …", flush=True)
        for old in CACHE.glob(f"summit-{people}-*"):
            shutil.rmtree(old)
        environment = ENVIRONMENT | {"STREAMHUB_ISSUER": ISSUER, "STREAMHUB_PUBLIC_URL": ISSUER}
        command = [sys.executable, "-m", "benchmarks.summit_work", str(path), str(people)]
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
        if done.returncode:
            raise BuildFailed(done.stderr[-2000:])
    staff = json.loads((path / "staff.json").read_text())
    return Folder(
        path, tuple(staff["moderators"]), staff["communications"], staff["key"], tuple(staff["sources"])
    )


def today() -> date:
    """The day of the summit, in its time zone."""
    return datetime.now(UTC).date()


def _digest() -> str:
    made = hashlib.sha256((HERE / "summit_work.py").read_bytes())
    for stage in STAGES:
        for file in sorted((ROOT / "streamhub" / stage).rglob("*.py")):
            made.update(file.read_bytes())
    return made.hexdigest()[:12]
