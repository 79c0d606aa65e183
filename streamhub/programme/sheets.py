"""Reading a CSV file into rows, and gathering everything that is wrong with it."""

import csv
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from io import StringIO

from streamhub.kit.errors import FileProblem
from streamhub.kit.text import clean
from streamhub.programme.model import is_language

_BREAKS = re.compile(r"[\r\n\t]+")
_FORMULA = re.compile(r"[=+\-@']")
COMMENT = "#"


def as_text(cell: str) -> str:
    """The cell as a spreadsheet takes it for text: an apostrophe before what might be a formula."""
    return f"'{cell}" if _FORMULA.match(cell) else cell


def cell_of(text: str) -> str:
    """The opposite of ``as_text``, cleaned."""
    cell = clean(text)
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell[1:]) else cell


@dataclass(slots=True)
class Findings:
    """What reading found; it goes on after an error so that all are told at once."""

    errors: list[FileProblem] = field(default_factory=list)
    warnings: list[FileProblem] = field(default_factory=list)

    def error(self, file: str, line: int | None, name: str | None, message: str) -> None:
        """Something that keeps the files from being loaded."""
        self.errors.append(FileProblem(file, line, name, message))

    def warn(self, file: str, line: int | None, name: str | None, message: str) -> None:
        """Something that is passed over."""
        self.warnings.append(FileProblem(file, line, name, message))


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of a file; ``title`` in ``localised`` means ``title_fr``, ``title_en`` and so on."""

    required: tuple[str, ...]
    optional: tuple[str, ...] = ()
    localised: tuple[str, ...] = ()

    def knows(self, name: str) -> bool:
        """Whether a column of that name means something."""
        prefix, _, language = name.partition("_")
        in_a_language = prefix in self.localised and is_language(language)
        return in_a_language or name in self.required or name in self.optional


@dataclass(frozen=True, slots=True)
class Row:
    """One row: cleaned cells by column, and where it stands. Reports its own problems."""

    file: str
    line: int
    cells: Mapping[str, str]
    findings: Findings

    def get(self, name: str) -> str:
        """The cell on one line; empty where the column or the cell is missing."""
        return _BREAKS.sub(" ", self.cells.get(name, ""))

    def need(self, name: str) -> str:
        """The same, but an empty cell is a problem."""
        value = self.get(name)
        if not value:
            self.wrong(name, "is empty")
        return value

    def wrong(self, name: str, message: str) -> None:
        """Say what is wrong with a cell."""
        self.findings.error(self.file, self.line, name, message)

    def texts(self, prefix: str) -> dict[str, str]:
        """Language to text of ``prefix_fr``, ``prefix_en`` …; the French one is needed."""
        names = [name for name in self.cells if name.startswith(f"{prefix}_")]
        self.need(f"{prefix}_fr")
        return {name.removeprefix(f"{prefix}_"): self.get(name) for name in names}


def read_rows(text: str, file: str, columns: Columns, findings: Findings) -> tuple[Row, ...]:
    """The rows under the header; commas or semicolons, ``#`` begins a line of comment.

    A missing column or a broken quote stops this file, an unknown column is a warning.
    """
    records = _records(text.removeprefix("\ufeff"), file, findings)
    header_line, header = next(records, (1, []))
    names = [clean(name) for name in header]
    if not _header_fits(names, columns, file, header_line, findings):
        return ()
    known = [name if columns.knows(name) else None for name in names]
    rows = []
    for line, record in records:
        if any(clean(cell) for cell in record[len(names) :]):
            findings.error(file, line, None, f"{len(record)} cells under {len(names)} columns")
            continue
        cells = {name: cell_of(cell) for name, cell in zip(known, record, strict=False) if name}
        if any(cells.values()):
            rows.append(Row(file, line, cells, findings))
    return tuple(rows)


def _header_fits(names: list[str], columns: Columns, file: str, line: int, findings: Findings) -> bool:
    if len([name for name in names if name]) == 1 and len(columns.required) > 1:
        findings.error(file, line, None, "there is one column only: put commas or semicolons between them")
        return False
    missing = [name for name in columns.required if name not in names]
    twice = sorted({name for name in names if name and names.count(name) > 1})
    for name in missing:
        findings.error(file, line, name, "this column is missing")
    for name in twice:
        findings.error(file, line, name, "this column stands there twice")
    for name in names:
        if name and not columns.knows(name):
            findings.warn(file, line, name, "this column is not known and is passed over")
    return not missing and not twice


def _records(text: str, file: str, findings: Findings) -> Iterator[tuple[int, list[str]]]:
    lines = _Lines(text)
    reader = csv.reader(lines, delimiter=lines.delimiter(), strict=True)
    while True:
        lines.at_record = True
        try:
            record = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            findings.error(file, lines.first, None, f"cannot be read as CSV: {error}")
            return
        if any(clean(cell) for cell in record):
            yield lines.first, record


class _Lines(Iterator[str]):
    """Lines for the CSV reader, without comments; a ``#`` inside a quoted cell is no comment."""

    def __init__(self, text: str) -> None:
        self._lines = list(StringIO(text, newline=""))
        self.number = 0
        self.first = 1
        self.at_record = True

    def __next__(self) -> str:
        while self.number < len(self._lines):
            line = self._lines[self.number]
            self.number += 1
            if not self.at_record:
                return line
            if not line.startswith(COMMENT):
                self.at_record = False
                self.first = self.number
                return line
        raise StopIteration

    def delimiter(self) -> str:
        """A semicolon where the header has more of them than commas, as French Excel writes."""
        header = next((line for line in self._lines if line.strip() and not line.startswith(COMMENT)), "")
        return ";" if header.count(";") > header.count(",") else ","
