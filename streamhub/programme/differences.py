"""What loading a file changes: compared field by field with what is stored.

Three values meet in each field: what the file says, what is stored, and what the file said
when it was last loaded. Where the stored one is neither of the others somebody edited it
in the console since; that is a conflict, and it is kept unless the load is forced.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Any, Generic, TypeAlias, TypeVar
from zoneinfo import ZoneInfo

from streamhub.kit.errors import FileProblem
from streamhub.kit.text import Localised
from streamhub.programme import files as names
from streamhub.programme.files import SessionEntry
from streamhub.programme.local_time import day_of, time_text
from streamhub.programme.model import Delegation, Document, Summit

AnyEntry: TypeAlias = Summit | SessionEntry | Delegation | Document
Entry = TypeVar("Entry", bound=AnyEntry)

_UNCOMPARED = frozenset({"order", "epoch", "renewed_at", "sources"})  # streams are compared in relay/
_COLUMNS = {"starts_at": "start", "ends_at": "end", "logo_digest": "logo"}
_PREFIXES = {"titles": "title", "names": "name", "fallback_text": "fallback_text"}
_INSTANTS = frozenset({"starts_at", "ends_at"})

MADE_HERE = "{}"
"""What stands beside a row that the console made: no file has said anything of it yet."""

_UNSAID = {"cancelled": False}
"""Fields of which a file may say nothing, and what holds where no file ever did."""

_NOT_SAID = {"said": None}  # equal to no field: the file and the console differed at its first load


@dataclass(frozen=True, slots=True)
class RowName:
    """A row of a file: its slug, code or address."""

    file: str
    row: str

    def __str__(self) -> str:
        return f"{self.file}: {self.row}"


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field of one row, in words: what is stored and what the file says."""

    file: str
    row: str
    field: str
    before: str
    after: str

    def __str__(self) -> str:
        return f"{self.file}: {self.row}: {self.field}: {self.before or '–'} → {self.after or '–'}"


@dataclass(frozen=True, slots=True)
class LoadReport:
    """What a load did, or with a dry run would do.

    ``conflicts`` were edited in the console since the last load and stay as they are,
    unless it was forced: then they stand among ``changed``. ``gone`` rows are stored but no
    longer in their file: they are left alone.
    """

    added: tuple[RowName, ...] = ()
    changed: tuple[FieldChange, ...] = ()
    conflicts: tuple[FieldChange, ...] = ()
    gone: tuple[RowName, ...] = ()
    warnings: tuple[FileProblem, ...] = ()
    applied: bool = False

    @property
    def nothing_new(self) -> bool:
        """Whether the files say what is stored already."""
        return not (self.added or self.changed or self.conflicts)


@dataclass(frozen=True, slots=True)
class Stored(Generic[Entry]):
    """A stored row, and as JSON what its file said when it was last loaded."""

    entry: Entry
    loaded: str


@dataclass(frozen=True, slots=True)
class Merged(Generic[Entry]):
    """The row to store. ``before`` is None for a new one."""

    entry: Entry
    loaded: str
    before: Entry | None
    changed: tuple[FieldChange, ...] = ()
    conflicts: tuple[FieldChange, ...] = ()


def merged(
    entry: Entry, stored: Stored[Entry] | None, zone: ZoneInfo, *, force: bool = False
) -> Merged[Entry]:
    """The file's row brought together with the stored one; ``zone`` is for the words."""
    unsaid = [name for name in _UNSAID if getattr(entry, name, _NOT_SAID) is None]
    if stored is None:
        entry = _with(entry, {name: _UNSAID[name] for name in unsaid})
        return Merged(entry, _json(plain(entry)), None)
    entry = _with(entry, {name: getattr(stored.entry, name) for name in unsaid})
    said, kept, loaded = plain(entry), plain(stored.entry), _loaded(stored)
    differing = [name for name in said if said[name] != kept[name]]
    edited = [name for name in differing if _is_edited(name, kept, loaded) and not force]
    base = said | {name: loaded.get(name, _NOT_SAID) for name in (*edited, *unsaid)}
    row = row_name(entry)

    def words(some: Iterable[str]) -> tuple[FieldChange, ...]:
        pairs = ((_shown(name, kept[name], zone), _shown(name, said[name], zone)) for name in some)
        return tuple(change for old, new in pairs for change in _changes(row, old, new))

    return Merged(
        entry=_with(entry, {name: getattr(stored.entry, name) for name in edited}),
        loaded=_json(base),
        before=stored.entry,
        changed=words(name for name in differing if name not in edited),
        conflicts=words(edited),
    )


def edited_fields(stored: Stored[Any]) -> tuple[str, ...]:
    """The fields that were edited since the file was loaded; none for a row that no file has."""
    kept, loaded = plain(stored.entry), _loaded(stored)
    return tuple(name for name in kept if loaded and _is_edited(name, kept, loaded))


def gone(file: str, stored: Iterable[Entry], entries: Iterable[Entry]) -> tuple[RowName, ...]:
    """Stored rows that their file no longer has."""
    present = {key_of(entry) for entry in entries}
    return tuple(RowName(file, key_of(entry)) for entry in stored if key_of(entry) not in present)


def reordered(file: str, stored: Iterable[Entry], entries: Iterable[Entry]) -> tuple[FieldChange, ...]:
    """One change where rows that both know stand in another order."""
    after = [key_of(entry) for entry in entries]
    before = [key for key in map(key_of, stored) if key in after]
    known = [key for key in after if key in before]
    return () if before == known else (FieldChange(file, "", "order", " ".join(before), " ".join(known)),)


def key_of(entry: AnyEntry) -> str:
    """What makes a row of its file the same row again."""
    match entry:
        case Delegation():
            return entry.code
        case Document():
            return f"{entry.session} {entry.url}"
        case _:
            return entry.slug


def row_name(entry: AnyEntry) -> RowName:
    """The row as messages name it."""
    return RowName(_FILES[type(entry)], key_of(entry))


def plain(entry: AnyEntry) -> dict[str, Any]:
    """The fields that a file gives, as values that JSON keeps."""
    return {f.name: _plain(getattr(entry, f.name)) for f in fields(entry) if f.name not in _UNCOMPARED}


def _with(entry: Entry, values: Mapping[str, Any]) -> Entry:
    """The row with other values in some fields."""
    return replace(entry, **values)


def _loaded(stored: Stored[Any]) -> dict[str, Any]:
    """What the file said when it was last loaded, empty for a row that the console made."""
    said: dict[str, Any] = json.loads(stored.loaded)
    defaults = {name: value for name, value in _UNSAID.items() if hasattr(stored.entry, name)}
    return defaults | said if said else {}


def _is_edited(name: str, kept: Mapping[str, Any], loaded: Mapping[str, Any]) -> bool:
    """A field that a new version added was in no file; all of a row that the console made is an edit."""
    return bool(kept[name] != loaded[name]) if name in loaded else not loaded


_FILES: Mapping[type, str] = {
    Summit: names.SUMMIT_FILE,
    SessionEntry: names.PROGRAMME_FILE,
    Delegation: names.DELEGATIONS_FILE,
    Document: names.DOCUMENTS_FILE,
}


def _plain(value: Any) -> Any:  # noqa: ANN401 - any field of an entry
    match value:
        case Localised():
            return value.as_dict()
        case date():
            return value.isoformat()
        case tuple():
            return [_plain(item) for item in value]
        case _:
            return value


def _json(values: Mapping[str, Any]) -> str:
    return json.dumps(values, ensure_ascii=False, sort_keys=True)


def _shown(name: str, value: Any, zone: ZoneInfo) -> dict[str, str]:  # noqa: ANN401 - a plain value
    """Column to words: a text in three languages is three columns, so is a list of settings."""
    if name in _PREFIXES:
        return {f"{_PREFIXES[name]}_{lang}": text for lang, text in value.items()}
    if name == "settings":
        return {key: str(number) for key, number in value}
    if name in _INSTANTS:
        return {_COLUMNS[name]: f"{day_of(value, zone)} {time_text(value, zone)}"}
    if isinstance(value, bool):
        return {name: "yes" if value else "no"}
    if isinstance(value, list):
        return {name: " ".join(value)}
    return {_COLUMNS.get(name, name): "" if value is None else str(value)}


def _changes(row: RowName, old: Mapping[str, str], new: Mapping[str, str]) -> Iterable[FieldChange]:
    columns = dict.fromkeys((*old, *new))
    for column in columns:
        before, after = old.get(column, ""), new.get(column, "")
        if before != after or len(columns) == 1:
            yield FieldChange(row.file, row.row, column, before, after)
