"""The files of a summit, from text to values: every problem with its file, line and field.

Local times are those of the summit's zone; an end at or before its start is on the next
day. Links are checked by whoever knows providers: ``check_link`` raises LinkRefused.
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TypeAlias
from zoneinfo import ZoneInfo

from streamhub.kit.errors import FileInvalid, FileProblem
from streamhub.programme import entries
from streamhub.programme import files as names
from streamhub.programme.entries import CheckLink
from streamhub.programme.files import ParticipantEntry, SessionEntry, SummitFiles
from streamhub.programme.local_time import zone_of
from streamhub.programme.model import Delegation, Document, Logo, Summit
from streamhub.programme.sheets import Columns, Findings, read_rows
from streamhub.programme.summit_file import line_of, parse_summit

MAX_BYTES = 10 * 1024 * 1024
MAX_LOGO_BYTES = 256 * 1024

_PICTURES = {
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".webp": "image/webp",
}


def read_folder(folder: Path, check_link: CheckLink) -> SummitFiles:
    """The files of a summit in ``folder``.

    Raises FileInvalid with every problem of every file.
    """
    if not folder.is_dir():
        raise FileInvalid([FileProblem(str(folder), None, None, "no such folder")])

    def read(name: str) -> bytes | None:
        path = folder / name
        return path.read_bytes() if path.is_file() else None

    return parse_files(read, check_link)


def parse_files(read: Callable[[str], bytes | None], check_link: CheckLink) -> SummitFiles:
    """The same from any reader: ``read`` gives a file's bytes, None where there is none.

    ``summit.toml`` is needed; without another file nothing is said about what it holds.
    Raises FileInvalid with every problem of every file.
    """
    findings = Findings()
    texts = {name: _decoded(read(name), name, findings) for name in _CSV_FILES}
    toml = _decoded(read(names.SUMMIT_FILE), names.SUMMIT_FILE, findings)
    if toml is None and not findings.errors:
        findings.error(names.SUMMIT_FILE, None, None, "no such file")
    summit = parse_summit(toml, findings) if toml is not None else None
    if summit is None:
        raise FileInvalid(findings.errors)
    logo = _logo(summit, toml or "", read, findings)
    files = _tables(texts, zone_of(summit.timezone), check_link, findings)
    if findings.errors:
        raise FileInvalid(findings.errors)
    sessions, delegations, participants, documents = files
    return SummitFiles(
        summit=replace(summit, logo_digest=hashlib.sha256(logo.content).hexdigest() if logo else ""),
        logo=logo,
        sessions=sessions,
        delegations=delegations,
        participants=participants,
        documents=documents,
        warnings=tuple(findings.warnings),
    )


_CSV_FILES = (
    names.PROGRAMME_FILE,
    names.DELEGATIONS_FILE,
    names.PARTICIPANTS_FILE,
    names.DOCUMENTS_FILE,
)

Tables: TypeAlias = tuple[
    tuple[SessionEntry, ...] | None,
    tuple[Delegation, ...] | None,
    tuple[ParticipantEntry, ...] | None,
    tuple[Document, ...] | None,
]


def _tables(
    texts: Mapping[str, str | None], zone: ZoneInfo, check_link: CheckLink, findings: Findings
) -> Tables:
    programme, delegations, participants, documents = (texts[name] for name in _CSV_FILES)
    slugs = _first_cells(programme, names.PROGRAMME_FILE, entries.PROGRAMME, "slug")
    codes = _first_cells(delegations, names.DELEGATIONS_FILE, entries.DELEGATIONS, "code")
    return (
        None if programme is None else entries.parse_programme(programme, zone, check_link, findings),
        None if delegations is None else entries.parse_delegations(delegations, findings),
        None if participants is None else entries.parse_participants(participants, codes, slugs, findings),
        None if documents is None else entries.parse_documents(documents, slugs, findings),
    )


def _first_cells(text: str | None, file: str, columns: Columns, name: str) -> frozenset[str] | None:
    """The names that other files may use, also those of rows with a problem of their own.

    None where the file is not there or not all of it can be read: then none is called unknown.
    """
    if text is None:
        return None
    findings = Findings()
    found = frozenset(row.get(name) for row in read_rows(text, file, columns, findings))
    return None if findings.errors else found


def _decoded(content: bytes | None, file: str, findings: Findings) -> str | None:
    if content is None:
        return None
    if len(content) > MAX_BYTES:
        findings.error(file, None, None, f"is larger than {MAX_BYTES} bytes")
        return None
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        how = "UTF-8" if file == names.SUMMIT_FILE else "“CSV UTF-8”"
        findings.error(file, line, None, f"is not UTF-8; save it as {how}")
        return None


def _logo(summit: Summit, toml: str, read: Callable[[str], bytes | None], findings: Findings) -> Logo | None:
    name = summit.logo
    if not name:
        return None
    kind = _PICTURES.get(Path(name).suffix.lower())
    beside = Path(name).name == name
    content = read(name) if kind and beside else None
    problem = ""
    if kind is None or not beside:
        problem = f"{name!r} must be an SVG, PNG, JPEG or WebP file beside this one"
    elif not content:
        problem = f"there is no picture {name!r} beside this file"
    elif len(content) > MAX_LOGO_BYTES:
        problem = f"{name!r} is larger than {MAX_LOGO_BYTES} bytes"
    if problem:
        findings.error(names.SUMMIT_FILE, line_of("logo", toml), "logo", problem)
    return Logo(name, kind, content) if kind and content else None
