"""Where a command writes: the file of ``-o``, or standard output."""

from pathlib import Path

import click


def unless_dash(_context: click.Context, _parameter: click.Parameter, file: Path | None) -> Path | None:
    """A file to write, as an option gives it; None, that is standard output, for ``-``."""
    return None if file == Path("-") else file


def write(content: bytes, file: Path | None, *, private: bool = False) -> None:
    """Write a file, or standard output where there is none; a private one is its owner's alone."""
    if file is None:
        click.echo(content, nl=False)
        return
    if private:
        file.touch(mode=0o600)
        file.chmod(0o600)  # it may have been there before
    file.write_bytes(content)
