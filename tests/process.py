"""The real program in a process of its own: started, asked, stopped, killed."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import IO, Any

from tests.nursery import Child, born
from tests.waiting import PATIENCE

PROGRAM = (sys.executable, "-m", "streamhub")
READY = "streamhub ready "
ENVIRONMENT = {k: v for k, v in os.environ.items() if not k.startswith("STREAMHUB_")}


class Server:
    """One running server; ``url`` is where it answers, ``printed`` what it said before."""

    def __init__(self, process: asyncio.subprocess.Process | Child, url: str, printed: list[str]) -> None:
        self.process = process
        self.url = url
        self.printed = printed

    def kill(self) -> None:
        """``kill -9``."""
        self.process.kill()

    async def stop(self) -> int:
        """SIGTERM, and the exit code."""
        if self.process.returncode is None:
            self.process.send_signal(signal.SIGTERM)
        return await asyncio.wait_for(self.process.wait(), PATIENCE)


async def start(
    *arguments: str,
    log: IO[bytes] | None = None,
    program: Sequence[str] = PROGRAM,
    **environment: str,
) -> Server:
    """Start ``streamhub …`` and wait until people may come; its log goes to ``log``, else to ours.

    ``program`` is what is run in its place, such as strace.
    """
    process: asyncio.subprocess.Process | Child
    if program is PROGRAM and "LD_PRELOAD" not in environment:
        process = await born(arguments, ENVIRONMENT | environment, log.fileno() if log else None)
    else:
        pipe, env = asyncio.subprocess.PIPE, ENVIRONMENT | environment
        process = await asyncio.create_subprocess_exec(*program, *arguments, stdout=pipe, stderr=log, env=env)
    assert process.stdout is not None
    printed: list[str] = []
    while True:
        line = (await asyncio.wait_for(process.stdout.readline(), 3 * PATIENCE)).decode()
        if not line:
            raise AssertionError(f"the server ended with {await process.wait()} after {printed}")
        if line.startswith(READY):
            return Server(process, line.removeprefix(READY).strip(), printed)
        printed.append(line.rstrip("\n"))


@asynccontextmanager
async def running(
    *arguments: str,
    log: IO[bytes] | None = None,
    program: Sequence[str] = PROGRAM,
    **environment: str,
) -> AsyncIterator[Server]:
    """A server that is stopped at the end, whatever happens."""
    server = await start(*arguments, log=log, program=program, **environment)
    try:
        yield server
    finally:
        if server.process.returncode is None:
            server.kill()
            await server.process.wait()


async def streamhub(*arguments: str, check: bool = True, stdin: bytes = b"", **environment: str) -> str:
    """Run one command to its end; answers its standard output."""
    process = await born(arguments, ENVIRONMENT | environment, None, stdin)
    out, err = await asyncio.wait_for(process.communicate(), 2 * PATIENCE)
    if check and process.returncode != 0:
        raise AssertionError(f"streamhub {arguments} exited {process.returncode}: {err.decode()}")
    return out.decode()


async def invite(data: Path, role: str, *options: str, **environment: str) -> list[dict[str, Any]]:
    """Issue invitations on the command line."""
    text = await streamhub(
        "invite", "issue", "--role", role, "--data", str(data), "--json", *options, **environment
    )
    found = json.loads(text)
    rows: list[dict[str, Any]] = found["items"] if isinstance(found, dict) else found
    return rows
