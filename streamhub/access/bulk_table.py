"""The table inside a platform's export: bytes become lines of cells. Pure.

Exports come with commas, semicolons or tabs, with or without BOM, in UTF-8, UTF-16 or
the single-byte letters of older spreadsheets. A cell is text, never a formula.
"""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass

from streamhub.kit.errors import FileInvalid, FileProblem
from streamhub.kit.text import clean
from streamhub.programme.sheets import cell_of

MAX_BYTES = 10 * 1024 * 1024
MAX_ROWS = 20_000

_DELIMITERS = (",", ";", "\t")
_ZIP = b"PK\x03\x04"  # how an .xlsx begins
_UTF16 = (b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True, slots=True)
class Line:
    """One row; ``number`` is the line of the file on which it begins, from 1."""

    number: int
    cells: tuple[str, ...]

    def at(self, place: int) -> str:
        """The cell of a column; empty where the row ends before."""
        return self.cells[place] if place < len(self.cells) else ""


@dataclass(frozen=True, slots=True)
class Table:
    """A file as it was read. ``names`` are the words of its header, in their order."""

    file: str
    encoding: str
    delimiter: str
    names: tuple[str, ...]
    rows: tuple[Line, ...]


def read_table(content: bytes, file: str) -> Table:
    """Find header and rows.

    Raises FileInvalid: too large, no text, a broken quote, no header, or rows with more
    cells than it.
    """
    if len(content) > MAX_BYTES:
        raise FileInvalid([FileProblem(file, None, None, f"larger than {MAX_BYTES} bytes")])
    text, encoding = _decoded(content, file)
    delimiter = _delimiter(text)
    lines = _lines(text, delimiter, file)
    if not lines:
        raise FileInvalid([FileProblem(file, None, None, "there is nothing in this file")])
    names, rows = lines[0], tuple(lines[1:])
    if len(rows) > MAX_ROWS:
        raise FileInvalid([FileProblem(file, None, None, f"more than {MAX_ROWS} rows")])
    if problems := [_too_long(row, names, file) for row in rows if _overhang(row, names)]:
        raise FileInvalid(problems)
    return Table(file, encoding, delimiter, names.cells, rows)


def _decoded(content: bytes, file: str) -> tuple[str, str]:
    """The text and what it was written in."""
    if content.startswith(_ZIP):
        raise FileInvalid([FileProblem(file, None, None, "this is a spreadsheet file: save it as CSV")])
    first = "utf-16" if content.startswith(_UTF16) else "utf-8-sig"
    for encoding in (first, "cp1252", "latin-1"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" in text:
            raise FileInvalid([FileProblem(file, None, None, "this is no text file")])
        return text, encoding.removesuffix("-sig")
    raise AssertionError("latin-1 reads every byte")


def _delimiter(text: str) -> str:
    """The one that cuts the header into the most cells."""
    return max(_DELIMITERS, key=lambda one: len(_header(text, one)))


def _header(text: str, delimiter: str) -> list[str]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        return next((record for record in reader if any(map(clean, record))), [])
    except csv.Error:
        return []


def _lines(text: str, delimiter: str, file: str) -> list[Line]:
    return list(_records(text, delimiter, file))


def _records(text: str, delimiter: str, file: str) -> Iterator[Line]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    while True:
        first = reader.line_num + 1
        try:
            record = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            message = f"cannot be read as CSV: {error}"
            raise FileInvalid([FileProblem(file, first, None, message)]) from None
        cells = tuple(cell_of(cell) for cell in record)
        if any(cells):
            yield Line(first, cells)


def _overhang(row: Line, names: Line) -> bool:
    return any(row.cells[len(names.cells) :])


def _too_long(row: Line, names: Line, file: str) -> FileProblem:
    return FileProblem(file, row.number, None, f"{len(row.cells)} cells under {len(names.cells)} columns")
