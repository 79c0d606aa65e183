"""``GET /api/v1/live``: the handshake, then one page's life on its socket."""

import hashlib
from typing import Final

from aiohttp import WSCloseCode, hdrs, web

from streamhub.access.model import Grant
from streamhub.attendance.openings_model import is_viewer
from streamhub.handlers.limiter import LIMITER
from streamhub.handlers.request import BY_COOKIE, COOKIE, GRANT, REFUSAL, services
from streamhub.kit.errors import (
    CrossOrigin,
    FieldInvalid,
    FieldProblem,
    StreamhubError,
    TokenInvalid,
    WrongSession,
)
from streamhub.kit.ids import SessionSlug, ViewerId, new_id
from streamhub.live.connection import Connection
from streamhub.live.errors import HelloTooLate
from streamhub.live.limits import Limits
from streamhub.live.messages import Bye, Hello
from streamhub.live.visit import Visit
from streamhub.programme.model import Session, SessionAccess

LIMITS: Final = web.AppKey("limits", Limits)


async def live(request: web.Request) -> web.StreamResponse:
    """GET /api/v1/live?session=<slug>: verify before the upgrade whatever can be verified then."""
    use = services(request)
    slug = request.query.get("session")
    if not slug:
        raise FieldInvalid(FieldProblem("session", "name the session"))
    check_handshake(request)
    if request.get(GRANT) is None:
        request.app[LIMITER].coming(request)
    connection = await Connection.accept(request, use.clock, request.app[LIMITS])
    async with connection:
        try:
            await _serve(request, connection, SessionSlug(slug))
        except StreamhubError as error:
            connection.refuse(error)
    return connection.response


def check_handshake(request: web.Request) -> None:
    """A browser sends its cookie whatever page opens the socket: only ours may; raises CrossOrigin."""
    carried = COOKIE in request.cookies and hdrs.AUTHORIZATION not in request.headers
    if carried and request.headers.get(hdrs.ORIGIN) != services(request).settings.public_url:
        raise CrossOrigin("this handshake came from another site")


async def _serve(request: web.Request, connection: Connection, slug: SessionSlug) -> None:
    use = services(request)
    session = await use.programme.session(slug)
    visit = await _visit(request, connection, session)
    if visit is None:
        return
    release = request.app[LIMITER].hold(visit.grant)  # no context manager, no generator: 0.7 KB less a page
    try:
        await use.live.enter(visit)
        while (message := await connection.receive()) is not None:
            await use.live.hear(visit, message)
            if isinstance(message, Bye):
                return
        if connection.peer_code == WSCloseCode.GOING_AWAY:  # a browser whose page could not say it any more
            use.live.bye(visit)
    finally:
        use.live.leave(visit)
        release()


async def _visit(request: web.Request, connection: Connection, session: Session) -> Visit | None:
    """Who opens the page: by cookie or bearer, else by the first message."""
    grant, viewer = request.get(GRANT), None
    if grant is None:
        hello = await _hello(request, connection)
        if hello is None:
            return None
        if hello.token:
            grant = await services(request).access.grant_for_token(hello.token)
            request.app[LIMITER].proved(request)
        else:
            viewer = viewer_of(hello.viewer or "", session, request.get(REFUSAL))
    if grant is not None:
        check_opens(grant, session)
    return Visit(
        page=connection,
        session=session.slug,
        grant=grant,
        viewer=viewer,
        device=device_of(request) or connection.id,
    )


async def _hello(request: web.Request, connection: Connection) -> Hello | None:
    """A browser whose cookie opens nothing more may still say hello as a viewer; else it hears why."""
    try:
        return await connection.hello()
    except HelloTooLate as late:
        raise request.get(REFUSAL) or late from None


def viewer_of(name: str, session: Session, refusal: StreamhubError | None) -> ViewerId:
    """An anonymous page of a public session; it names itself, or is given a name.

    Elsewhere it hears why its cookie opens nothing (``refusal``), or that it needs an invitation.
    """
    if session.access is not SessionAccess.PUBLIC:
        raise refusal or TokenInvalid("this session needs an invitation")
    if name and not is_viewer(name):
        raise FieldInvalid(FieldProblem("viewer", "must be 8 to 64 letters, digits, - or _"))
    return ViewerId(name or new_id("v"))


def check_opens(grant: Grant, session: Session) -> None:
    """Raise WrongSession for an invitation to other sessions."""
    if not grant.allows(session.slug):
        raise WrongSession("the invitation does not open this session")


def device_of(request: web.Request) -> str:
    """One browser of a person, by its cookie; empty for a program with a bearer token."""
    if not request.get(BY_COOKIE):
        return ""
    return hashlib.sha256(request.cookies[COOKIE].encode()).hexdigest()[:16]
