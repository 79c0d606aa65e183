"""Who may come into a session: the rule of its page, its source, its player and its queue."""

from aiohttp import web

from streamhub.access.model import Grant
from streamhub.access.roles import STAFF
from streamhub.handlers.request import GRANT, REFUSAL, grant_of, services, slug_of
from streamhub.kit.errors import DoorsClosed, TokenInvalid
from streamhub.kit.ids import SessionSlug
from streamhub.programme.model import Session, SessionAccess, SessionState


async def enter_session(request: web.Request, slug: SessionSlug) -> tuple[Session, Grant | None]:
    """The session and the caller's grant; None for a viewer of a public session.

    Staff may come in before the doors open. Raises UnknownSession, TokenInvalid (or why the
    caller's cookie is dead), WrongSession, Removed, DoorsClosed with when they open, and
    SeatsTaken for somebody who waits for a seat.
    """
    use = services(request)
    session = await use.programme.session(slug)
    grant = request.get(GRANT)
    if grant is not None:
        await use.access.require(grant, slug)
    elif session.access is not SessionAccess.PUBLIC:
        raise request.get(REFUSAL) or TokenInvalid("this session needs an invitation")
    if session.state is SessionState.SCHEDULED and (grant is None or grant.role not in STAFF):
        opens_at = None if session.cancelled else await use.programme.doors_at(session)
        raise DoorsClosed("the doors are not open yet", opens_at=opens_at)
    await use.live.require_seat(session, grant)
    return session, grant


async def invited_to(request: web.Request) -> tuple[Session, Grant]:
    """The session in the path and the caller's grant for it, whether or not its doors are open.

    The route table has checked the role: this checks that the invitation is for this session.
    Raises UnknownSession, WrongSession or Removed.
    """
    grant, slug = grant_of(request), slug_of(request)
    await services(request).access.require(grant, slug)
    return await services(request).programme.session(slug), grant
