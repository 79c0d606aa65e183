"""The port: nobody waits there for ever with half a request, and who comes when files run out is refused."""

import asyncio
import contextlib
import resource
import socket
from http import HTTPStatus

from aiohttp import web

from streamhub.handlers.errors import RETRY_AFTER_STORAGE
from streamhub.kit.log import get_logger

log = get_logger(__name__)

SPARE_FILES = 48  # that connections leave for the database, pages and pictures
_HEAD_ENDS = b"\r\n\r\n"
_REFUSED = (
    f"HTTP/1.1 503 {HTTPStatus.SERVICE_UNAVAILABLE.phrase}\r\nRetry-After: {RETRY_AFTER_STORAGE}\r\n"
    "Content-Length: 0\r\nConnection: close\r\n\r\n"
).encode()


class GuardedSite(web.BaseSite):
    """A bound socket whose every connection passes a Doorman first."""

    def __init__(
        self, runner: web.AppRunner, sock: socket.socket, *, backlog: int, head_seconds: float
    ) -> None:
        super().__init__(runner, backlog=backlog)
        self._sock = sock
        self._head_seconds = head_seconds
        self._most = take_files() - SPARE_FILES

    @property
    def name(self) -> str:
        """Where it listens."""
        host, port = self._sock.getsockname()[:2]
        return f"http://{host}:{port}"

    async def start(self) -> None:
        """Listen."""
        await super().start()
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(self._doorman, sock=self._sock, backlog=self._backlog)

    def _doorman(self) -> asyncio.Protocol:
        server = self._runner.server
        assert server is not None  # noqa: S101 - a site starts after its runner
        return Doorman(server(), self._most, self._head_seconds)


class Doorman(asyncio.Protocol):
    """Stands before the protocol of one connection until its first request's head is whole, then leaves.

    The system gives a new connection the lowest free number, so the number says how many are
    in use: from ``most`` on the connection is refused (503, Retry-After).
    """

    __slots__ = ("_inner", "_most", "_seconds", "_tail", "_timer", "_transport")

    def __init__(self, inner: asyncio.Protocol, most: int, seconds: float) -> None:
        self._inner: asyncio.Protocol | None = inner
        self._most = most
        self._seconds = seconds
        self._tail = b""
        self._timer: asyncio.TimerHandle | None = None
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Let in or refuse."""
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - a server's are
        self._transport = transport
        if transport.get_extra_info("socket").fileno() >= self._most or self._inner is None:
            self._inner = None
            transport.write(_REFUSED)
            transport.close()
            return
        self._timer = asyncio.get_running_loop().call_later(self._seconds, transport.abort)
        self._inner.connection_made(transport)

    def data_received(self, data: bytes) -> None:
        """Hand on what came; with the end of the head nobody stands between any more."""
        if self._inner is None or self._transport is None:
            return
        seen = self._tail + data
        if _HEAD_ENDS in seen:
            self._leave()
            self._transport.set_protocol(self._inner)
        self._tail = seen[1 - len(_HEAD_ENDS) :]
        self._inner.data_received(data)

    def eof_received(self) -> bool | None:
        """Hand on."""
        return self._inner.eof_received() if self._inner is not None else None

    def pause_writing(self) -> None:
        """Hand on."""
        if self._inner is not None:
            self._inner.pause_writing()

    def resume_writing(self) -> None:
        """Hand on."""
        if self._inner is not None:
            self._inner.resume_writing()

    def connection_lost(self, exc: Exception | None) -> None:
        """Hand on."""
        self._leave()
        if self._inner is not None:
            self._inner.connection_lost(exc)

    def _leave(self) -> None:
        if self._timer is not None:
            self._timer.cancel()


def take_files() -> int:
    """Allow this process as many open files as the system lets it have; answers how many those are."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard not in {resource.RLIM_INFINITY, soft}:
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    log.info("open files", most=most)
    return most
