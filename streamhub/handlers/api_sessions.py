"""The programme as an interface: sessions, their states and their times."""

from collections.abc import Sequence
from typing import NoReturn

import msgspec
from aiohttp import web

from streamhub.access.model import Grant
from streamhub.handlers.auditing import noted
from streamhub.handlers.entry import invited_to
from streamhub.handlers.request import (
    GRANT,
    REFUSAL,
    body,
    json_answer,
    language,
    number,
    services,
    slug_of,
)
from streamhub.handlers.wire import Answer, Body
from streamhub.kit.clock import rfc3339
from streamhub.kit.errors import FieldInvalid, FieldProblem, TokenInvalid, WrongSession
from streamhub.kit.ids import SessionSlug
from streamhub.programme.model import Session, SessionAccess, SessionState

PAGE = 100
MAX_PAGE = 500


class StateBody(Body):
    """The state that a session shall have."""

    state: SessionState


class ShiftBody(Body):
    """By how many minutes a session moves; ``following`` takes the later ones of its room along."""

    minutes: int
    following: bool = False


class SessionAnswer(Answer):
    """A session. ``title`` is in the reader's language, ``titles`` in all of them."""

    slug: str
    title: str
    titles: dict[str, str]
    starts_at: str
    ends_at: str
    doors_at: str
    state: SessionState
    automatic: bool
    room: str
    kind: str
    access: SessionAccess
    cancelled: bool


class SessionList(Answer):
    """Sessions by time, as far as the reader may open them."""

    items: list[SessionAnswer]
    next: str | None


class ShiftAnswer(SessionAnswer):
    """The session with its new times; ``moved`` names it and those that it took along."""

    moved: list[str]


async def sessions(request: web.Request) -> web.Response:
    """GET /api/v1/sessions."""
    found = [s for s in await services(request).programme.sessions() if _may_see(s, request.get(GRANT))]
    shown, following = _page(request, found)
    items = [await _answer(request, session) for session in shown]
    return json_answer(SessionList(items=items, next=following))


async def session(request: web.Request) -> web.Response:
    """GET /api/v1/sessions/{slug}."""
    found = await services(request).programme.session(slug_of(request))
    if not _may_see(found, request.get(GRANT)):
        _refuse(request)
    return json_answer(await _answer(request, found))


async def set_state(request: web.Request) -> web.Response:
    """PUT /api/v1/sessions/{slug}/state."""
    asked = await body(request, StateBody)
    found, grant = await invited_to(request)
    changed = await services(request).programme.set_state(found.slug, asked.state, grant.invitation)
    noted(request, state=changed.state)
    return json_answer(await _answer(request, changed))


async def shift(request: web.Request) -> web.Response:
    """POST /api/v1/sessions/{slug}:shift."""
    asked = await body(request, ShiftBody)
    found, grant = await invited_to(request)
    if asked.following and not grant.whole:
        raise WrongSession("moving the later sessions too needs an invitation to the whole summit")
    moved = await services(request).programme.shift(
        found.slug, asked.minutes, grant.invitation, following=asked.following
    )
    answer = await _answer(request, moved[0])
    slugs: list[str] = [one.slug for one in moved]
    noted(request, minutes=asked.minutes, sessions=len(slugs))
    return json_answer(ShiftAnswer(**msgspec.structs.asdict(answer), moved=slugs))


def _may_see(session: Session, grant: Grant | None) -> bool:
    return session.access is SessionAccess.PUBLIC or (grant is not None and grant.allows(session.slug))


def _refuse(request: web.Request) -> NoReturn:
    """Raise why the caller may not see an invited session."""
    grant = request.get(GRANT)
    if grant is None:
        raise request.get(REFUSAL) or TokenInvalid("this session needs an invitation")
    raise WrongSession("the invitation does not open this session")


def _page(request: web.Request, found: Sequence[Session]) -> tuple[Sequence[Session], str | None]:
    """The sessions after the cursor, which is the last one's slug, and the next cursor."""
    limit = number(request, "limit", PAGE, minimum=1, maximum=MAX_PAGE)
    cursor = request.query.get("cursor")
    slugs = [session.slug for session in found]
    if cursor is not None and cursor not in slugs:
        raise FieldInvalid(FieldProblem("cursor", "not a cursor of this list"))
    first = 0 if cursor is None else slugs.index(SessionSlug(cursor)) + 1
    shown = found[first : first + limit]
    return shown, shown[-1].slug if first + limit < len(found) else None


async def _answer(request: web.Request, session: Session) -> SessionAnswer:
    return SessionAnswer(
        slug=session.slug,
        title=session.titles.get(language(request)),
        titles=session.titles.as_dict(),
        starts_at=rfc3339(session.starts_at),
        ends_at=rfc3339(session.ends_at),
        doors_at=rfc3339(await services(request).programme.doors_at(session)),
        state=session.state,
        automatic=session.automatic,
        room=session.room,
        kind=session.kind,
        access=session.access,
        cancelled=session.cancelled,
    )
