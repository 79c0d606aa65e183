"""Start and stop: schema first, then the ledger's recovery, then the port; the reverse at the end."""

import asyncio
import gc
import socket
from collections.abc import Callable
from dataclasses import replace
from urllib.parse import urlsplit

from aiohttp import web

from streamhub import composition
from streamhub.handlers.app import build_app
from streamhub.handlers.doorman import GuardedSite
from streamhub.kit.clock import SystemClock
from streamhub.kit.errors import SettingInvalid, StateConflict
from streamhub.kit.folder import DataFolder
from streamhub.kit.log import get_logger
from streamhub.kit.settings import Settings
from streamhub.kit.tasks import every
from streamhub.migrations import head, migrate, revision_of, revisions
from streamhub.services import Services

log = get_logger(__name__)

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
BACKLOG = 1024
FROZEN_GENERATIONS = (50_000, 100, 50)  # 10,000 joins: p99 34 ms instead of 260 ms (docs/performance.md)
CALM_SECONDS = 5.0
BEHIND_MS = 1_000
IDLE_SECONDS = 75  # between two requests on one connection; longer than proxies keep theirs (nginx: 60)


def bind(host: str, port: int) -> socket.socket:
    """Reserve the address without listening yet: nobody may connect before the schema is safe."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_STREAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        sock.bind((host, port))
    except OSError as error:
        sock.close()
        raise StateConflict(f"cannot listen on {host}:{port}: {error.strerror}") from None
    return sock


def addressed(settings: Settings, host: str, port: int) -> Settings:
    """The settings with the public address and issuer that follow from host and port.

    Raises SettingInvalid for a host that others can reach without ``public_url``.
    """
    if not settings.public_url:
        if host not in LOOPBACK:
            raise SettingInvalid("public_url: must be set when --host is not this machine alone")
        settings = replace(settings, public_url=f"http://127.0.0.1:{port}")
    return settings if settings.issuer else replace(settings, issuer=settings.public_url)


def prepare(folder: DataFolder, *, may_migrate: bool = True) -> None:
    """Make folder and schema ready; raises StateConflict for an old schema that may not be changed."""
    folder.create()
    if folder.restoring.exists():
        raise StateConflict(f"{folder.path}: a restore was interrupted here: restore again, with --replace")
    there = revision_of(folder.database)
    if there is not None and there not in revisions():
        raise StateConflict(f"{folder.database}: of a newer streamhub (schema {there}): upgrade this program")
    if there != head():
        if not may_migrate:
            raise StateConflict("the database is not at the newest schema: run `streamhub migrate`")
        migrate(folder.database)


class Tidy:
    """Collects what became old, once nobody comes any more.

    With 10,000 pages that keeps the loop for half a second: left to the collector it happens in
    the middle of the storm that brings them.
    """

    def __init__(self) -> None:
        self._seen = 0

    async def look(self) -> None:
        """Collect if there is something, and no more of it than at the last look."""
        _, middle, _ = gc.get_count()
        if middle and middle == self._seen:
            gc.collect(1)
        self._seen = middle


async def serve(
    folder: DataFolder,
    settings: Settings,
    sock: socket.socket,
    *,
    stop: asyncio.Event,
    on_ready: Callable[[Services], None],
    accept_clock: bool = False,
) -> None:
    """Serve until ``stop`` is set; ``on_ready`` is called once people may come."""
    use = await composition.build(folder, settings, SystemClock())
    try:
        await _check_clock(use, accept_clock=accept_clock)
        await use.start()
        app = build_app(use)
        runner = web.AppRunner(
            app,
            access_log=None,
            handle_signals=False,
            shutdown_timeout=2,
            handler_cancellation=False,
            keepalive_timeout=IDLE_SECONDS,
        )
        await runner.setup()
        site = GuardedSite(runner, sock, backlog=BACKLOG, head_seconds=settings.head_seconds)
        await site.start()
        gc.collect()
        gc.freeze()
        gc.set_threshold(*FROZEN_GENERATIONS)
        use.tasks.spawn("garbage", lambda: every(CALM_SECONDS, Tidy().look))
        folder.announce(settings.public_url)
        on_ready(use)
        await stop.wait()
        log.info("draining")
        await _drain(use, site)
        await runner.cleanup()
    finally:
        await use.close()


async def _check_clock(use: Services, *, accept_clock: bool) -> None:
    last = await use.attendance.last_instant()
    behind = last - use.clock.now()
    if behind > BEHIND_MS and not accept_clock:
        raise StateConflict(
            f"this machine's clock is {behind // 1000} s before the last stored instant; "
            "mend the clock, or start with --accept-clock"
        )


async def _drain(use: Services, site: web.BaseSite) -> None:
    """Nobody new; everybody told when to come back; every open stay marked as our restart."""
    use.draining = True
    await site.stop()
    await use.live.drain()
    await use.tasks.cancel()


def is_loopback(url: str) -> bool:
    """Whether an address names this machine."""
    return urlsplit(url).hostname in LOOPBACK
