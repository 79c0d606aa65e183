"""Run streamhub on a disk that keeps a diary: what SQLite writes, cuts and syncs, and when.

``python -m tests.faults.vfs DIARY serve …`` is ``streamhub serve …`` whose database goes through a
VFS of ours, which hands everything on to SQLite's own. Each entry carries the monotonic clock, that
of every process of this machine: a write before it is done, a sync only once it is done. Needs
nothing but ctypes. ``tests/faults/disk.py`` reads the diary.
"""

import ctypes
import ctypes.util
import os
import struct
import sys
import time
from pathlib import Path

ENTRY = struct.Struct("<QBBqI")  # nanoseconds, what, which file, offset, length of the data that follows
WRITE, TRUNCATE, SYNC, DELETE = range(4)
FILES = ("streamhub.db", "streamhub.db-wal")
OK = 0

_POINTER, _INT, _LONG = ctypes.c_void_p, ctypes.c_int, ctypes.c_int64
_OPEN = ctypes.CFUNCTYPE(_INT, _POINTER, _POINTER, _POINTER, _INT, _POINTER)  # names stay SQLite's
_REMOVE = ctypes.CFUNCTYPE(_INT, _POINTER, _POINTER, _INT)
_WRITE = ctypes.CFUNCTYPE(_INT, _POINTER, _POINTER, _INT, _LONG)
_TRUNCATE = ctypes.CFUNCTYPE(_INT, _POINTER, _LONG)
_SYNC = ctypes.CFUNCTYPE(_INT, _POINTER, _INT)


class Vfs(ctypes.Structure):
    """``sqlite3_vfs``."""

    _fields_ = (
        ("version", _INT),
        ("file_bytes", _INT),
        ("longest_path", _INT),
        ("next", _POINTER),
        ("name", ctypes.c_char_p),
        ("data", _POINTER),
        ("open", _POINTER),
        ("delete", _POINTER),
        ("others", _POINTER * 14),
    )


class Methods(ctypes.Structure):
    """``sqlite3_io_methods``."""

    _fields_ = (
        ("version", _INT),
        ("close", _POINTER),
        ("read", _POINTER),
        ("write", _POINTER),
        ("truncate", _POINTER),
        ("sync", _POINTER),
        ("others", _POINTER * 13),
    )


class File(ctypes.Structure):
    """``sqlite3_file``, of which only this is ours to know."""

    _fields_ = (("methods", ctypes.POINTER(Methods)),)


class Diary:
    """The VFS and what it writes down."""

    def __init__(self, path):
        self.output = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        self.kept = []  # what SQLite points at must stay
        self.which = {}  # address of an open file to its number in FILES
        self.ours = {}  # address of SQLite's methods to ours
        self.theirs = {}  # address of an open file to SQLite's methods

    def install(self):
        """Become the VFS of every connection that is opened from now on."""
        library = ctypes.CDLL(ctypes.util.find_library("sqlite3"))
        library.sqlite3_vfs_find.restype = ctypes.POINTER(Vfs)
        original = library.sqlite3_vfs_find(None).contents
        ours = Vfs.from_buffer_copy(original)
        really_open, really_delete = _OPEN(original.open), _REMOVE(original.delete)

        def open_file(vfs, name, file, flags, answered):
            status = really_open(vfs, name, file, flags, answered)
            if status == OK and (number := number_of(name)) is not None:
                self.watch(file, number)
            return status

        def delete_file(vfs, name, directory):
            if (number := number_of(name)) is not None:
                self.write_down(DELETE, number)
            return really_delete(vfs, name, directory)

        ours.name = b"diary"
        ours.open = self.keep(_OPEN(open_file))
        ours.delete = self.keep(_REMOVE(delete_file))
        self.kept.append(ours)
        status = library.sqlite3_vfs_register(ctypes.byref(ours), 1)
        assert status == OK, status

    def watch(self, file, number):
        """Hear what is done to an open file."""
        opened = File.from_address(file)
        address = ctypes.addressof(opened.methods.contents)
        if address not in self.ours:
            self.ours[address] = self.methods(opened.methods.contents)
            self.kept.append(self.ours[address])
        self.which[file] = number
        opened.methods = ctypes.pointer(self.ours[address])

    def methods(self, original):
        """SQLite's methods, of which three tell us first."""
        really_write, really_truncate = _WRITE(original.write), _TRUNCATE(original.truncate)
        really_sync = _SYNC(original.sync)

        def write(file, data, length, offset):
            self.write_down(WRITE, self.which[file], offset, ctypes.string_at(data, length))
            return really_write(file, data, length, offset)

        def truncate(file, length):
            self.write_down(TRUNCATE, self.which[file], length)
            return really_truncate(file, length)

        def sync(file, flags):
            status = really_sync(file, flags)
            if status == OK:
                self.write_down(SYNC, self.which[file])
            return status

        ours = Methods.from_buffer_copy(original)
        ours.write = self.keep(_WRITE(write))
        ours.truncate = self.keep(_TRUNCATE(truncate))
        ours.sync = self.keep(_SYNC(sync))
        return ours

    def keep(self, function):
        """The address of a function that must not be collected."""
        self.kept.append(function)
        return ctypes.cast(function, _POINTER)

    def write_down(self, what, file, offset=0, data=b""):
        """One entry."""
        os.write(self.output, ENTRY.pack(time.monotonic_ns(), what, file, offset, len(data)) + data)


def number_of(name):
    """Which of FILES the C string names; None for any other file, or one without a name."""
    found = Path(ctypes.string_at(name).decode()).name if name else ""
    return FILES.index(found) if found in FILES else None


if __name__ == "__main__":
    from streamhub.cli import main

    diary = Diary(sys.argv.pop(1))
    diary.install()
    main()
