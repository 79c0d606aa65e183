"""A backup put in the place of a data folder's content: whole or not at all, and nothing is deleted."""

import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from streamhub.kit.archive import Manifest, unpack
from streamhub.kit.errors import StateConflict
from streamhub.kit.folder import DATABASE, LOCK, MAIL_LOCK, DataFolder, to_disk
from streamhub.kit.lock import held
from streamhub.kit.snapshot import Progress

UNPACKING = ".unpacking"
BEFORE = "before-restore-"
UNFINISHED = "unfinished"
LOCKS = frozenset({LOCK, MAIL_LOCK})


@dataclass(frozen=True, slots=True)
class Restored:
    """What was put in place, and where that which was there lies now, if anything was."""

    manifest: Manifest
    before: Path | None


def restore(
    file: Path, folder: DataFolder, stamp: str, revisions: Iterable[str], progress: Progress, *, replace: bool
) -> Restored:
    """Make ``folder`` what it was when the backup was made. Raises StateConflict.

    A running server refuses it, and so does a folder with anything in it, unless it may be
    replaced: then what is there moves into a folder of its own. Nothing moves before the whole
    backup was unpacked and checked; from then on ``.restoring`` says so to whoever would start.
    """
    folder.create()
    with _alone(folder):
        there = _content(folder)
        if there and not replace:
            raise StateConflict(
                f"{folder.path}: is not empty; with --replace what is there moves to {BEFORE}{stamp}/ in it"
            )
        manifest = _unpacked(file, folder, revisions, progress)
        before = folder.path / f"{BEFORE}{stamp}" if there else None
        if before is not None:
            before.mkdir(mode=0o700)
        _begin(folder, before)
        if before is not None:
            _move((file for file in there if file != folder.restoring), before)
        _put_in_place(folder)
    return Restored(manifest, before)


def _unpacked(file: Path, folder: DataFolder, revisions: Iterable[str], progress: Progress) -> Manifest:
    unpacking = folder.path / UNPACKING
    shutil.rmtree(unpacking, ignore_errors=True)  # of a restore that was killed before it moved anything
    unpacking.mkdir(mode=0o700)
    try:
        return unpack(file, unpacking, revisions, progress)
    except BaseException:
        shutil.rmtree(unpacking, ignore_errors=True)
        raise


def _begin(folder: DataFolder, before: Path | None) -> None:
    """From here on ``.restoring`` is there; what a killed restore left in it goes aside with the rest."""
    if before is not None and folder.restoring.exists():
        unfinished = before / UNFINISHED
        unfinished.mkdir(mode=0o700)
        _move(folder.restoring.iterdir(), unfinished)
    (folder.path / UNPACKING).rename(folder.restoring)
    to_disk(folder.path)


def _put_in_place(folder: DataFolder) -> None:
    """The database comes last: before it is there, nobody finds a summit here."""
    for file in sorted(folder.restoring.iterdir(), key=lambda file: file.name == DATABASE):
        file.rename(folder.path / file.name)
    to_disk(folder.path)
    folder.restoring.rmdir()
    to_disk(folder.path)


def _move(files: Iterable[Path], into: Path) -> None:
    for file in list(files):
        file.rename(into / file.name)
    to_disk(into)
    to_disk(into.parent)


def _content(folder: DataFolder) -> list[Path]:
    """What is there besides locks, and what earlier restores moved aside or left unfinished."""
    return [
        file
        for file in sorted(folder.path.iterdir())
        if file.name not in LOCKS | {UNPACKING} and not file.name.startswith(BEFORE)
    ]


@contextmanager
def _alone(folder: DataFolder) -> Iterator[None]:
    folder.lock()
    try:
        with held(folder.mail_lock, f"{folder.path}: mails are being sent from here"):
            yield
    finally:
        folder.unlock()
