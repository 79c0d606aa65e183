"""Which column of a platform's export means what: said by the organiser, else guessed. Pure."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from streamhub.access.bulk_table import Table
from streamhub.kit.errors import FieldInvalid, FieldProblem
from streamhub.kit.text import folded

SAMPLES = 3  # first values shown of each column
UNUSED = "-"
"""What a column is mapped to that shall say nothing, whatever its header looks like."""


class Field(StrEnum):
    """What a column can say: the fields of participants.csv, and a name in two parts."""

    EXTERNAL_ID = "external_id"
    DELEGATION = "delegation"
    ROLE = "role"
    LABEL = "label"
    NAME = "name"
    FIRST_NAME = "first_name"
    LAST_NAME = "last_name"
    EMAIL = "email"
    LANG = "lang"
    SESSIONS = "sessions"
    SPEAK = "speak"


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the file; ``field`` None: it is passed over. ``samples`` are its first values."""

    name: str
    field: Field | None
    samples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """Every column in its order, and what is said for all rows alike."""

    columns: tuple[Column, ...]
    constants: tuple[tuple[Field, str], ...] = ()

    @property
    def said(self) -> frozenset[Field]:
        """The fields that the file says something of."""
        return frozenset(c.field for c in self.columns if c.field) | {field for field, _ in self.constants}

    def place(self, field: Field) -> int | None:
        """In which column a field stands."""
        return next((place for place, c in enumerate(self.columns) if c.field is field), None)

    def column_name(self, field: Field) -> str:
        """The file's own word for a field; empty where no column says it."""
        place = self.place(field)
        return "" if place is None else self.columns[place].name


_HEADERS: Mapping[Field, tuple[str, ...]] = {
    Field.EXTERNAL_ID: (
        "external id",
        "id externe",
        "identifiant externe",
        "attendee id",
        "attendee",
        "attendee number",
        "participant id",
        "id participant",
        "id du participant",
        "identifiant participant",
        "identifiant du participant",
        "registration id",
        "registration number",
        "id inscription",
        "n d inscription",
        "n inscription",
        "numero d inscription",
        "ticket id",
        "ticket number",
        "n de billet",
        "n billet",
        "numero de billet",
        "numero billet",
        "barcode",
        "barcode number",
        "code barre",
        "code barres",
        "code a barres",
        "matricule",
        "identifiant",
        "id",
    ),
    Field.EMAIL: (
        "email",
        "e mail",
        "mail",
        "courriel",
        "email address",
        "e mail address",
        "adresse e mail",
        "adresse email",
        "adresse mail",
        "adresse courriel",
        "adresse electronique",
        "adresse de messagerie",
        "attendee email",
        "email participant",
        "email du participant",
        "e mail du participant",
    ),
    Field.FIRST_NAME: (
        "first name",
        "firstname",
        "given name",
        "forename",
        "attendee first name",
        "prenom",
        "prenoms",
        "prenom participant",
        "prenom du participant",
    ),
    Field.LAST_NAME: (
        "last name",
        "lastname",
        "surname",
        "family name",
        "attendee last name",
        "attendee surname",
        "nom de famille",
    ),
    Field.NAME: (
        "full name",
        "attendee name",
        "nom complet",
        "nom et prenom",
        "nom et prenoms",
        "nom prenom",
        "prenom et nom",
        "prenom nom",
        "nom du participant",
        "nom participant",
        "nom",
        "name",
        "participant",
    ),
    Field.DELEGATION: (
        "delegation",
        "delegation code",
        "code delegation",
        "code de delegation",
        "pays ou organisation",
        "country or organisation",
        "country or organization",
        "pays represente",
        "pays",
        "country",
        "organisation",
        "organization",
        "organisme",
        "institution",
        "structure",
    ),
    Field.ROLE: ("role", "type de participant", "participant type", "attendee type", "profil", "profile"),
    Field.LABEL: (
        "label",
        "fonction",
        "function",
        "job title",
        "intitule du poste",
        "poste",
        "position",
        "qualite",
    ),
    Field.LANG: (
        "lang",
        "language",
        "langue",
        "preferred language",
        "langue preferee",
        "langue de correspondance",
        "langue souhaitee",
    ),
    Field.SESSIONS: ("sessions", "session", "seances", "seance", "ateliers", "workshops"),
    Field.SPEAK: ("speak", "speaker", "prise de parole", "parole", "intervenant"),
}
"""Headers of common platforms in French and English, folded; the most telling first. An order's
number is not there: several people stand under one."""

_SIGNS = re.compile(r"[^a-z0-9]+")


def mapped(
    table: Table, asked: Mapping[str, str] | None = None, constants: Mapping[str, str] | None = None
) -> Reading:
    """Every column with its field: ``asked`` (header to field or ``-``) wins over the guess.

    ``constants`` (field to value) hold for every row. Raises FieldInvalid for a column or
    field that there is not, and for a field said twice.
    """
    problems: list[FieldProblem] = []
    chosen = _asked(table.names, asked or {}, problems)
    fixed = _constants(constants or {}, problems)
    taken = {field for field in chosen.values() if field} | {field for field, _ in fixed}
    guessed = _guessed(table.names, set(chosen), taken)
    fields = {**guessed, **chosen}
    problems += _said_twice([field for field in chosen.values() if field] + [field for field, _ in fixed])
    if problems:
        raise FieldInvalid(*problems)
    columns = tuple(
        Column(name, fields.get(place), _samples(table, place)) for place, name in enumerate(table.names)
    )
    return Reading(columns, tuple(fixed))


def _asked(
    names: Sequence[str], asked: Mapping[str, str], problems: list[FieldProblem]
) -> dict[int, Field | None]:
    places = {folded(name): place for place, name in reversed(list(enumerate(names)))}
    chosen: dict[int, Field | None] = {}
    for name, word in asked.items():
        place = places.get(folded(name))
        if place is None:
            problems.append(FieldProblem(f"map {name}", f"no such column; there are {_listed(names)}"))
        elif word in {UNUSED, ""}:
            chosen[place] = None
        elif word in set(Field):
            chosen[place] = Field(word)
        else:
            problems.append(FieldProblem(f"map {name}", f"no field {word!r}; one of {', '.join(Field)}"))
    return chosen


def _constants(constants: Mapping[str, str], problems: list[FieldProblem]) -> list[tuple[Field, str]]:
    fixed = []
    for word, value in constants.items():
        if word in set(Field) - {Field.EXTERNAL_ID, Field.EMAIL}:
            fixed.append((Field(word), value))
        else:
            problems.append(FieldProblem(f"set {word}", "is no field that all people can share"))
    return fixed


def _said_twice(fields: Iterable[Field]) -> list[FieldProblem]:
    seen: set[Field] = set()
    problems = []
    for field in fields:
        if field in seen:
            problems.append(FieldProblem(f"map {field}", "is said by two columns"))
        seen.add(field)
    return problems


def _guessed(names: Sequence[str], settled: set[int], taken: set[Field]) -> dict[int, Field]:
    """The columns that nobody spoke of, by their headers; each field at most once."""
    places: dict[str, int] = {}
    for place, name in enumerate(names):
        if place not in settled:
            places.setdefault(_SIGNS.sub(" ", folded(name)).strip(), place)
    found: dict[int, Field] = {}
    for field, headers in _HEADERS.items():
        here = [places[header] for header in headers if header in places]
        if field not in taken and here and here[0] not in found:
            found[here[0]] = field
    return _in_two_parts(found, taken)


def _in_two_parts(found: dict[int, Field], taken: set[Field]) -> dict[int, Field]:
    """``Nom`` beside ``Prénom`` is the family name; alone it is the whole name."""
    if Field.FIRST_NAME not in {*found.values(), *taken} or Field.LAST_NAME in {*found.values(), *taken}:
        return found
    return {place: Field.LAST_NAME if field is Field.NAME else field for place, field in found.items()}


def _samples(table: Table, place: int) -> tuple[str, ...]:
    return tuple(row.at(place) for row in table.rows[:SAMPLES])


def _listed(names: Sequence[str]) -> str:
    return ", ".join(name for name in names if name)
