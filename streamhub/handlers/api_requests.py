"""Requests for access: asked by anybody, decided by organisers."""

from collections.abc import AsyncIterator

import msgspec
from aiohttp import hdrs, web

from streamhub.access.mail_model import MailOrder
from streamhub.access.roles import Role
from streamhub.handlers.api_access import IssuedAnswer, issued_answer
from streamhub.handlers.limiter import LIMITER
from streamhub.handlers.request import body, choice, grant_of, json_answer, number, services
from streamhub.handlers.wire import Answer, Body, time_or_null
from streamhub.kit.clock import rfc3339
from streamhub.kit.errors import NotFound
from streamhub.kit.ids import DelegationCode, InvitationId, SessionSlug
from streamhub.requests.model import (
    MAX_DOCUMENT_BYTES,
    Acceptance,
    AccessRequest,
    Asked,
    DocumentType,
    RequestId,
    RequestKind,
    RequestState,
)

PAGE = 100
MAX_PAGE = 1_000
SECRET = "Document-Secret"
CHUNK = 65_536  # bytes
_SUFFIX = {DocumentType.PDF: "pdf", DocumentType.PNG: "png", DocumentType.JPEG: "jpg"}


class AskBody(Body):
    """What somebody asks: ``medium`` for the press, ``delegation`` for a member of one."""

    kind: RequestKind
    name: str
    email: str
    function: str
    medium: str = ""
    delegation: str | None = None
    message: str = ""
    lang: str = ""


class AskedAnswer(Answer):
    """A request just made; with ``secret`` (header ``Document-Secret``) one document may follow."""

    id: str
    secret: str


class DocumentAnswer(Answer):
    """A document that waits beside its request."""

    type: DocumentType
    bytes: int


class RequestAnswer(Answer):
    """A request; who asked is blank once it was accepted."""

    id: str
    kind: RequestKind
    delegation: str | None
    name: str
    email: str
    function: str
    medium: str
    message: str
    lang: str
    state: RequestState
    created_at: str
    document: DocumentAnswer | None
    decided_at: str | None
    decided_by: str | None
    reason: str
    invitation: InvitationId | None


class RequestList(Answer):
    """One page of requests."""

    items: list[RequestAnswer]
    next: str | None


class AcceptBody(Body):
    """As what, where and for what somebody is let in; by default as was asked, for every session.

    ``reason`` is a word to them, in the mail.
    """

    role: Role | None = None
    delegation: str | None = None
    sessions: list[str] | None = None
    reason: str = ""


class AcceptedAnswer(Answer):
    """The invitation as of an issue; ``mailing``: its link is on the way by mail too."""

    items: list[IssuedAnswer]
    mailing: bool


class RefusedAnswer(RequestAnswer):
    """The request; ``mailing``: a mail that says so is on the way."""

    mailing: bool


class RefuseBody(Body):
    """Why not, in a word."""

    reason: str = ""


async def ask(request: web.Request) -> web.Response:
    """POST /api/v1/access-requests."""
    request.app[LIMITER].asked(request)
    said = await body(request, AskBody)
    made = await services(request).requests.ask(_asked(said))
    return json_answer(AskedAnswer(id=made.id, secret=made.secret), status=201)


async def upload(request: web.Request) -> web.Response:
    """PUT /api/v1/access-requests/{id}/document."""
    request.app[LIMITER].asked(request)
    if request.content_type not in set(DocumentType):
        raise web.HTTPUnsupportedMediaType(text="the body must be a PDF, PNG or JPEG file")
    length = request.content_length or 0
    if length > MAX_DOCUMENT_BYTES:
        raise web.HTTPRequestEntityTooLarge(MAX_DOCUMENT_BYTES, length)
    secret = request.headers.get(SECRET, "")
    await services(request).requests.upload(_id_of(request), secret, chunks(request))
    return web.Response(status=204)


async def requests(request: web.Request) -> web.Response:
    """GET /api/v1/access-requests?state=."""
    state = choice(request, "state", "", *RequestState)
    page = await services(request).requests.requests(
        RequestState(state) if state else None,
        limit=number(request, "limit", PAGE, minimum=1, maximum=MAX_PAGE),
        cursor=request.query.get("cursor"),
    )
    return json_answer(RequestList(items=[request_answer(one) for one in page.items], next=page.next))


async def document(request: web.Request) -> web.Response:
    """GET /api/v1/access-requests/{id}/document: to be saved, never shown inside our pages."""
    found, content = await services(request).requests.document(_id_of(request))
    if found.document is None:
        raise NotFound("no document came with this request")
    name = f"{found.id}.{_SUFFIX[found.document.kind]}"
    return web.Response(
        body=content,
        content_type=found.document.kind,
        headers={hdrs.CONTENT_DISPOSITION: f'attachment; filename="{name}"', hdrs.CACHE_CONTROL: "no-store"},
    )


async def accept(request: web.Request) -> web.Response:
    """POST /api/v1/access-requests/{id}:accept: as an issue, and by mail where that is set up."""
    said = await body(request, AcceptBody)
    given = Acceptance(
        role=said.role,
        delegation=None if said.delegation is None else DelegationCode(said.delegation),
        sessions=None if said.sessions is None else tuple(map(SessionSlug, said.sessions)),
        reason=said.reason,
    )
    made = await services(request).requests.accept(_id_of(request), given, grant_of(request).participant)
    mailing = _mailed(request, made.invitation.seat)
    return json_answer(AcceptedAnswer(items=[issued_answer(made)], mailing=mailing), status=201)


async def refuse(request: web.Request) -> web.Response:
    """POST /api/v1/access-requests/{id}:refuse."""
    said = await body(request, RefuseBody)
    refused = await services(request).requests.refuse(
        _id_of(request), said.reason, grant_of(request).participant
    )
    mailing = _mailed(request, refused.id)
    return json_answer(RefusedAnswer(**msgspec.structs.asdict(request_answer(refused)), mailing=mailing))


async def forget(request: web.Request) -> web.Response:
    """DELETE /api/v1/access-requests/{id}."""
    await services(request).requests.forget(_id_of(request), grant_of(request).participant)
    return web.Response(status=204)


async def chunks(request: web.Request) -> AsyncIterator[bytes]:
    """The body as it comes."""
    async for chunk in request.content.iter_chunked(CHUNK):
        yield chunk


def request_answer(one: AccessRequest) -> RequestAnswer:
    """A request as JSON."""
    asked = one.asked
    return RequestAnswer(
        id=one.id,
        kind=asked.kind,
        delegation=asked.delegation,
        name=asked.name,
        email=asked.email,
        function=asked.function,
        medium=asked.medium,
        message=asked.message,
        lang=asked.lang,
        state=one.state,
        created_at=rfc3339(one.created_at),
        document=DocumentAnswer(type=one.document.kind, bytes=one.document.size) if one.document else None,
        decided_at=time_or_null(one.decided_at),
        decided_by=one.decided_by,
        reason=one.reason,
        invitation=one.invitation,
    )


def _mailed(request: web.Request, name: str) -> bool:
    """Whether a mail to that seat, or about that request, is on the way: not without a mail server."""
    mailing = services(request).mailing
    if mailing.configured:
        mailing.soon(MailOrder(only=(name,)), grant_of(request).participant)
    return mailing.configured


def _asked(said: AskBody) -> Asked:
    return Asked(
        kind=said.kind,
        name=said.name,
        email=said.email,
        function=said.function,
        medium=said.medium,
        delegation=None if said.delegation is None else DelegationCode(said.delegation),
        message=said.message,
        lang=said.lang,
    )


def _id_of(request: web.Request) -> RequestId:
    return RequestId(request.match_info["id"])
