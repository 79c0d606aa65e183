"""``backup`` and ``restore``."""

import sys
import tempfile
from importlib.metadata import version
from pathlib import Path

import click

from streamhub.cli import config_option, run
from streamhub.cli.folder import open_folder, wrote
from streamhub.cli.words import counted
from streamhub.kit.archive import FORMAT, Manifest, pack, unpack
from streamhub.kit.clock import SystemClock, rfc3339, to_datetime
from streamhub.kit.errors import NotFound, StateConflict
from streamhub.kit.folder import DataFolder
from streamhub.kit.restoring import restore as put_in_place
from streamhub.migrations import head, is_current, revision_of, revisions

SUFFIX = ".streamhub"
KIB, MIB = 1 << 10, 1 << 20


@click.command()
@config_option
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--keep", type=click.IntRange(1), help="FILE is a folder: name the backup by its instant, keep N of them."
)
def backup(config: Path | None, data: Path, file: Path, keep: int | None) -> None:
    """Write everything of the data folder into the new FILE, consistent while the server runs."""
    folder = _whole(DataFolder(data))
    target = file if keep is None else _named(file)
    about = Manifest(
        format=FORMAT,
        version=version("streamhub"),
        revision=revision_of(folder.database) or "",
        made_at=rfc3339(SystemClock().now()),
        files=(),
    )
    made = pack(folder, target, about, _Teller("copying"))
    if keep is not None:
        _drop_old(file, keep)
    if is_current(folder.database):  # an old schema stays old: this is the backup before its upgrade
        run(_write_down(config, data, made))
    click.echo(f"{target}: {_size(target.stat().st_size)}, {_what(made)}")


@click.command()
@config_option
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--check", is_flag=True, help="Say whether FILE is whole and can be restored; restore nothing.")
@click.option("--replace", is_flag=True, help="Move what is in the data folder aside, into a folder in it.")
def restore(config: Path | None, data: Path, file: Path, *, check: bool, replace: bool) -> None:
    """Make the data folder what it was when the backup FILE was made; the server must be stopped."""
    del config  # nothing in it matters here, and a folder that is broken must not be asked for settings
    tell = _Teller("checking")
    if check:
        with tempfile.TemporaryDirectory(prefix="streamhub-") as aside:
            found = unpack(file, Path(aside), revisions(), tell)
        click.echo(f"{file}: whole, {_what(found)}")
        return
    folder = DataFolder(data)
    stamp = f"{to_datetime(SystemClock().now()):%Y%m%dT%H%M%SZ}"
    done = put_in_place(file, folder, stamp, revisions(), tell, replace=replace)
    click.echo(f"{data}: restored, {_what(done.manifest)}")
    if done.manifest.revision != head():
        click.echo("its schema is older: `streamhub serve` brings it to the newest")
    if done.before is not None:
        click.echo(f"what was there lies in {done.before}: delete it, it holds names and keys")
    click.echo("links revoked and people erased since then are back: revoke and erase them again")


def _whole(folder: DataFolder) -> DataFolder:
    if folder.restoring.exists():
        raise StateConflict(f"{folder.path}: a restore was interrupted here: restore again, with --replace")
    if revision_of(folder.database) is None:
        raise NotFound(f"{folder.path}: no data here, so there is nothing to back up")
    return folder


def _named(folder: Path) -> Path:
    """A name that sorts by the instant, in a folder made for it."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder / f"{to_datetime(SystemClock().now()):%Y%m%dT%H%M%SZ}{SUFFIX}"


def _drop_old(folder: Path, keep: int) -> None:
    for old in sorted(folder.glob(f"*T*Z{SUFFIX}"))[:-keep]:
        old.unlink()


def _what(made: Manifest) -> str:
    return (
        f"{counted(len(made.files), 'file')}, {_size(made.bytes)} unpacked, schema {made.revision}, "
        f"made {made.made_at} by streamhub {made.version}"
    )


def _size(number: int) -> str:
    return f"{number / MIB:.1f} MiB" if number >= MIB else f"{-(-number // KIB)} KiB"


async def _write_down(config: Path | None, data: Path, made: Manifest) -> None:
    async with open_folder(config, data) as use:
        await wrote(use, "data.backup", files=len(made.files), bytes=made.bytes)


class _Teller:
    """How far it is, on one line of a terminal; silent where nobody looks."""

    def __init__(self, word: str) -> None:
        self._word = word
        self._shown = -1

    def __call__(self, done: int, whole: int) -> None:
        """Show whole percents, each once."""
        percent = 100 * done // whole if whole else 100
        if percent == self._shown or not sys.stderr.isatty():
            return
        self._shown = percent
        click.echo(f"\r{self._word} {percent:3d} %", err=True, nl=percent == 100)  # noqa: PLR2004 - all of it
