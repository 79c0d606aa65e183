"""What may be edited in the programme, and what it must say. Pure."""

import hashlib
import json
import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from streamhub.kit.clock import HOUR, Instant
from streamhub.kit.errors import FieldInvalid, FieldProblem, StateConflict
from streamhub.kit.ids import DelegationCode, SessionSlug
from streamhub.kit.text import SOURCE_LANGUAGE, Localised, clean, folded, localised
from streamhub.programme.differences import AnyEntry, plain
from streamhub.programme.files import SessionEntry
from streamhub.programme.model import (
    MAX_SEATS,
    NEED_A_COUNTRY,
    RESERVED,
    Delegation,
    DelegationKind,
    Document,
    Session,
    SessionAccess,
    is_code,
    is_country,
    is_language,
    is_slug,
    is_web_address,
)

MAX_TITLE = 200
MAX_WORD = 120
MAX_NOTES = 4_000
MAX_LENGTH = 24 * HOUR
"""A session ends within a day of its beginning, as in the file."""

_SLUG_LENGTH = 48
_NOT_A_SLUG = re.compile(r"[^a-z0-9]+")
_NO_TIME = -1

Texts = Mapping[str, str]
"""Language to text; an empty text takes its language away, a language left out stays."""

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionEdit:
    """What is to change in a session; None stays as it is."""

    titles: Texts | None = None
    kind: str | None = None
    venue: str | None = None
    room: str | None = None
    access: SessionAccess | None = None
    notes: str | None = None
    starts_at: Instant | None = None
    ends_at: Instant | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DelegationEdit:
    """What is to change in a delegation; None stays as it is, ``unlimited`` takes the limit of seats away."""

    names: Texts | None = None
    kind: DelegationKind | None = None
    country: str | None = None
    seats: int | None = None
    unlimited: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentEdit:
    """What is to change in a document; None stays as it is."""

    titles: Texts | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Editable(Generic[Row]):
    """A row as it stands, ready to be edited.

    ``version`` changes with every edit, whoever made it. ``from_file`` tells whether a file
    knows the row; ``edited`` are its fields that were changed here since that file was loaded.
    """

    row: Row
    version: str
    from_file: bool
    edited: tuple[str, ...]


def version_of(entry: AnyEntry, *more: object) -> str:
    """The same for the same content, whoever wrote it."""
    text = json.dumps([plain(entry), *map(str, more)], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def check_version(asked: str | None, present: str) -> None:
    """Raise StateConflict when somebody edited the row since it was read; None was not asked."""
    if asked is not None and asked != present:
        raise StateConflict("somebody edited this since you read it")


def edited_session(entry: SessionEntry, edit: SessionEdit) -> SessionEntry:
    """The session as the edit wants it; raises FieldInvalid with every wrong field."""
    problems: list[FieldProblem] = []
    after = replace(
        entry,
        titles=_texts("titles", entry.titles, edit.titles, problems),
        kind=_line("kind", entry.kind, edit.kind, problems, needed=True),
        venue=_line("venue", entry.venue, edit.venue, problems),
        room=_line("room", entry.room, edit.room, problems),
        access=entry.access if edit.access is None else edit.access,
        notes=_notes(entry.notes, edit.notes, problems),
        starts_at=entry.starts_at if edit.starts_at is None else edit.starts_at,
        ends_at=entry.ends_at if edit.ends_at is None else edit.ends_at,
    )
    if _NO_TIME not in (after.starts_at, after.ends_at):
        problems += _span(after)
    _raise(problems)
    return after


def new_session(slug: str, edit: SessionEdit, known: Collection[str], order: int) -> SessionEntry:
    """A session that no file has; without a slug one is made from its title.

    Raises FieldInvalid with every wrong field.
    """
    problems = [
        FieldProblem(name, "is needed")
        for name, value in (("starts_at", edit.starts_at), ("ends_at", edit.ends_at))
        if value is None
    ]
    title = (edit.titles or {}).get(SOURCE_LANGUAGE, "")
    slug = clean(slug) or slug_of(title, known)
    if not is_slug(slug):
        problems.append(FieldProblem("slug", "small letters without accents, digits and hyphens, at most 63"))
    elif slug in known:
        problems.append(FieldProblem("slug", "another session has this name"))
    bare = SessionEntry(
        slug=SessionSlug(slug),
        kind="",
        titles=Localised(),
        venue="",
        room="",
        access=SessionAccess.INVITED,
        notes="",
        starts_at=_NO_TIME,
        ends_at=_NO_TIME,
        order=order,
    )
    full = replace(edit, titles=edit.titles or {}, kind=edit.kind or "")
    return _with(problems, lambda: edited_session(bare, full))


def slug_of(title: str, known: Collection[str]) -> str:
    """A name for addresses made from a title, another one than those known."""
    plain_title = _NOT_A_SLUG.sub("-", folded(title)).strip("-")[:_SLUG_LENGTH].strip("-") or "seance"
    numbered = (f"{plain_title}-{number}" for number in range(2, len(known) + 3))
    return next(name for name in (plain_title, *numbered) if name not in known)


def edited_delegation(delegation: Delegation, edit: DelegationEdit) -> Delegation:
    """The delegation as the edit wants it; raises FieldInvalid with every wrong field."""
    problems: list[FieldProblem] = []
    seats = delegation.seats if edit.seats is None else edit.seats
    after = replace(
        delegation,
        names=_texts("names", delegation.names, edit.names, problems),
        kind=delegation.kind if edit.kind is None else edit.kind,
        country=delegation.country if edit.country is None else edit.country.strip(),
        seats=None if edit.unlimited else seats,
    )
    if after.country and not is_country(after.country):
        problems.append(FieldProblem("country", "must be two capitals such as BE (ISO 3166-1)"))
    elif not after.country and after.kind in NEED_A_COUNTRY:
        problems.append(FieldProblem("country", f"is empty; a {after.kind} needs one"))
    if after.seats is not None and not 0 <= after.seats <= MAX_SEATS:
        problems.append(FieldProblem("seats", f"must be from 0 to {MAX_SEATS}"))
    _raise(problems)
    return after


def new_delegation(
    code: str, kind: DelegationKind, edit: DelegationEdit, known: Collection[str], order: int
) -> Delegation:
    """A delegation that no file has, last in protocol order; raises FieldInvalid with every wrong field."""
    problems = []
    code = clean(code)
    if code in RESERVED:
        problems.append(FieldProblem("code", f"{code} is a reserved code"))
    elif not is_code(code):
        problems.append(FieldProblem("code", "capitals without accents, digits and hyphens, at most 16"))
    elif code in known:
        problems.append(FieldProblem("code", "another delegation has this code"))
    bare = Delegation(DelegationCode(code), Localised(), kind, order=order)
    return _with(problems, lambda: edited_delegation(bare, replace(edit, names=edit.names or {})))


def edited_document(document: Document, edit: DocumentEdit) -> Document:
    """The document as the edit wants it; raises FieldInvalid with every wrong field."""
    problems: list[FieldProblem] = []
    url = document.url if edit.url is None else edit.url.strip()
    if not is_web_address(url):
        problems.append(FieldProblem("url", "must begin with https:// or http:// and name a host"))
    titles = _texts("titles", document.titles, edit.titles, problems)
    _raise(problems)
    return replace(document, titles=titles, url=url)


def document_id(url: str) -> str:
    """How addresses of ours name a document."""
    return f"d_{hashlib.sha256(url.encode()).hexdigest()[:16]}"


def check_may_cancel(session: Session) -> None:
    """Raise StateConflict for a session that is held or was: it is ended, not cancelled."""
    if session.state.value in {"live", "paused", "ended"}:
        raise StateConflict("the session has begun; end it instead")


def check_may_move(session: Session, *, another_day: bool) -> None:
    """Raise StateConflict for new times of an ended session, unless it is to be held on another day."""
    if session.state.value == "ended" and not another_day:
        raise StateConflict("the session has ended; its times are history")


def _with(problems: Iterable[FieldProblem], make: Callable[[], Row]) -> Row:
    """What ``make`` gives, or its problems and those found before, together."""
    found = list(problems)
    try:
        made = make()
    except FieldInvalid as error:
        raise FieldInvalid(*found, *error.problems) from None
    _raise(found)
    return made


def _raise(problems: list[FieldProblem]) -> None:
    if problems:
        raise FieldInvalid(*problems)


def _texts(field: str, before: Localised, edit: Texts | None, problems: list[FieldProblem]) -> Localised:
    if edit is None:
        return before
    cleaned = {lang: " ".join(clean(text).split()) for lang, text in edit.items()}
    after = localised(before.as_dict() | cleaned)
    if SOURCE_LANGUAGE not in after.as_dict():
        problems.append(FieldProblem(f"{field}.{SOURCE_LANGUAGE}", "is empty"))
    for lang, text in cleaned.items():
        if not is_language(lang):
            problems.append(FieldProblem(f"{field}.{lang}", "is no language tag such as fr"))
        elif len(text) > MAX_TITLE:
            problems.append(FieldProblem(f"{field}.{lang}", f"at most {MAX_TITLE} characters"))
    return after


def _line(
    field: str, before: str, edit: str | None, problems: list[FieldProblem], *, needed: bool = False
) -> str:
    if edit is None:
        return before
    after = " ".join(clean(edit).split())
    if needed and not after:
        problems.append(FieldProblem(field, "is empty"))
    elif len(after) > MAX_WORD:
        problems.append(FieldProblem(field, f"at most {MAX_WORD} characters"))
    return after


def _notes(before: str, edit: str | None, problems: list[FieldProblem]) -> str:
    if edit is None:
        return before
    after = clean(edit)
    if len(after) > MAX_NOTES:
        problems.append(FieldProblem("notes", f"at most {MAX_NOTES} characters"))
    return after


def _span(entry: SessionEntry) -> list[FieldProblem]:
    if 0 < entry.ends_at - entry.starts_at <= MAX_LENGTH:
        return []
    return [FieldProblem("ends_at", "must lie after the start, within 24 hours")]
