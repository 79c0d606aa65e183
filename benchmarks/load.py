"""The generator as an object: pages that join, messages that go round, frames that are counted."""

import json
import subprocess
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from benchmarks.build import generator_program
from benchmarks.machine import LOAD_CORE, pin
from benchmarks.stacks import Server

KINDS = (
    "welcome",
    "count",
    "presence_diff",
    "presence_state",
    "source",
    "state",
    "notice",
    "waiting",
    "closing",
)


WINDOW = 4  # rounds under way


class LoadFailed(Exception):
    """The load could not be made, or was not answered as it must be."""


class Load:
    """The pages of one server. Kept open between measurements; quiet unless it is asked."""

    def __init__(self, server: Server, folder: Path, tokens: Path) -> None:
        self.server = server
        self.pages = 0
        self._folder = folder
        request = folder / f"{server.name}.handshake"
        request.write_text(server.handshake)
        ports = [str(server.port), str(server.control_port)]
        self._process = subprocess.Popen(
            [str(generator_program()), *ports, str(request), str(tokens), *KINDS],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            bufsize=1,
            start_new_session=True,
        )
        pin(self._process.pid, LOAD_CORE)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._process.kill()
        self._process.communicate()

    def join(self, count: int, *, window: int = 100, rate: int = 0) -> dict[str, Any]:
        """Open ``count`` more pages, ``window`` at once or ``rate`` a second; all must be welcomed."""
        said = self._ask(f"join {count} {window} {rate}")
        self.pages += said["joined"]
        if said["failed"]:
            raise LoadFailed(f"{self.server.name}: {said['failed']} of {count} pages were not welcomed")
        return said

    def rounds(
        self, seconds: float, marker: str, requests: list[str], *, most: int = 100_000, window: int = WINDOW
    ) -> dict[str, Any]:
        """Send requests that reach every page for some seconds; each page must get each of them once."""
        files = []
        for number, text in enumerate(requests):
            file = self._folder / f"{self.server.name}.{number}.request"
            file.write_bytes(text.encode())
            files.append(str(file))
        said = self._ask(f"rounds {seconds} {most} {window} {marker} {' '.join(files)}")
        if said["inexact"] or said["refused"] or said["pages"] != self.pages:
            raise LoadFailed(f"{self.server.name}: {said}")
        return said

    def own_limit(self, marker: str, request: str, count: int = 6) -> float:
        """Frames per second that this generator could take; for a server that answers when all is sent."""
        file = self._folder / f"{self.server.name}.limit.request"
        file.write_bytes(request.encode())
        said = self._ask(f"limit {count} {WINDOW} {marker} {file}")
        return float(said["frames"] / said["seconds"])

    def requests(self, count: int, request: str, *, window: int = 32) -> dict[str, Any]:
        """Send ``count`` requests, @TOKEN@ in turn by each person; all must be answered well."""
        file = self._folder / f"{self.server.name}.requests"
        file.write_bytes(request.encode())
        said = self._ask(f"requests {count} {window} {file}")
        if said["refused"] or said["answered"] != count:
            raise LoadFailed(f"{self.server.name}: {said}")
        return said

    def watch(self, seconds: float) -> dict[str, Any]:
        """Listen; answers how many frames of each kind came since the last time."""
        return self._ask(f"watch {seconds}")

    def _ask(self, line: str) -> dict[str, Any]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        if not answer:
            raise LoadFailed(f"{self.server.name}: the generator ended on {line!r}")
        said: dict[str, Any] = json.loads(answer)
        return said
