"""The command line. Every command takes ``--config FILE`` and ``--data DIR``."""

import asyncio
import sys
from collections.abc import Coroutine
from importlib import import_module
from pathlib import Path
from typing import Any, TypeVar

import click

from streamhub.kit.errors import StreamhubError

T = TypeVar("T")

_COMMANDS = {
    "demo": ("streamhub.cli.demo", "demo"),
    "serve": ("streamhub.cli.serve", "serve"),
    "migrate": ("streamhub.cli.serve", "migrate"),
    "backup": ("streamhub.cli.backup", "backup"),
    "restore": ("streamhub.cli.backup", "restore"),
    "summit": ("streamhub.cli.summit", "summit"),
    "invite": ("streamhub.cli.invite", "invite"),
    "keys": ("streamhub.cli.keys", "keys"),
    "token": ("streamhub.cli.token", "token"),
    "import": ("streamhub.cli.imports", "import_"),
    "report": ("streamhub.cli.report", "report"),
    "privacy": ("streamhub.cli.privacy", "privacy"),
    "watch": ("streamhub.cli.watch", "watch"),
    "rehearse": ("streamhub.cli.rehearse", "rehearse"),
    "doctor": ("streamhub.cli.doctor", "doctor"),
    "config": ("streamhub.cli.config", "config"),
}


class _Lazy(click.Group):
    """Commands are imported when they are called: ``--help`` and ``serve`` start fast."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in _COMMANDS:
            return None
        module, name = _COMMANDS[cmd_name]
        command: click.Command = getattr(import_module(module), name)
        return command


@click.command(cls=_Lazy, context_settings={"help_option_names": ["--help"]})
@click.version_option(package_name="streamhub")
def cli() -> None:
    """streamhub: one small server for hybrid summits."""


def run(work: Coroutine[Any, Any, T]) -> T:
    """Run one command's work to its end."""
    return asyncio.run(work)


def main() -> None:
    """Exit 0 done, 1 refused or failed with one clear line on stderr, 2 wrong usage.

    What is refused ends with its code, as an answer over HTTP has it.
    """
    try:
        cli(standalone_mode=True)
    except StreamhubError as error:
        click.echo(f"streamhub: {error} ({error.code})", err=True)
        sys.exit(1)
    except BrokenPipeError:
        sys.exit(0)
    except OSError as error:  # a file or folder that cannot be read or written
        where = f"{error.filename}: " if error.filename else ""
        click.echo(f"streamhub: {where}{error.strerror or error}", err=True)
        sys.exit(1)


def config_option(command: Any, data: str = "data") -> Any:  # noqa: ANN401 - click's decorators are untyped here
    """The two options that every command takes; ``data`` is the folder where none is named."""
    command = click.option(
        "--data",
        type=click.Path(path_type=Path, file_okay=False),
        default=Path(data),
        envvar="STREAMHUB_DATA",
        show_default=True,
        help="Data folder: one folder, one summit.",
    )(command)
    return click.option(
        "--config",
        "config",
        type=click.Path(path_type=Path, dir_okay=False),
        help="Settings file (TOML); a missing one is an error.",
    )(command)
