"""The programme, a session's page, and what is recorded."""

from aiohttp import web

from streamhub.handlers.entry import enter_session
from streamhub.handlers.headers import PagePolicy
from streamhub.handlers.render import reader_of, render
from streamhub.handlers.request import GRANT, language, services, slug_of
from streamhub.handlers.views.programme import programme_page
from streamhub.handlers.views.session import LIGHT, OnStage, session_page
from streamhub.kit.errors import DoorsClosed, SeatsTaken
from streamhub.programme.model import Session


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
        stage = await _on_stage(request, shown)
    except (DoorsClosed, SeatsTaken):
        shown = await use.programme.session(slug_of(request))
        stage = OnStage(light=_light(request), embedded=await _embedded(request, shown))
    page = session_page(
        shown,
        await use.programme.sessions(),
        await use.programme.documents(shown.slug),
        stage,
        await reader_of(request),
        await _seats(request),
    )
    policy = PagePolicy(frames_self=True)
    return await render(request, "session.html", policy=policy, page=page)


async def _seats(request: web.Request) -> int | None:
    """How many remote seats the reader's delegation has; None without a delegation or a limit."""
    grant = request.get(GRANT)
    every = await services(request).programme.delegations() if grant else ()
    return next((one.seats for one in every if grant and one.code == grant.delegation), None)


async def _on_stage(request: web.Request, shown: Session) -> OnStage:
    """What every channel shows, and beside it the meeting in which invited people can speak."""
    relay, grant, lang = services(request).relay, request.get(GRANT), language(request)
    offer = await relay.offer(shown.slug)
    beside = None if grant is None else await relay.beside(shown.slug)
    asked = request.query.get("channel", "")
    on = [source for source in (offer.source, *offer.channels) if source is not None]
    return OnStage(
        sources=tuple(relay.view(source, grant, lang) for source in on),
        words=None if offer.words is None else relay.view(offer.words, grant, lang),
        beside=None if beside is None else relay.view(beside, grant, lang),
        channel=asked if asked in {source.channel for source in on} else "",
        light=_light(request),
        embedded=await _embedded(request, shown),
    )


async def _embedded(request: web.Request, shown: Session) -> bool:
    """Whether the reader may join one of the session's meetings in a page of ours."""
    use = services(request)
    found = await use.relay.sources(shown.slug) if request.get(GRANT) else ()
    return any(use.zoom_sdk.meeting(source) for source in found)


def _light(request: web.Request) -> str:
    """``1`` or ``0`` where the address says whether the page is to be light; else empty."""
    asked = request.query.get("light", "")
    return asked if asked in {"0", LIGHT} else ""


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
