"""Rows of the CSV files and the rules of their cells: what a session, a seat … must say."""

import re
from collections.abc import Callable, Collection, Iterable
from datetime import date, time
from enum import StrEnum
from typing import TypeVar
from zoneinfo import ZoneInfo

from streamhub.kit.clock import Instant
from streamhub.kit.errors import LinkRefused
from streamhub.kit.ids import DelegationCode, SessionSlug
from streamhub.kit.text import localised
from streamhub.programme import files
from streamhub.programme.files import FLOOR, ParticipantEntry, SessionEntry, SourceUrl, redacted
from streamhub.programme.local_time import NoSuchTime, end_day, instant_of, parse_day, parse_time
from streamhub.programme.model import (
    MAX_SEATS,
    NEED_A_COUNTRY,
    RESERVED,
    Delegation,
    DelegationKind,
    Document,
    SessionAccess,
    is_code,
    is_country,
    is_email,
    is_language,
    is_slug,
    is_web_address,
)
from streamhub.programme.sheets import Columns, Findings, Row, read_rows

ROLES = frozenset(
    {
        "delegate",
        "press",
        "observer",
        "interpreter",
        "technician",
        "correspondent",
        "moderator",
        "desk",
        "communications",
        "organiser",
    }
)
"""The words of the contract; what each may do is said in access/."""

DELEGATION_ROLES = frozenset({"delegate", "press", "correspondent"})
"""Roles that mean nothing without a delegation."""

CheckLink = Callable[[str], None]
"""Raises LinkRefused for a stream that cannot be shown."""

Entry = TypeVar("Entry")
Word = TypeVar("Word", bound=StrEnum)

PROGRAMME = Columns(
    ("slug", "date", "start", "end", "kind", "venue", "title_fr"),
    ("room", "access", "source_urls", "notes", "cancelled"),
    ("title",),
)
DELEGATIONS = Columns(("code", "name_fr", "kind", "country"), ("seats",), ("name",))
PARTICIPANTS = Columns(
    ("external_id", "delegation", "role"), ("label", "name", "email", "lang", "sessions", "speak")
)
DOCUMENTS = Columns(("session", "title_fr", "url"), (), ("title",))

_CHANNEL = re.compile(r"([^=:/?#]*)=(.*)", re.DOTALL)
_CHANNEL_WORDS = frozenset({FLOOR, "audio", "sign"})
_SEPARATORS = re.compile(r"[\s,;|]+")
_YES = dict.fromkeys(("yes", "true", "1", "oui"), True) | dict.fromkeys(
    ("", "no", "false", "0", "non"), False
)


def parse_programme(
    text: str, zone: ZoneInfo, check_link: CheckLink, findings: Findings
) -> tuple[SessionEntry, ...]:
    """The sessions of ``programme.csv``, without those that the findings refuse."""
    rows = read_rows(text, files.PROGRAMME_FILE, PROGRAMME, findings)
    _refuse_twice(rows, "slug")
    return _kept(rows, lambda order, row: _session(order, row, zone, check_link))


def parse_delegations(text: str, findings: Findings) -> tuple[Delegation, ...]:
    """The delegations of ``delegations.csv`` in protocol order."""
    rows = read_rows(text, files.DELEGATIONS_FILE, DELEGATIONS, findings)
    _refuse_twice(rows, "code")
    return _kept(rows, _delegation)


def parse_documents(text: str, sessions: Collection[str] | None, findings: Findings) -> tuple[Document, ...]:
    """The documents of ``documents.csv``; each session must be one of ``sessions``."""
    rows = read_rows(text, files.DOCUMENTS_FILE, DOCUMENTS, findings)
    _refuse_twice(rows, "session", "url")
    return _kept(rows, lambda order, row: _document(order, row, sessions))


def parse_participants(
    text: str,
    delegations: Collection[str] | None,
    sessions: Collection[str] | None,
    findings: Findings,
    file: str = files.PARTICIPANTS_FILE,
) -> tuple[ParticipantEntry, ...]:
    """The seats of ``participants.csv``; None for known codes or slugs checks none."""
    rows = read_rows(text, file, PARTICIPANTS, findings)
    _refuse_twice(rows, "external_id")

    def parse(_: int, row: Row) -> ParticipantEntry:
        row.need("external_id")
        return participant_entry(row, delegations, sessions)

    return _kept(rows, parse)


def _refuse_twice(rows: Iterable[Row], *columns: str) -> None:
    seen: dict[tuple[str, ...], int] = {}
    for row in rows:
        key = tuple(row.get(column) for column in columns)
        if all(key) and key in seen:
            row.wrong(columns[-1], f"{key[-1]!r} stands in line {seen[key]} already")
        seen.setdefault(key, row.line)


def _kept(rows: Iterable[Row], parse: Callable[[int, Row], Entry | None]) -> tuple[Entry, ...]:
    """The entries of the rows that had no problem; a row's problems are all gathered."""
    entries = []
    for order, row in enumerate(rows, start=1):
        before = len(row.findings.errors)
        entry = parse(order, row)
        if entry is not None and len(row.findings.errors) == before:
            entries.append(entry)
    return tuple(entries)


def _session(order: int, row: Row, zone: ZoneInfo, check_link: CheckLink) -> SessionEntry | None:
    slug = row.need("slug")
    if slug and not is_slug(slug):
        row.wrong("slug", f"{slug!r}: small letters without accents, digits and hyphens, at most 63")
    span = _span(row, zone)
    access = _word(row, "access", SessionAccess, SessionAccess.INVITED)
    kind, titles, sources = row.need("kind"), row.texts("title"), _sources(row, check_link)
    cancelled = _cancelled(row)
    if span is None or access is None:
        return None
    return SessionEntry(
        slug=SessionSlug(slug),
        kind=kind,
        titles=localised(titles),
        venue=row.get("venue"),
        room=row.get("room"),
        access=access,
        notes=row.cells.get("notes", ""),
        starts_at=span[0],
        ends_at=span[1],
        sources=sources,
        order=order,
        cancelled=cancelled,
    )


def _cancelled(row: Row) -> bool | None:
    """What the file says of it, None without the column."""
    if "cancelled" not in row.cells:
        return None
    word = row.get("cancelled").lower()
    if word not in _YES:
        row.wrong("cancelled", f"{word!r} must be yes or no")
    return _YES.get(word, False)


def _span(row: Row, zone: ZoneInfo) -> tuple[Instant, Instant] | None:
    day = _parsed(row, "date", parse_day)
    start = _parsed(row, "start", parse_time)
    end = _parsed(row, "end", parse_time)
    if day is None or start is None or end is None:
        return None
    starts_at = _instant(row, "start", day, start, zone)
    ends_at = _instant(row, "end", end_day(day, start, end), end, zone)
    return None if starts_at is None or ends_at is None else (starts_at, ends_at)


def _parsed(row: Row, name: str, parse: Callable[[str], Entry]) -> Entry | None:
    """The cell read by ``parse``, whose ValueError becomes the row's problem."""
    value = row.need(name)
    try:
        return parse(value) if value else None
    except ValueError as error:
        row.wrong(name, str(error))
        return None


def _instant(row: Row, name: str, day: date, at: time, zone: ZoneInfo) -> Instant | None:
    try:
        return instant_of(day, at, zone)
    except NoSuchTime as error:
        row.wrong(name, str(error))
        return None


def _word(row: Row, name: str, words: type[Word], default: Word | None = None) -> Word | None:
    """The cell as one of the words; an empty one is the default, where there is one."""
    value = row.get(name)
    if not value and default is not None:
        return default
    try:
        return words(value)
    except ValueError:
        row.wrong(name, f"{value!r} must be one of: {', '.join(words)}")
        return None


def _sources(row: Row, check_link: CheckLink) -> tuple[SourceUrl, ...]:
    sources = tuple(source_of(token) for token in row.get("source_urls").split())
    for source in sources:
        if source.channel not in _CHANNEL_WORDS and not is_language(source.channel):
            row.wrong(
                "source_urls", f"{source.channel!r} is no channel: floor, audio, sign or a language tag"
            )
        try:
            check_link(source.url)
        except LinkRefused as error:
            row.wrong("source_urls", f"{redacted(source.url)}: {error} ({error.reason})")
    return sources


def source_of(token: str) -> SourceUrl:
    """``sign=https://…`` or ``https://…``; an ``=`` inside the address says no channel."""
    match = _CHANNEL.fullmatch(token)
    return SourceUrl(match[1], match[2]) if match else SourceUrl(FLOOR, token)


def _delegation(order: int, row: Row) -> Delegation | None:
    code = row.need("code")
    if code in RESERVED:
        row.wrong("code", f"{code} is a reserved code")
    elif code and not is_code(code):
        row.wrong("code", f"{code!r}: capitals without accents, digits and hyphens, at most 16")
    kind = _word(row, "kind", DelegationKind)
    country = row.get("country")
    if country and not is_country(country):
        row.wrong("country", f"{country!r} must be two capitals such as BE (ISO 3166-1)")
    elif not country and kind in NEED_A_COUNTRY:
        row.wrong("country", f"is empty; a {kind} needs one")
    names_, seats = row.texts("name"), _seats(row)
    if kind is None:
        return None
    return Delegation(DelegationCode(code), localised(names_), kind, country, seats, order)


def _seats(row: Row) -> int | None:
    value = row.get("seats")
    if not value:
        return None
    if value.isascii() and value.isdecimal() and int(value) <= MAX_SEATS:
        return int(value)
    row.wrong("seats", f"{value!r} must be a whole number from 0 to {MAX_SEATS}, or empty for no limit")
    return None


def _document(order: int, row: Row, sessions: Collection[str] | None) -> Document:
    session, url = row.need("session"), row.need("url")
    if session and sessions is not None and session not in sessions:
        row.wrong("session", f"{session!r} is not in {files.PROGRAMME_FILE}")
    if url and not is_web_address(url):
        row.wrong("url", "must begin with https:// or http:// and name a host")
    return Document(SessionSlug(session), localised(row.texts("title")), url, order)


def participant_entry(
    row: Row, delegations: Collection[str] | None, sessions: Collection[str] | None
) -> ParticipantEntry:
    """One seat. An empty ``external_id`` is a problem for whoever has no other way to know people."""
    role, code = row.need("role"), row.get("delegation")
    if role and role not in ROLES:
        row.wrong("role", f"{role!r} must be one of: {', '.join(sorted(ROLES))}")
    _check_delegation(row, role, code, delegations)
    for name, fits, message in (
        ("lang", is_language, "is no language tag such as fr"),
        ("email", is_email, "is no e-mail address"),
        ("speak", lambda word: word.lower() in _YES, "must be yes or no"),
    ):
        if (value := row.get(name)) and not fits(value):
            row.wrong(name, f"{value!r} {message}")
    return ParticipantEntry(
        external_id=row.get("external_id"),
        delegation=DelegationCode(code) if code else None,
        role=role,
        label=row.get("label"),
        name=row.get("name"),
        email=row.get("email"),
        lang=row.get("lang"),
        sessions=_invited_to(row, sessions),
        speak=_YES.get(row.get("speak").lower(), False),
    )


def _check_delegation(row: Row, role: str, code: str, delegations: Collection[str] | None) -> None:
    if code in RESERVED:
        row.wrong("delegation", f"{code} is a reserved code; staff have none here")
    elif code and delegations is not None and code not in delegations:
        row.wrong("delegation", f"{code!r} is not in {files.DELEGATIONS_FILE}")
    elif not code and role in DELEGATION_ROLES:
        row.wrong("delegation", f"is empty; a {role} needs one")


def _invited_to(row: Row, sessions: Collection[str] | None) -> tuple[SessionSlug, ...] | None:
    """None, for every session, where the cell is empty or ``*``."""
    slugs = [slug for slug in _SEPARATORS.split(row.get("sessions")) if slug]
    if slugs in ([], ["*"]):
        return None
    for slug in slugs:
        if sessions is not None and slug not in sessions:
            row.wrong("sessions", f"{slug!r} is not in {files.PROGRAMME_FILE}")
    return tuple(SessionSlug(slug) for slug in slugs)
