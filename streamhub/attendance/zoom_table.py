"""The table inside a Zoom export: the bytes of a CSV file become records of text.

The forms that have a line for each connection are read: the list alone, the list
under a meeting block, the flat table, and the sections of a webinar report. The
header's words follow the language of the portal, and a file saved again by a
spreadsheet may use ``;`` or another encoding. Every cell is text, never a formula.
"""

import csv
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum

from streamhub.kit.errors import FileInvalid, FileProblem
from streamhub.kit.text import clean, folded

MAX_BYTES = 10 * 1024 * 1024
_DELIMITERS = ",;\t"
_ZIP = b"PK\x03\x04"  # how an .xlsx begins
_UTF16 = (b"\xff\xfe", b"\xfe\xff")


class Column(Enum):
    """What a column says: the headers it is known by, folded, the most telling first."""

    NAME = (
        "name (original name)",
        "user name (original name)",
        "nom (nom original)",
        "nom (nom d'origine)",
        "nom d'utilisateur (nom original)",
        "nom d'utilisateur (nom d'origine)",
        "name (originalname)",
        "benutzername (originalname)",
        "participant",
        "user name",
        "nom d'utilisateur",
        "benutzername",
        "name",
        "nom",
    )
    EMAIL = (
        "user email",
        "email",
        "e-mail",
        "adresse e-mail de l'utilisateur",
        "e-mail de l'utilisateur",
        "adresse e-mail",
        "benutzer-e-mail",
        "e-mail-adresse",
    )
    JOIN = ("join time", "heure d'arrivee", "heure de connexion", "beitrittszeit")
    LEAVE = ("leave time", "heure de depart", "heure de deconnexion", "beendigungszeit")
    DURATION = (
        "duration (minutes)",
        "total duration (minutes)",
        "time in session (minutes)",
        "duree (minutes)",
        "duree totale (minutes)",
        "dauer (minuten)",
        "gesamtdauer (minuten)",
    )
    GUEST = ("guest", "is guest", "invite", "gast")
    WAITING = (
        "in waiting room",
        "salle d'attente",
        "dans la salle d'attente",
        "en salle d'attente",
        "im warteraum",
        "warteraum",
    )
    ATTENDED = ("attended", "a participe", "teilgenommen")
    MEETING = (
        "meeting id",
        "webinar id",
        "id de reunion",
        "id de la reunion",
        "id du webinaire",
        "meeting-id",
        "webinar-id",
        "id",
    )
    TOPIC = ("topic", "sujet", "thema")


_YES = frozenset({"yes", "oui", "ja"})
_NO = frozenset({"no", "non", "nein"})
_EMPTY = frozenset({"", "--"})
_ORIGINAL_NAME = re.compile(r"(?P<name>.*\S)\s*\((?P<original>[^()]*)\)")
_MEETING_NUMBER = re.compile(r"\d[\d\s-]{7,}\d")
_DIGIT = re.compile(r"\d")


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One connection as the file says it; the fields are the header's own words."""

    line: int
    meeting: str | None
    name: str
    original_name: str | None
    email: str | None
    joined: str
    left: str
    join_field: str
    leave_field: str
    guest: bool | None
    in_waiting_room: bool


@dataclass(frozen=True, slots=True)
class Table:
    """What a file holds; ``problems`` are the lines that were left out, with the reason."""

    records: tuple[Record, ...]
    topic: str | None
    problems: tuple[FileProblem, ...]


@dataclass(frozen=True, slots=True)
class _Line:
    number: int
    cells: tuple[str, ...]

    def filled(self) -> int:
        """How many cells say something."""
        return sum(1 for cell in self.cells if cell.strip())


@dataclass(frozen=True, slots=True)
class _Header:
    """Which column stands where in the lines below."""

    line: _Line
    places: Mapping[Column, int]

    def lists_connections(self) -> bool:
        return Column.NAME in self.places and Column.JOIN in self.places

    def lists_people_without_times(self) -> bool:
        return Column.NAME in self.places and Column.DURATION in self.places

    def describes_a_meeting(self) -> bool:
        return Column.MEETING in self.places and Column.TOPIC in self.places

    def text(self, column: Column, line: _Line) -> str:
        """What ``line`` says in ``column``; empty where it says nothing."""
        place = self.places.get(column, len(line.cells))
        text = _cleaned(line.cells[place]) if place < len(line.cells) else ""
        return "" if text in _EMPTY else text

    def label(self, column: Column) -> str:
        """The header's own word for ``column``."""
        return _cleaned(self.line.cells[self.places[column]])


@dataclass(frozen=True, slots=True)
class _Meeting:
    number: str | None = None
    topic: str | None = None


_Entry = tuple[_Header, _Meeting, _Line]


def read_table(content: bytes, file: str, max_bytes: int = MAX_BYTES) -> Table:
    """Find the list in a Zoom export.

    Raises FileInvalid: not CSV, larger than ``max_bytes``, no header that we know, or the
    form without times.
    """
    if len(content) > max_bytes:
        raise FileInvalid([FileProblem(file, None, None, f"larger than {max_bytes} bytes")])
    lines = _lines_with_a_header(_decoded(content, file), file)
    records: list[Record] = []
    problems: list[FileProblem] = []
    topics: set[str] = set()
    for header, meeting, line in _entries(lines):
        record = _record(header, meeting, line, file)
        if isinstance(record, FileProblem):
            problems.append(record)
        elif record is not None:
            records.append(record)
            topics.update({header.text(Column.TOPIC, line) or meeting.topic or ""} - {""})
    return Table(tuple(records), topics.pop() if len(topics) == 1 else None, tuple(problems))


def _decoded(content: bytes, file: str) -> str:
    """UTF-8, or what a spreadsheet writes instead."""
    if content.startswith(_ZIP):
        raise FileInvalid([FileProblem(file, None, None, "this is a spreadsheet file: save it as CSV")])
    text = _first_decoding(content, "utf-16" if content.startswith(_UTF16) else "utf-8-sig", "cp1252")
    if "\0" in text:
        raise FileInvalid([FileProblem(file, None, None, "this is no text file")])
    return text


def _first_decoding(content: bytes, *encodings: str) -> str:
    for encoding in encodings:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return content.decode("latin-1")


def _lines_with_a_header(text: str, file: str) -> list[_Line]:
    """The file cut by the first delimiter that shows the header of a list."""
    refusals: list[FileProblem] = []
    for delimiter in _DELIMITERS:
        try:
            lines = list(_cut(text, delimiter, file))
        except FileInvalid as error:
            refusals.extend(error.problems)
            continue
        headers = [_header(line) for line in lines]
        if any(header.lists_connections() for header in headers):
            return lines
        refusals[:0] = [_without_times(h, file) for h in headers if h.lists_people_without_times()][:1]
    nothing = FileProblem(
        file, None, None, "no line with the headers of a Zoom participant list (name, join time, leave time)"
    )
    raise FileInvalid(refusals[:1] or [nothing])


def _without_times(header: _Header, file: str) -> FileProblem:
    return FileProblem(
        file,
        header.line.number,
        header.label(Column.DURATION),
        "this list has no times: export it again without “Show unique users”",
    )


def _cut(text: str, delimiter: str, file: str) -> Iterator[_Line]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    before = 0
    try:
        for cells in reader:
            yield _Line(before + 1, tuple(cells))
            before = reader.line_num
    except csv.Error as error:
        raise FileInvalid([FileProblem(file, before + 1, None, f"not readable as CSV: {error}")]) from None


def _header(line: _Line) -> _Header:
    """Which of our columns ``line`` names; none in a line with a digit, as no header has one."""
    if any(_DIGIT.search(cell) for cell in line.cells):
        return _Header(line, {})
    words = [folded(_cleaned(cell)).removesuffix(":").rstrip() for cell in line.cells]
    name = _place(words, Column.NAME, 0) or 0
    found = {column: _place(words, column, name) for column in Column}
    return _Header(line, {column: place for column, place in found.items() if place is not None})


def _place(words: list[str], column: Column, start: int) -> int | None:
    """Where the most telling word for ``column`` stands: from ``start`` on, else before it.

    A flat table names the host and the host's e-mail to the left of the participant's.
    """
    for known in column.value:
        places = [place for place, word in enumerate(words) if word == known]
        if places:
            return next((place for place in places if place >= start), places[0])
    return None


def _entries(lines: list[_Line]) -> Iterator[_Entry]:
    """The lines below each header of a list, with the meeting block that stood above it."""
    header: _Header | None = None
    meeting = _Meeting()
    filled = (line for line in lines if line.filled())
    for line in filled:
        found = _header(line)
        if found.lists_connections():
            header = found
        elif found.describes_a_meeting():
            header, meeting = None, _described(found, next(filled, line))
        elif header is not None and _is_section_title(header, line):
            header = None
        elif header is not None:
            yield header, meeting, line


def _described(header: _Header, line: _Line) -> _Meeting:
    return _Meeting(_number(header.text(Column.MEETING, line)), header.text(Column.TOPIC, line) or None)


def _is_section_title(header: _Header, line: _Line) -> bool:
    """``Attendee Details`` alone on its line; only webinar reports have sections."""
    return Column.ATTENDED in header.places and line.filled() == 1


def _record(header: _Header, meeting: _Meeting, line: _Line, file: str) -> Record | FileProblem | None:
    """One connection; None for a line that says that there was none."""
    if Column.LEAVE not in header.places:
        raise FileInvalid([FileProblem(file, header.line.number, "Leave Time", "this column is missing")])
    waiting = _yes_or_no(header.text(Column.WAITING, line)) is True
    joined, left = header.text(Column.JOIN, line), header.text(Column.LEAVE, line)
    absent = _yes_or_no(header.text(Column.ATTENDED, line)) is False
    if not joined and not left and (absent or waiting):
        return None
    for column, text in ((Column.JOIN, joined), (Column.LEAVE, left)):
        if not text:
            return FileProblem(file, line.number, header.label(column), "no time")
    name, original = _names(header.text(Column.NAME, line))
    email = header.text(Column.EMAIL, line).casefold()
    if not name and "@" not in email:
        return FileProblem(file, line.number, header.label(Column.NAME), "neither a name nor an e-mail")
    return Record(
        line=line.number,
        meeting=_number(header.text(Column.MEETING, line)) or meeting.number,
        name=name,
        original_name=original,
        email=email if "@" in email else None,
        joined=joined,
        left=left,
        join_field=header.label(Column.JOIN),
        leave_field=header.label(Column.LEAVE),
        guest=_yes_or_no(header.text(Column.GUEST, line)),
        in_waiting_room=waiting,
    )


def _names(cell: str) -> tuple[str, str | None]:
    """``015_Loki (Loki Laufeyson)``: the name shown, and the one the account has."""
    match = _ORIGINAL_NAME.fullmatch(cell)
    return (match["name"], match["original"].strip() or None) if match else (cell, None)


def _number(text: str) -> str | None:
    """``812 3456 7890`` as digits; None for what a spreadsheet made of it (``8.12E+10``)."""
    return "".join(_DIGIT.findall(text)) if _MEETING_NUMBER.fullmatch(text) else None


def _yes_or_no(text: str) -> bool | None:
    word = text.casefold()
    return True if word in _YES else False if word in _NO else None


def _cleaned(cell: str) -> str:
    """One line without control characters; plain ASCII needs no more than its spaces set right."""
    return " ".join((cell if cell.isascii() and cell.isprintable() else clean(cell)).split())
