"""The programme, a session's page, and what is recorded."""

from aiohttp import web

from streamhub.handlers.entry import enter_session
from streamhub.handlers.headers import PagePolicy
from streamhub.handlers.render import reader_of, render
from streamhub.handlers.request import GRANT, language, services, slug_of
from streamhub.handlers.views.programme import programme_page
from streamhub.handlers.views.session import session_page
from streamhub.kit.errors import DoorsClosed, SeatsTaken
from streamhub.programme.model import Session
from streamhub.relay.model import SourceView


async def programme(request: web.Request) -> web.Response:
    """GET /."""
    sessions = await services(request).programme.sessions()
    page = programme_page(sessions, await reader_of(request))
    return await render(request, "programme.html", page=page)


async def session(request: web.Request) -> web.Response:
    """GET /s/{slug}: before the doors open or without a seat too, but then without any source."""
    use = services(request)
    try:
        shown, _ = await enter_session(request, slug_of(request))
        source, zoom = await _sources(request, shown)
    except (DoorsClosed, SeatsTaken):
        shown = await use.programme.session(slug_of(request))
        source = zoom = None
    page = session_page(
        shown,
        await use.programme.sessions(),
        await use.programme.documents(shown.slug),
        source,
        await reader_of(request),
        await _seats(request),
    )
    policy = PagePolicy(frames_self=True)
    return await render(request, "session.html", policy=policy, page=page, zoom=zoom)


async def _seats(request: web.Request) -> int | None:
    """How many remote seats the reader's delegation has; None without a delegation or a limit."""
    grant = request.get(GRANT)
    every = await services(request).programme.delegations() if grant else ()
    return next((one.seats for one in every if grant and one.code == grant.delegation), None)


async def _sources(request: web.Request, shown: Session) -> tuple[SourceView | None, SourceView | None]:
    """What is on, and beside it the meeting in which invited people can speak."""
    relay, grant, lang = services(request).relay, request.get(GRANT), language(request)
    active = await relay.active(shown.slug)
    view = None if active is None else relay.view(active, grant, lang)
    beside = None if grant is None else await relay.beside(shown.slug)
    return view, None if beside is None else relay.view(beside, grant, lang)


async def logo(request: web.Request) -> web.Response:
    """GET /brand/logo."""
    picture = await services(request).programme.logo()
    if picture is None:
        raise web.HTTPNotFound
    return web.Response(
        body=picture.content,
        content_type=picture.content_type,
        headers={"Cache-Control": "public, max-age=3600"},
    )


async def accent(request: web.Request) -> web.Response:
    """GET /brand/accent.css: the summit's colour, checked for contrast when it was loaded."""
    summit = await services(request).programme.summit()
    if not summit.accent:
        raise web.HTTPNotFound
    text = f"@media (prefers-color-scheme:light){{:root{{--blue:{summit.accent}}}}}\n"
    return web.Response(text=text, content_type="text/css", headers={"Cache-Control": "public, max-age=3600"})
