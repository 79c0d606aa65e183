"""What would be on the disk after a power cut: read from the diary that ``tests/faults/vfs.py`` wrote.

A file holds for certain what was written before its last finished sync. Of what was written since,
a cut may leave nothing, everything, any part, and of the last write that it leaves a piece.
"""

from dataclasses import dataclass, field

from tests.faults.vfs import DELETE, ENTRY, FILES, SYNC, TRUNCATE, WRITE

SECTOR = 512


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the diary; ``at`` in nanoseconds of the monotonic clock."""

    at: int
    what: int
    file: int
    offset: int
    data: bytes


def read_diary(path):
    """Every entry, in its order."""
    text, entries, at = path.read_bytes(), [], 0
    while at < len(text):
        *head, length = ENTRY.unpack_from(text, at)
        at += ENTRY.size
        entries.append(Entry(*head, text[at : at + length]))
        at += length
    return entries


@dataclass(slots=True)
class _File:
    certain: bytearray | None
    pending: list[Entry] = field(default_factory=list)


class Disk:
    """The database files while the diary goes on; begins with what lay there before."""

    def __init__(self, folder):
        paths = [folder / name for name in FILES]
        self.files = [_File(bytearray(p.read_bytes()) if p.exists() else None) for p in paths]

    def add(self, entry):
        """The next entry of the diary."""
        file = self.files[entry.file]
        if entry.what == SYNC:
            for earlier in file.pending:
                file.certain = changed(file.certain, earlier)
            file.pending.clear()
        else:
            file.pending.append(entry)

    @property
    def pending(self):
        """How many writes a cut could lose now."""
        return sum(len(file.pending) for file in self.files)

    def cut(self, folder, chance=None):
        """Write the files as a power cut leaves them: without ``chance`` nothing unsynced is there."""
        folder.mkdir()
        for name, file in zip(FILES, self.files, strict=True):
            content = None if file.certain is None else bytearray(file.certain)
            for entry in () if chance is None else survivors(file.pending, chance):
                content = changed(content, entry)
            if content is not None:
                (folder / name).write_bytes(content)


def survivors(pending, chance):
    """What of the unsynced writes reached the disk: those up to some point, or any; the last one torn."""
    if chance.random() < 0.5:
        kept = pending[: chance.randint(0, len(pending))]
    else:
        kept = [entry for entry in pending if chance.random() < 0.5]
    if kept and kept[-1].what == WRITE:
        last = kept.pop()
        sectors = chance.randint(0, len(last.data) // SECTOR)
        kept.append(Entry(last.at, WRITE, last.file, last.offset, last.data[: sectors * SECTOR]))
    return kept


def changed(content, entry):
    """The file after one entry; None for one that is not there."""
    if entry.what == DELETE:
        return None
    content = bytearray() if content is None else content
    end = entry.offset + len(entry.data)
    if entry.what == TRUNCATE:
        del content[entry.offset :]
        return content
    if len(content) < end:
        content.extend(bytes(end - len(content)))
    content[entry.offset : end] = entry.data
    return content
