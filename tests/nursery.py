"""Starts ``streamhub …`` by a fork of a process that has imported it already: that takes a second each time.

Run as a program this file is that process; it knows no test and has no threads. Programs that are started
otherwise (under strace, from the wheel, by the Procfile) are started for real by whoever tests that.
"""

import asyncio
import atexit
import gc
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

import click

from streamhub.cli import cli, main

MESSAGE = 200_000


class Child:
    """One process, as ``asyncio.subprocess.Process`` shows it."""

    def __init__(self, pid: int, stdout: asyncio.StreamReader, stderr: asyncio.StreamReader | None) -> None:
        self.pid = pid
        self.stdout = stdout
        self.stderr = stderr
        self.returncode: int | None = None
        self._ended = asyncio.Event()
        self._watch = os.pidfd_open(pid)
        asyncio.get_running_loop().add_reader(self._watch, self._settle)

    def kill(self) -> None:
        """``kill -9``."""
        self.send_signal(signal.SIGKILL)

    def send_signal(self, number: int) -> None:
        """Send a signal to a process that has not ended."""
        if self.returncode is None:
            os.kill(self.pid, number)

    async def wait(self) -> int:
        """The exit code, or minus the signal that ended it."""
        await self._ended.wait()
        assert self.returncode is not None
        return self.returncode

    async def communicate(self) -> tuple[bytes, bytes]:
        """What it prints until its end, and its errors; only of one that was given a ``stdin``."""
        assert self.stderr is not None
        out, err, _ = await asyncio.gather(self.stdout.read(), self.stderr.read(), self.wait())
        return out, err

    def _settle(self) -> None:
        asyncio.get_running_loop().remove_reader(self._watch)
        os.close(self._watch)
        self.returncode = int(_asked({"ended": self.pid}))
        self._ended.set()


async def born(
    arguments: Sequence[str], environment: Mapping[str, str], log: int | None, stdin: bytes | None = None
) -> Child:
    """Start ``streamhub …``; its errors go to the file ``log``, None: to ours. With ``stdin``: to a pipe."""
    into, given = os.pipe()
    out, stdout = os.pipe()
    err, stderr = os.pipe() if stdin is not None else (None, os.dup(2 if log is None else log))
    os.write(given, stdin or b"")  # less than a pipe holds
    os.close(given)
    order = {"arguments": list(arguments), "environment": dict(environment), "folder": str(Path.cwd())}
    pid = int(_asked(order, into, stdout, stderr))
    for mine in (into, stdout, stderr):
        os.close(mine)
    return Child(pid, await _reader(out), await _reader(err) if err is not None else None)


async def _reader(pipe: int) -> asyncio.StreamReader:
    reader = asyncio.StreamReader()
    protocol = asyncio.StreamReaderProtocol(reader)
    await asyncio.get_running_loop().connect_read_pipe(lambda: protocol, os.fdopen(pipe, "rb", 0))
    return reader


def _asked(order: Mapping[str, object], *files: int) -> bytes:
    line = _line()
    socket.send_fds(line, [json.dumps(order).encode()], files)
    return line.recv(MESSAGE)


@cache
def _line() -> socket.socket:
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    command = [sys.executable, "-m", "tests.nursery", str(theirs.fileno())]
    nursery = subprocess.Popen(command, pass_fds=[theirs.fileno()])
    theirs.close()

    def end() -> None:
        ours.close()
        nursery.wait()

    atexit.register(end)
    return ours


def _serve(line: socket.socket) -> list[str] | None:
    """Fork whenever asked. Answers the arguments in each child, None here at the end."""
    while True:
        message, files, _, _ = socket.recv_fds(line, MESSAGE, 3)
        if not message:
            return None
        order = json.loads(message)
        if "ended" in order:
            _, status = os.waitpid(order["ended"], 0)
            line.send(str(os.waitstatus_to_exitcode(status)).encode())
        elif pid := os.fork():
            for file in files:
                os.close(file)
            line.send(str(pid).encode())
        else:
            line.close()
            for number, file in enumerate(files):
                os.dup2(file, number)
                os.close(file)
            os.chdir(order["folder"])
            os.environ.clear()
            os.environ.update(order["environment"])
            return list(order["arguments"])


if __name__ == "__main__":
    context = click.Context(cli)
    for name in cli.list_commands(context):
        cli.get_command(context, name)
    gc.freeze()
    asked = _serve(socket.socket(fileno=int(sys.argv[1])))
    if asked is not None:
        sys.argv = ["streamhub", *asked]
        main()
