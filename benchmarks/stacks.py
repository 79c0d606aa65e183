"""Servers to be measured: the limit in C, the peers, the product; each on fresh ports on one core."""

import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.build import ENVIRONMENT, HERE, ROOT, limit_program, peers_python
from benchmarks.machine import SERVER_CORE, pin
from benchmarks.summit import ISSUER, SLUG, Folder

LIMIT, AIOHTTP, WEBSOCKETS, STARLETTE, CHANNELS = (
    "C",
    "aiohttp_plain",
    "websockets_broadcast",
    "starlette",
    "channels",
)
PRODUCT = "streamhub"
_SCRIPTS = {
    AIOHTTP: "aiohttp_plain.py",
    WEBSOCKETS: "websockets_broadcast.py",
    STARLETTE: "starlette_uvicorn.py",
    CHANNELS: "channels_memory.py",
}
MARKER = "@@round@@"
FRAME_BYTES = 200
KEY = "dGhlIHNhbXBsZSBub25jZQ=="  # of RFC 6455: the limit knows the answer to this one only
SETTLE_SECONDS = {PRODUCT: 0.5}  # it has clocks of its own; the others have nothing to catch up with


class StartFailed(Exception):
    """A server ended before it was ready."""


@dataclass(frozen=True, slots=True)
class Server:
    """One running server. ``broadcast`` is a request that sends one marked text frame to every page."""

    name: str
    process: subprocess.Popen[str]
    port: int
    control_port: int
    path: str
    broadcast: str

    @property
    def pid(self) -> int:
        """Whose CPU and memory count."""
        return self.process.pid

    @property
    def handshake(self) -> str:
        """The opening of a page; @TOKEN@ stands for its token."""
        return (
            f"GET {self.path} HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\nUpgrade: websocket\r\n"
            "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
            f"Sec-WebSocket-Key: {KEY}\r\n"
            "Sec-WebSocket-Protocol: streamhub.v1.json\r\nAuthorization: Bearer @TOKEN@\r\n\r\n"
        )


def http(method: str, path: str, port: int, body: str, token: str = "") -> str:
    """One HTTP/1.1 request as text."""
    bearer = f"Authorization: Bearer {token}\r\n" if token else ""
    return (
        f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n{bearer}Content-Type: application/json\r\n"
        f"Content-Length: {len(body.encode())}\r\n\r\n{body}"
    )


def notice_text() -> str:
    """So many words that the whole notice is a frame of 200 bytes."""
    return MARKER + "x" * (FRAME_BYTES - len(_notice(MARKER)))


def _notice(text: str) -> str:
    return f'{{"type":"notice","text":"{text}","lang":"fr"}}'


@contextmanager
def running(name: str, folder: Folder, work: Path, launcher: Sequence[str] = ()) -> Iterator[Server]:
    """A server of its own until the end of the block; ``launcher`` starts the product in another way."""
    with (work / f"{name}.log").open("w") as log:
        process = _start(name, folder, work, log.fileno(), launcher)
        try:
            yield _ready(name, process, folder)
        finally:
            process.kill()
            process.communicate()


@contextmanager
def all_running(names: Sequence[str], folder: Folder, work: Path) -> Iterator[list[Server]]:
    """Several servers side by side, in the order of their names, asleep but for who is ``awake``."""
    with ExitStack() as stack:
        servers = []
        for name in names:
            servers.append(stack.enter_context(running(name, folder, work)))
            servers[-1].process.send_signal(signal.SIGSTOP)
        yield servers


@contextmanager
def awake(server: Server) -> Iterator[None]:
    """Wake one server and no other: the heartbeat of one must not cost the others anything.

    What came due while it slept is done before the block begins.
    """
    server.process.send_signal(signal.SIGCONT)
    time.sleep(SETTLE_SECONDS.get(server.name, 0.1))
    try:
        yield
    finally:
        server.process.send_signal(signal.SIGSTOP)


def _start(name: str, folder: Folder, work: Path, log: int, launcher: Sequence[str]) -> subprocess.Popen[str]:
    environment = ENVIRONMENT | {"BENCH_KEY": folder.key, "BENCH_ISSUER": ISSUER, "STREAMHUB_ISSUER": ISSUER}
    process = subprocess.Popen(
        _command(name, folder, work, launcher),
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=log,
        text=True,
        start_new_session=True,
    )
    pin(process.pid, SERVER_CORE)
    return process


def _command(name: str, folder: Folder, work: Path, launcher: Sequence[str]) -> list[str]:
    if name == LIMIT:
        return [str(limit_program())]
    if name in _SCRIPTS:
        return [str(peers_python()), str(HERE / "peers" / _SCRIPTS[name])]
    data = folder.copy(work / f"{name}-data-{len(list(work.glob('*-data-*')))}")
    program = launcher or ("-m", "streamhub")
    return [sys.executable, *program, "serve", "--port", "0", "--data", str(data)]


def _ready(name: str, process: subprocess.Popen[str], folder: Folder) -> Server:
    """Wait for the line that says where it listens."""
    assert process.stdout is not None
    for line in process.stdout:
        if line.startswith("streamhub ready "):
            return _product(name, process, int(line.rpartition(":")[2]), folder)
        if line.startswith("ready "):
            port, control = (int(word) for word in line.split()[1:])
            broadcast = http("POST", "/broadcast", control, _notice(notice_text()))
            return Server(name, process, port, control, "/live", broadcast)
    raise StartFailed(f"{name} ended with {process.wait()}; its log is beside its data")


def _product(name: str, process: subprocess.Popen[str], port: int, folder: Folder) -> Server:
    path = f"/api/v1/sessions/{SLUG}/notices"
    body = f'{{"text":"{notice_text()}","lang":"fr"}}'
    broadcast = http("POST", path, port, body, folder.moderators[0])
    return Server(name, process, port, port, f"/api/v1/live?session={SLUG}", broadcast)


def switches(server: Server, folder: Folder) -> list[str]:
    """Requests of the product that put the second source on, then the first again."""
    path = f"/api/v1/sessions/{SLUG}/source"
    first, second = (f'{{"id":"{source}"}}' for source in folder.sources)
    return [http("PUT", path, server.port, body, folder.moderators[0]) for body in (second, first)]
