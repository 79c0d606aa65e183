"""The organiser's console: the programme and one session, to be edited."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from streamhub.handlers.views.programme import Reader, SessionRow, row
from streamhub.kit.clock import Instant, to_datetime
from streamhub.kit.ids import SessionSlug, SourceId
from streamhub.kit.text import SOURCE_LANGUAGE, Localised
from streamhub.kit.times import Times
from streamhub.programme.editing import Editable, document_id
from streamhub.programme.model import Document, Session, SessionState, Summit
from streamhub.relay.model import SourceView

KINDS = (
    *("plenary", "workshop", "round-table", "presentation", "keynote"),
    *("ceremony", "opening", "closing", "training", "session"),
)
"""Kinds of sessions that the pages have a word for; a file may say others."""

TABS = (
    ("programme", "/console"),
    ("delegations", "/console/delegations"),
    ("people", "/console/people"),
    ("lists", "/console/lists"),
    ("staff", "/console/staff"),
    ("requests", "/console/requests"),
    ("audit", "/console/audit"),
)

_BEGUN = frozenset({SessionState.LIVE, SessionState.PAUSED, SessionState.ENDED})


@dataclass(frozen=True, slots=True)
class Tab:
    """A part of the console; ``key`` names the text."""

    key: str
    path: str
    current: bool


@dataclass(frozen=True, slots=True)
class TextField:
    """A text in one language."""

    lang: str
    value: str
    needed: bool


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a row comes from: a file or the console; ``edited`` names fields changed since the file."""

    from_file: bool
    edited: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SessionForm:
    """The fields of a session. Times are local ones of the summit."""

    slug: str
    titles: tuple[TextField, ...]
    kind: str
    kinds: tuple[str, ...]
    venue: str
    room: str
    public: bool
    notes: str
    starts_at: str
    ends_at: str
    version: str


@dataclass(frozen=True, slots=True)
class ProgrammeRow:
    """One session in the console's list."""

    session: SessionRow
    origin: Origin
    sources: int
    documents: int
    version: str
    may_cancel: bool


@dataclass(frozen=True, slots=True)
class ConsoleDay:
    """One day of the programme."""

    label: str
    today: bool
    rows: tuple[ProgrammeRow, ...]


@dataclass(frozen=True, slots=True)
class ProgrammeConsole:
    """What ``/console`` shows; ``places`` are venues and rooms in use, to choose from."""

    tabs: tuple[Tab, ...]
    days: tuple[ConsoleDay, ...]
    blank: SessionForm
    venues: tuple[str, ...]
    rooms: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DocumentForm:
    """The fields of a document."""

    id: str
    titles: tuple[TextField, ...]
    url: str
    version: str
    origin: Origin


@dataclass(frozen=True, slots=True)
class SessionConsole:
    """What ``/console/sessions/{slug}`` shows; ``active`` are the sources that are on."""

    tabs: tuple[Tab, ...]
    session: SessionRow
    run: int
    origin: Origin
    form: SessionForm
    may_cancel: bool
    documents: tuple[DocumentForm, ...]
    blank_document: tuple[TextField, ...]
    sources: tuple[SourceView, ...]
    active: frozenset[SourceId]
    venues: tuple[str, ...]
    rooms: tuple[str, ...]
    island: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Counts:
    """How many sources and documents the sessions have."""

    sources: Mapping[SessionSlug, int]
    documents: Mapping[SessionSlug, int]


def tabs(here: str) -> tuple[Tab, ...]:
    """The parts of the console; ``here`` is the key of this one."""
    return tuple(Tab(key, path, key == here) for key, path in TABS)


def programme_console(
    rows: Sequence[Editable[Session]], counts: Counts, summit: Summit, reader: Reader
) -> ProgrammeConsole:
    """Every session by day, and an empty form for one more."""
    times, today = reader.times, reader.times.local_date(reader.now)
    ordered = sorted(rows, key=lambda one: (one.row.starts_at, one.row.order))
    by_day = groupby(ordered, key=lambda one: times.local_date(one.row.starts_at))
    days = tuple(
        ConsoleDay(
            times.moment(same[0].row.starts_at).day,
            day == today,
            tuple(_programme_row(one, counts, reader) for one in same),
        )
        for day, same in ((day, list(group)) for day, group in by_day)
    )
    sessions = [one.row for one in rows]
    return ProgrammeConsole(
        tabs=tabs("programme"),
        days=days,
        blank=_blank(sessions, summit, times, reader.now),
        venues=_used(s.venue for s in sessions),
        rooms=_used(s.room for s in sessions),
    )


def session_console(
    editable: Editable[Session],
    sessions: Sequence[Session],
    documents: Sequence[Editable[Document]],
    sources: tuple[SourceView, ...],
    active: frozenset[SourceId],
    summit: Summit,
    reader: Reader,
) -> SessionConsole:
    """One session with its documents and sources."""
    session = editable.row
    return SessionConsole(
        tabs=tabs("programme"),
        session=row(session, reader),
        run=session.run,
        origin=origin(editable),
        form=_form(editable, summit, reader.times),
        may_cancel=session.state not in _BEGUN,
        documents=tuple(_document(one, summit) for one in documents),
        blank_document=text_fields(Localised(), summit),
        sources=sources,
        active=active,
        venues=_used(s.venue for s in sessions),
        rooms=_used(s.room for s in sessions),
        island={"slug": session.slug},
    )


def origin(editable: Editable[Any]) -> Origin:
    """Where the row comes from."""
    return Origin(editable.from_file, editable.edited)


def text_fields(texts: Localised, summit: Summit) -> tuple[TextField, ...]:
    """A field for each language of the summit, French first: that one is needed."""
    languages = (SOURCE_LANGUAGE, *(summit.languages or ("en",)), *texts.as_dict())
    values = texts.as_dict()
    return tuple(
        TextField(lang, values.get(lang, ""), lang == SOURCE_LANGUAGE) for lang in dict.fromkeys(languages)
    )


def _programme_row(editable: Editable[Session], counts: Counts, reader: Reader) -> ProgrammeRow:
    session = editable.row
    return ProgrammeRow(
        session=row(session, reader),
        origin=origin(editable),
        sources=counts.sources.get(session.slug, 0),
        documents=counts.documents.get(session.slug, 0),
        version=editable.version,
        may_cancel=session.state not in _BEGUN,
    )


def _form(editable: Editable[Session], summit: Summit, times: Times) -> SessionForm:
    session = editable.row
    return SessionForm(
        slug=session.slug,
        titles=text_fields(session.titles, summit),
        kind=session.kind,
        kinds=tuple(dict.fromkeys((*KINDS, session.kind))),
        venue=session.venue,
        room=session.room,
        public=session.access.value == "public",
        notes=session.notes,
        starts_at=_local(session.starts_at, times),
        ends_at=_local(session.ends_at, times),
        version=editable.version,
    )


def _blank(sessions: Sequence[Session], summit: Summit, times: Times, now: Instant) -> SessionForm:
    """A form that begins where the programme ends: people add what comes next."""
    last = max(sessions, key=lambda s: s.ends_at, default=None)
    return SessionForm(
        slug="",
        titles=text_fields(Localised(), summit),
        kind=KINDS[0],
        kinds=KINDS,
        venue=last.venue if last else "",
        room=last.room if last else "",
        public=False,
        notes="",
        starts_at=_local(last.ends_at if last else now, times),
        ends_at="",
        version="",
    )


def _document(editable: Editable[Document], summit: Summit) -> DocumentForm:
    return DocumentForm(
        id=document_id(editable.row.url),
        titles=text_fields(editable.row.titles, summit),
        url=editable.row.url,
        version=editable.version,
        origin=origin(editable),
    )


def _local(instant: Instant, times: Times) -> str:
    return f"{to_datetime(instant).astimezone(times.zone):%Y-%m-%dT%H:%M}"


def _used(words: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted({word for word in words if word}))
