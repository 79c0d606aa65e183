"""``serve`` and ``migrate``."""

import asyncio
import contextlib
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from streamhub.cli import config_option
from streamhub.cli.folder import settings_of
from streamhub.kit import log
from streamhub.kit.folder import DataFolder
from streamhub.server import addressed, bind, prepare
from streamhub.server import serve as serve_until
from streamhub.services import Services

READY = "streamhub ready"


@click.command()
@config_option
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port", default=8080, show_default=True, type=click.IntRange(0, 65535), help="0 takes a free one."
)
@click.option(
    "--workers", default=1, type=click.IntRange(1, 1), help="One process; more need a shared back end."
)
@click.option("--no-migrate", is_flag=True, help="Refuse to start on an old schema instead of updating it.")
@click.option(
    "--accept-clock", is_flag=True, help="Start though the clock is before the last stored instant."
)
def serve(config: Path | None, data: Path, host: str, port: int, **options: Any) -> None:  # noqa: ANN401
    """Serve the summit of the data folder."""
    folder = DataFolder(data)
    folder.create()
    folder.lock()
    try:
        prepare(folder, may_migrate=not options["no_migrate"])
        run_server(
            folder,
            config,
            bind(host, port),
            accept_clock=options["accept_clock"],
        )
    finally:
        folder.unlock()


@click.command()
@config_option
def migrate(config: Path | None, data: Path) -> None:
    """Bring the database to the newest schema."""
    settings_of(config, DataFolder(data))
    prepare(DataFolder(data))
    click.echo("the database has the newest schema")


def local_host(host: str) -> str:
    """How this machine itself reaches what listens on ``host``."""
    if host in {"0.0.0.0", "::"}:  # noqa: S104 - compared, not bound
        return "127.0.0.1"
    return f"[{host}]" if ":" in host else host


def run_server(
    folder: DataFolder,
    config: Path | None,
    sock: Any,  # noqa: ANN401 - a bound socket
    *,
    before_ready: Callable[[Services], None] | None = None,
    accept_clock: bool = False,
) -> None:
    """Serve on a bound socket until SIGTERM or SIGINT; one line says when people may come."""
    host, port = sock.getsockname()[:2]
    settings = addressed(settings_of(config, folder), host, port)
    log.configure(settings.log_level)

    def on_ready(use: Services) -> None:
        if before_ready is not None:
            before_ready(use)
        click.echo(f"{READY} http://{local_host(host)}:{port}")

    async def until_stopped() -> None:
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stop.set)
        await serve_until(folder, settings, sock, stop=stop, on_ready=on_ready, accept_clock=accept_clock)

    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(until_stopped())
