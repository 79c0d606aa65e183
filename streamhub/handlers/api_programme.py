"""Editing the programme: sessions, documents, delegations. What the console does, for any program."""

from typing import TypeVar
from zoneinfo import ZoneInfo

import msgspec
from aiohttp import hdrs, web

from streamhub.handlers.auditing import noted
from streamhub.handlers.request import body, grant_of, json_answer, services, slug_of
from streamhub.handlers.wire import Answer, Body, local_or_instant
from streamhub.kit.clock import Instant, rfc3339
from streamhub.kit.errors import FieldInvalid, FieldProblem
from streamhub.kit.ids import DelegationCode
from streamhub.programme.editing import DelegationEdit, DocumentEdit, Editable, SessionEdit, document_id
from streamhub.programme.local_time import zone_of
from streamhub.programme.model import (
    Delegation,
    DelegationKind,
    Document,
    Session,
    SessionAccess,
    SessionState,
)

Row = TypeVar("Row")


class SessionBody(Body):
    """What is to change in a session; what is left out stays.

    Times are RFC 3339, or local ones of the summit's zone such as ``2021-11-04T14:30``. A
    language left out of ``titles`` stays, an empty text takes it away.
    """

    titles: dict[str, str] | None = None
    kind: str | None = None
    venue: str | None = None
    room: str | None = None
    access: SessionAccess | None = None
    notes: str | None = None
    starts_at: str | None = None
    ends_at: str | None = None


class NewSessionBody(SessionBody):
    """A session to be added; its name in addresses is made from the title where none is given."""

    slug: str = ""


class DocumentBody(Body):
    """A document: what is left out stays."""

    titles: dict[str, str] | None = None
    url: str | None = None


class DelegationBody(Body):
    """What is to change in a delegation; ``seats: null`` is no limit."""

    names: dict[str, str] | None = None
    kind: DelegationKind | None = None
    country: str | None = None
    seats: int | msgspec.UnsetType | None = msgspec.UNSET


class NewDelegationBody(DelegationBody, kw_only=True):
    """A delegation to be added, last in protocol order."""

    code: str


class EditableAnswer(Answer):
    """``version`` is for ``If-Match``; ``edited`` are the fields changed since the file was loaded."""

    version: str
    from_file: bool
    edited: list[str]


class EditableSession(EditableAnswer):
    """A session with everything that may be edited."""

    slug: str
    run: int
    titles: dict[str, str]
    kind: str
    venue: str
    room: str
    access: SessionAccess
    notes: str
    starts_at: str
    ends_at: str
    scheduled_starts_at: str
    scheduled_ends_at: str
    state: SessionState
    automatic: bool
    cancelled: bool


class EditableDocument(EditableAnswer):
    """A document of a session."""

    id: str
    titles: dict[str, str]
    url: str


class EditableDelegation(EditableAnswer):
    """A delegation, in protocol order."""

    code: str
    names: dict[str, str]
    kind: DelegationKind
    country: str
    seats: int | None


class ProgrammeList(Answer):
    """Every session by its time."""

    items: list[EditableSession]
    next: str | None = None


class DocumentList(Answer):
    """Every document of a session, in order."""

    items: list[EditableDocument]
    next: str | None = None


class DelegationList(Answer):
    """Every delegation in protocol order."""

    items: list[EditableDelegation]
    next: str | None = None


async def programme(request: web.Request) -> web.Response:
    """GET /api/v1/programme."""
    rows = await services(request).editing.sessions()
    return json_answer(ProgrammeList(items=[session_answer(row) for row in rows]))


async def add_session(request: web.Request) -> web.Response:
    """POST /api/v1/sessions."""
    asked = await body(request, NewSessionBody)
    edit = await _session_edit(request, asked)
    made = await services(request).editing.add_session(edit, grant_of(request).participant, asked.slug)
    noted(request, made.row.slug)
    return _tagged(session_answer(made), status=201)


async def edit_session(request: web.Request) -> web.Response:
    """PATCH /api/v1/sessions/{slug}."""
    edit = await _session_edit(request, await body(request, SessionBody))
    made = await services(request).editing.edit_session(
        slug_of(request), edit, grant_of(request).participant, _if_match(request)
    )
    return _tagged(session_answer(made))


async def cancel(request: web.Request) -> web.Response:
    """POST /api/v1/sessions/{slug}:cancel."""
    made = await services(request).editing.cancel(slug_of(request), grant_of(request).participant)
    return _tagged(session_answer(made))


async def restore(request: web.Request) -> web.Response:
    """POST /api/v1/sessions/{slug}:restore."""
    made = await services(request).editing.restore(slug_of(request), grant_of(request).participant)
    return _tagged(session_answer(made))


async def documents(request: web.Request) -> web.Response:
    """GET /api/v1/sessions/{slug}/documents."""
    rows = await services(request).editing.documents(slug_of(request))
    return json_answer(DocumentList(items=[document_answer(row) for row in rows]))


async def add_document(request: web.Request) -> web.Response:
    """POST /api/v1/sessions/{slug}/documents."""
    asked = await body(request, DocumentBody)
    edit = DocumentEdit(titles=asked.titles, url=asked.url)
    made = await services(request).editing.add_document(slug_of(request), edit, grant_of(request).participant)
    noted(request, document_id(made.row.url))
    return _tagged(document_answer(made), status=201)


async def edit_document(request: web.Request) -> web.Response:
    """PATCH /api/v1/sessions/{slug}/documents/{id}."""
    asked = await body(request, DocumentBody)
    made = await services(request).editing.edit_document(
        slug_of(request),
        request.match_info["id"],
        DocumentEdit(titles=asked.titles, url=asked.url),
        grant_of(request).participant,
        _if_match(request),
    )
    return _tagged(document_answer(made))


async def remove_document(request: web.Request) -> web.Response:
    """DELETE /api/v1/sessions/{slug}/documents/{id}."""
    await services(request).editing.remove_document(
        slug_of(request), request.match_info["id"], grant_of(request).participant
    )
    return web.Response(status=204)


async def delegations(request: web.Request) -> web.Response:
    """GET /api/v1/delegations."""
    rows = await services(request).editing.delegations()
    return json_answer(DelegationList(items=[delegation_answer(row) for row in rows]))


async def add_delegation(request: web.Request) -> web.Response:
    """POST /api/v1/delegations."""
    asked = await body(request, NewDelegationBody)
    if asked.kind is None:
        raise FieldInvalid(FieldProblem("kind", "is needed"))
    made = await services(request).editing.add_delegation(
        asked.code, asked.kind, _delegation_edit(asked), grant_of(request).participant
    )
    noted(request, made.row.code)
    return _tagged(delegation_answer(made), status=201)


async def edit_delegation(request: web.Request) -> web.Response:
    """PATCH /api/v1/delegations/{code}."""
    asked = await body(request, DelegationBody)
    made = await services(request).editing.edit_delegation(
        DelegationCode(request.match_info["code"]),
        _delegation_edit(asked),
        grant_of(request).participant,
        _if_match(request),
    )
    return _tagged(delegation_answer(made))


def session_answer(row: Editable[Session]) -> EditableSession:
    """A session with everything that may be edited."""
    session = row.row
    return EditableSession(
        version=row.version,
        from_file=row.from_file,
        edited=list(row.edited),
        slug=session.slug,
        run=session.run,
        titles=session.titles.as_dict(),
        kind=session.kind,
        venue=session.venue,
        room=session.room,
        access=session.access,
        notes=session.notes,
        starts_at=rfc3339(session.starts_at),
        ends_at=rfc3339(session.ends_at),
        scheduled_starts_at=rfc3339(session.scheduled_starts_at),
        scheduled_ends_at=rfc3339(session.scheduled_ends_at),
        state=session.state,
        automatic=session.automatic,
        cancelled=session.cancelled,
    )


def document_answer(row: Editable[Document]) -> EditableDocument:
    """A document of a session."""
    return EditableDocument(
        version=row.version,
        from_file=row.from_file,
        edited=list(row.edited),
        id=document_id(row.row.url),
        titles=row.row.titles.as_dict(),
        url=row.row.url,
    )


def delegation_answer(row: Editable[Delegation]) -> EditableDelegation:
    """A delegation with everything that may be edited."""
    return EditableDelegation(
        version=row.version,
        from_file=row.from_file,
        edited=list(row.edited),
        code=row.row.code,
        names=row.row.names.as_dict(),
        kind=row.row.kind,
        country=row.row.country,
        seats=row.row.seats,
    )


async def _session_edit(request: web.Request, asked: SessionBody) -> SessionEdit:
    zone = zone_of((await services(request).programme.summit()).timezone)
    return SessionEdit(
        titles=asked.titles,
        kind=asked.kind,
        venue=asked.venue,
        room=asked.room,
        access=asked.access,
        notes=asked.notes,
        starts_at=_time("starts_at", asked.starts_at, zone),
        ends_at=_time("ends_at", asked.ends_at, zone),
    )


def _delegation_edit(asked: DelegationBody) -> DelegationEdit:
    limited = isinstance(asked.seats, int)
    return DelegationEdit(
        names=asked.names,
        kind=asked.kind,
        country=asked.country,
        seats=asked.seats if isinstance(asked.seats, int) else None,
        unlimited=not limited and asked.seats is None,
    )


def _time(field: str, text: str | None, zone: ZoneInfo) -> Instant | None:
    """An RFC 3339 time, or a local one of the summit's zone; raises FieldInvalid."""
    return None if text is None else local_or_instant(field, text, zone)


def _if_match(request: web.Request) -> str | None:
    """The version that the caller read; None where none is asked for."""
    tag = request.headers.get(hdrs.IF_MATCH, "").strip()
    return None if tag in {"", "*"} else tag.removeprefix("W/").strip('"')


def _tagged(answer: EditableAnswer, *, status: int = 200) -> web.Response:
    response = json_answer(answer, status=status)
    response.headers[hdrs.ETAG] = f'"{answer.version}"'
    return response
