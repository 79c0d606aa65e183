"""From the rows of a platform's export to people to invite, every problem with its line. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from streamhub.access.bulk_columns import Field, Reading
from streamhub.access.bulk_table import Line, Table
from streamhub.access.bulk_words import Directory, language_tag, role_word
from streamhub.access.model import MAX_LABEL
from streamhub.access.roles import Role
from streamhub.kit.errors import FileInvalid, FileProblem
from streamhub.kit.text import folded
from streamhub.programme.entries import participant_entry
from streamhub.programme.files import ParticipantEntry
from streamhub.programme.sheets import Findings, Row

EVERY_FIELD = frozenset(Field) - {Field.FIRST_NAME, Field.LAST_NAME}
"""What participants.csv speaks of."""

MAX_NAME = 200  # characters
MAX_EMAIL = 254  # characters (RFC 5321)

_NAMES = frozenset({Field.NAME, Field.FIRST_NAME, Field.LAST_NAME})


@dataclass(frozen=True, slots=True)
class Registration:
    """One person of a list; ``line`` None: it is not known any more.

    Without ``external_id`` the e-mail address says who it is.
    """

    line: int | None
    entry: ParticipantEntry


@dataclass(frozen=True, slots=True)
class Registrations:
    """A list of people. Fields that it does not speak of stay as they are for known people."""

    file: str
    said: frozenset[Field]
    rows: tuple[Registration, ...]


def registrations(table: Table, reading: Reading, words: Directory) -> Registrations:
    """The people of the list; raises FileInvalid with every problem, its line and its column."""
    findings = Findings()
    rows = []
    for line in table.rows:
        row = Row(table.file, line.number, _cells(line, reading, words), findings)
        before = len(findings.errors)
        entry = participant_entry(row, words.codes, words.slugs)
        _check(row, entry)
        if len(findings.errors) == before:
            rows.append(Registration(line.number, entry))
    problems = [*findings.errors, *_twice(rows, table.file)]
    if not table.rows:
        problems.append(FileProblem(table.file, None, None, "there is nobody in this file"))
    if problems:
        raise FileInvalid([_in_words_of_the_file(problem, reading) for problem in problems])
    return Registrations(table.file, _said(reading), tuple(rows))


def listed_people(entries: Iterable[ParticipantEntry], file: str) -> Registrations:
    """What was read from participants.csv; its lines are not known here any more."""
    return Registrations(file, EVERY_FIELD, tuple(Registration(None, entry) for entry in entries))


def _said(reading: Reading) -> frozenset[Field]:
    """The fields of an entry that the list speaks of; parts of a name say the name."""
    said = reading.said
    return said - _NAMES | {Field.NAME} if said & _NAMES else said


def _cells(line: Line, reading: Reading, words: Directory) -> dict[str, str]:
    raw = dict(reading.constants)
    raw |= {column.field: line.at(place) for place, column in enumerate(reading.columns) if column.field}
    cells = {field.value: raw.get(field, "") for field in EVERY_FIELD}
    whole = " ".join(filter(None, (raw.get(Field.FIRST_NAME, ""), raw.get(Field.LAST_NAME, ""))))
    return cells | {
        "name": cells["name"] or whole,
        "role": role_word(cells["role"]) or Role.DELEGATE.value,
        "delegation": words.delegation(cells["delegation"]),
        "email": cells["email"].removeprefix("mailto:"),
        "lang": language_tag(cells["lang"]),
        "sessions": words.sessions_of(cells["sessions"]),
    }


def _check(row: Row, entry: ParticipantEntry) -> None:
    if not entry.external_id and not entry.email:
        row.wrong("external_id", "is empty, and there is no email to know the person by")
    for name, value, most in (
        ("label", entry.label, MAX_LABEL),
        ("name", entry.name, MAX_NAME),
        ("email", entry.email, MAX_EMAIL),
    ):
        if len(value) > most:
            row.wrong(name, f"longer than {most} characters")


def _twice(rows: list[Registration], file: str) -> list[FileProblem]:
    """Rows that speak of somebody of whom another row speaks already."""
    ids: dict[str, int | None] = {}
    addresses: dict[str, int | None] = {}
    problems = []
    for row in sorted(rows, key=lambda row: not row.entry.external_id):
        entry, address = row.entry, row.entry.email.casefold()
        if entry.external_id and entry.external_id in ids:
            first = ids[entry.external_id]
            message = f"{entry.external_id!r} stands in line {first} already"
            problems.append(FileProblem(file, row.line, Field.EXTERNAL_ID, message))
        elif not entry.external_id and address in addresses:
            message = f"stands in line {addresses[address]} already, and no id tells the two apart"
            problems.append(FileProblem(file, row.line, Field.EMAIL, message))
        ids.setdefault(entry.external_id, row.line)
        addresses.setdefault(address, row.line)
    return problems


def _in_words_of_the_file(problem: FileProblem, reading: Reading) -> FileProblem:
    """The field together with the header under which the organiser knows it."""
    if problem.field not in set(Field):
        return problem
    name = reading.column_name(Field(problem.field))
    if not name or folded(name) == folded(problem.field):
        return problem
    return replace(problem, field=f"{problem.field} ({name})")
