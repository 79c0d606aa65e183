"""The files of a summit, written from what is stored; loading them changes nothing."""

import csv
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from datetime import date
from io import StringIO
from typing import Any
from zoneinfo import ZoneInfo

from streamhub.kit.text import Localised
from streamhub.programme import files as names
from streamhub.programme.files import ExportedFile, SessionEntry, SummitFiles
from streamhub.programme.local_time import day_of, time_text, zone_of
from streamhub.programme.model import Delegation, Document, Summit
from streamhub.programme.sheets import as_text

_PREFIXES = {"titles": "title", "fallback_text": "fallback_text"}
_NOT_WRITTEN = frozenset({"logo_digest", "settings"})


def written(files: SummitFiles) -> tuple[ExportedFile, ...]:
    """Every file but the people's."""
    zone = zone_of(files.summit.timezone)
    made = [
        ExportedFile(names.SUMMIT_FILE, summit_toml(files.summit).encode()),
        _sheet(names.PROGRAMME_FILE, [_session(entry, zone) for entry in files.sessions or ()], _PROGRAMME),
        _sheet(
            names.DELEGATIONS_FILE, [_delegation(entry) for entry in files.delegations or ()], _DELEGATIONS
        ),
        _sheet(names.DOCUMENTS_FILE, [_document(entry) for entry in files.documents or ()], _DOCUMENTS),
    ]
    if files.logo:
        made.append(ExportedFile(files.logo.name, files.logo.content))
    return tuple(made)


def summit_toml(summit: Summit) -> str:
    """``summit.toml``, with the keys that have a value, in the order of the contract."""
    lines = []
    for field in fields(summit):
        value = getattr(summit, field.name)
        if field.name in _NOT_WRITTEN or value in (None, "", ()):
            continue
        if isinstance(value, Localised):
            lines += [f"{_PREFIXES[field.name]}_{lang} = {_toml(text)}" for lang, text in value.entries]
        else:
            lines.append(f"{field.name} = {_toml(value)}")
    lines += [f"{name} = {_toml(value)}" for name, value in summit.settings]
    return "\n".join(lines) + "\n"


_PROGRAMME = (
    *("slug", "date", "start", "end", "kind", "venue"),
    *("room", "access", "title", "source_urls", "notes", "cancelled"),
)
_DELEGATIONS = ("code", "name", "kind", "country", "seats")
_DOCUMENTS = ("session", "title", "url")


def _toml(value: Any) -> str:  # noqa: ANN401 - a value of Summit
    match value:
        case str() | bool():
            return json.dumps(value, ensure_ascii=False)  # a JSON string is a TOML basic string
        case date():
            return value.isoformat()
        case tuple():
            return f"[{', '.join(_toml(item) for item in value)}]"
        case _:
            return str(value)


def _session(entry: SessionEntry, zone: ZoneInfo) -> Mapping[str, str]:
    return {
        "slug": entry.slug,
        "date": day_of(entry.starts_at, zone).isoformat(),
        "start": time_text(entry.starts_at, zone),
        "end": time_text(entry.ends_at, zone),
        "kind": entry.kind,
        "venue": entry.venue,
        "room": entry.room,
        "access": entry.access,
        **_in_languages("title", entry.titles),
        "source_urls": " ".join(map(str, entry.sources)),
        "notes": entry.notes,
        "cancelled": "yes" if entry.cancelled else "",
    }


def _delegation(entry: Delegation) -> Mapping[str, str]:
    return {
        "code": entry.code,
        **_in_languages("name", entry.names),
        "kind": entry.kind,
        "country": entry.country,
        "seats": "" if entry.seats is None else str(entry.seats),
    }


def _document(entry: Document) -> Mapping[str, str]:
    return {"session": entry.session, **_in_languages("title", entry.titles), "url": entry.url}


def _in_languages(prefix: str, texts: Localised) -> dict[str, str]:
    return {f"{prefix}_{lang}": text for lang, text in texts.entries}


def _sheet(name: str, rows: Sequence[Mapping[str, str]], columns: Iterable[str]) -> ExportedFile:
    """A CSV file; a cell that a spreadsheet would take for a formula begins with an apostrophe."""
    header = [column for wanted in columns for column in _in_full(wanted, rows)]
    text = StringIO()
    writer = csv.DictWriter(text, header, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows({column: as_text(value) for column, value in row.items()} for row in rows)
    return ExportedFile(name, text.getvalue().encode())


def _in_full(column: str, rows: Sequence[Mapping[str, str]]) -> list[str]:
    if column not in {"title", "name"}:
        return [column]
    used = (name for row in rows for name in row if name.startswith(f"{column}_"))
    return list(dict.fromkeys((f"{column}_fr", *used)))
