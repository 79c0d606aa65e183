"""A backup: one file with everything of a data folder that cannot be made again.

A compressed tar: the database as it was at one instant, signing keys, proofs that wait for a
decision, the mark of a demonstration, and at the end a list of them with their hashes. A file
that was cut short has no list.
"""

import contextlib
import hashlib
import os
import shutil
import tarfile
import tempfile
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath
from typing import IO

import msgspec

from streamhub.kit.errors import StateConflict
from streamhub.kit.folder import DATABASE, DOCUMENTS, KEYS, MARK, DataFolder, to_disk
from streamhub.kit.snapshot import Progress, faults, snapshot

FORMAT = 1
MANIFEST = "manifest.json"
FOLDERS = (KEYS, DOCUMENTS)
COMPRESSION = 3  # four times smaller than nothing; 9 gains a tenth and takes five times as long
CHUNK_BYTES = 1 << 20
LONGEST_MANIFEST_BYTES = 16 << 20


class Entry(msgspec.Struct, frozen=True):
    """One file of a backup."""

    name: str
    bytes: int
    sha256: str


class Manifest(msgspec.Struct, frozen=True):
    """What a backup holds, by whom and when it was made; ``revision`` is the schema's."""

    format: int
    version: str
    revision: str
    made_at: str
    files: tuple[Entry, ...]

    @property
    def bytes(self) -> int:
        """All files together, unpacked."""
        return sum(entry.bytes for entry in self.files)


def pack(folder: DataFolder, target: Path, about: Manifest, progress: Progress) -> Manifest:
    """Write the backup of a folder, beside a running server or without one.

    ``about`` is the manifest without files. The new file is its owner's alone, on the disk, and
    has its name only once it is whole; one that is there is never replaced. Raises StateConflict.
    """
    if target.exists():
        raise StateConflict(f"{target}: is there already, and a backup replaces nothing")
    try:
        with _aside(target.parent) as aside:
            made = _packed(folder, aside, about, progress)
            _name(aside / "backup", target)
    except OSError as error:
        raise StateConflict(f"{target}: cannot be written: {error.strerror or error}") from None
    return made


def _name(made: Path, target: Path) -> None:
    """Give a whole file its name; a link replaces nothing, and some disks know no links."""
    try:
        os.link(made, target)
    except FileExistsError:
        raise
    except OSError:
        made.rename(target)
    to_disk(target.parent)


def unpack(file: Path, into: Path, revisions: Iterable[str], progress: Progress) -> Manifest:
    """Write what a backup holds into the empty folder ``into``, and compare it with its list.

    Raises StateConflict unless every hash, the database's integrity and its revision are right.
    """
    entries: dict[str, Entry] = {}
    manifest: bytes | None = None
    whole = file.stat().st_size if file.exists() else 0
    try:
        with file.open("rb") as raw, tarfile.open(fileobj=raw, mode="r|gz") as tar:
            for member in tar:
                progress(raw.tell(), whole)
                content = _content(tar, member)
                if member.name == MANIFEST:
                    manifest = content.read(LONGEST_MANIFEST_BYTES)
                else:
                    entries[member.name] = _write(content, member.name, into)
    except (tarfile.TarError, EOFError, zlib.error) as error:
        raise StateConflict(f"{file}: is damaged or no backup: {error}") from None
    except OSError as error:
        raise StateConflict(f"{file}: {error.strerror or error}") from None
    progress(whole, whole)
    found = _manifest(file, manifest)
    _compare(file, found, entries)
    _look_at(file, into / DATABASE, found, revisions)
    return found


def _packed(folder: DataFolder, aside: Path, about: Manifest, progress: Progress) -> Manifest:
    """Files before and after the database: a key is written before its row, and removed after it."""
    first = _copied(folder, aside)
    snapshot(folder.database, aside / DATABASE, progress)
    names = sorted({*first, *_copied(folder, aside)})
    wrong = faults(aside / DATABASE)
    if wrong:
        raise StateConflict(f"{folder.database}: is damaged, so there is nothing to back up: {wrong}")
    with _owned(aside / "backup") as raw:
        with tarfile.open(fileobj=raw, mode="w:gz", compresslevel=COMPRESSION) as tar:
            files = tuple(_add(tar, aside / name, name) for name in (DATABASE, *names))
            made = msgspec.structs.replace(about, format=FORMAT, files=files)
            (aside / MANIFEST).write_bytes(msgspec.json.format(msgspec.json.encode(made)))
            _add(tar, aside / MANIFEST, MANIFEST)
        raw.flush()
        os.fsync(raw.fileno())
    return made


def _copied(folder: DataFolder, aside: Path) -> list[str]:
    """Copy the small files; one that goes meanwhile was no longer needed."""
    inner = [file for name in FOLDERS for file in _files(folder.path / name)]
    copied = []
    for file in (*inner, folder.path / MARK):
        name = file.relative_to(folder.path).as_posix()
        copy = aside / name
        copy.parent.mkdir(exist_ok=True, mode=0o700)
        with contextlib.suppress(FileNotFoundError):
            shutil.copyfile(file, copy)
            copied.append(name)
    return copied


def _files(folder: Path) -> list[Path]:
    return [file for file in folder.iterdir() if file.is_file()] if folder.is_dir() else []


def _add(tar: tarfile.TarFile, file: Path, name: str) -> Entry:
    info = tarfile.TarInfo(name)
    info.size, info.mode = file.stat().st_size, 0o600
    with file.open("rb") as content:
        tar.addfile(info, content)
    return _entry(file, name)


def _entry(file: Path, name: str) -> Entry:
    with file.open("rb") as content:
        return Entry(name, file.stat().st_size, hashlib.file_digest(content, "sha256").hexdigest())


def _content(tar: tarfile.TarFile, member: tarfile.TarInfo) -> IO[bytes]:
    """The content of a file that may stand in a backup; no link, no path that leads out."""
    path = PurePosixPath(member.name)
    known = member.name in {DATABASE, MARK, MANIFEST} or (
        len(path.parts) == 2 and path.parts[0] in FOLDERS and path.parts[1] != ".."  # noqa: PLR2004 - folder and file
    )
    content = tar.extractfile(member) if known and member.isreg() else None
    if content is None:
        raise StateConflict(f"it holds {member.name!r}, which no backup of ours does")
    return content


def _write(content: IO[bytes], name: str, into: Path) -> Entry:
    target = into / name
    target.parent.mkdir(exist_ok=True, mode=0o700)
    with _owned(target) as file:
        shutil.copyfileobj(content, file, CHUNK_BYTES)
        file.flush()
        os.fsync(file.fileno())
    to_disk(target.parent)
    return _entry(target, name)


def _manifest(file: Path, text: bytes | None) -> Manifest:
    if text is None:
        raise StateConflict(f"{file}: was cut short: its list of files is missing")
    try:
        found = msgspec.json.decode(text, type=Manifest)
    except msgspec.MsgspecError as error:
        raise StateConflict(f"{file}: its list of files cannot be read: {error}") from None
    if found.format != FORMAT:
        raise StateConflict(f"{file}: is of format {found.format}, this program reads {FORMAT}")
    return found


def _compare(file: Path, manifest: Manifest, entries: dict[str, Entry]) -> None:
    listed = {entry.name: entry for entry in manifest.files}
    wrong = sorted(name for name in {*listed, *entries} if listed.get(name) != entries.get(name))
    if wrong:
        raise StateConflict(f"{file}: is damaged: {', '.join(wrong)} is not what its list says")
    if DATABASE not in listed:
        raise StateConflict(f"{file}: holds no database")


def _look_at(file: Path, database: Path, manifest: Manifest, revisions: Iterable[str]) -> None:
    if manifest.revision not in revisions:
        raise StateConflict(
            f"{file}: its schema is {manifest.revision}, which this program does not know: "
            f"it was made by streamhub {manifest.version}"
        )
    wrong = faults(database)
    if wrong:
        raise StateConflict(f"{file}: its database is damaged: {wrong}")


@contextlib.contextmanager
def _aside(folder: Path) -> Iterator[Path]:
    """A folder of our own on the same disk, gone at the end."""
    with tempfile.TemporaryDirectory(prefix=".streamhub-", dir=folder) as path:
        yield Path(path)


def _owned(path: Path) -> IO[bytes]:
    """A new file that only its owner may read."""
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")
