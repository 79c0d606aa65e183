"""Entering: the page behind a personal link, and where it leads."""

from urllib.parse import urlsplit

from aiohttp import hdrs, web

from streamhub.access.model import Grant
from streamhub.access.roles import STAGE, Role
from streamhub.handlers.entering import enter, set_cookie
from streamhub.handlers.headers import PagePolicy
from streamhub.handlers.limiter import counting_tries
from streamhub.handlers.render import current_session, render
from streamhub.handlers.request import GRANT, form_of, services
from streamhub.handlers.views.enter import enter_page
from streamhub.kit.i18n import languages

WHOLE_SUMMIT = {Role.COMMUNICATIONS: "/figures", Role.ORGANISER: "/console"}
"""Where they begin who are invited to more than single sessions."""

_PRIVATE = PagePolicy(no_referrer=True)


async def show(request: web.Request) -> web.Response:
    """GET /j/{code}: the same page for every code, and no effect (mail scanners open links)."""
    page = enter_page(_address(request), open_for=None)
    return await render(request, "enter.html", policy=_PRIVATE, page=page)


async def show_fragment(request: web.Request) -> web.Response:
    """GET /j: the script reads the token from the fragment, clears it, and posts it."""
    grant = request.get(GRANT)
    page = enter_page(
        _address(request),
        by_fragment=True,
        open_for=_name(grant),
        participant=grant.participant if grant else None,
    )
    return await render(request, "enter.html", policy=_PRIVATE, page=page)


async def go_in(request: web.Request) -> web.StreamResponse:
    """POST /j/{code}: a grant, the cookie, and on to the session; another person's link asks first."""
    code = request.match_info["code"]
    form = await form_of(request)
    here: Grant | None = request.get(GRANT)
    if here is not None and form.get("replace") != "yes":
        async with counting_tries(request, code):
            arriving = await services(request).access.participant_by_code(code)
        if arriving.id != here.participant:
            page = enter_page(_address(request), open_for=_name(here), arriving=arriving.seat)
            return await render(request, "enter.html", policy=_PRIVATE, page=page)
    entered = await enter(request, code)
    request[GRANT] = entered.grant
    response = web.Response(status=303)
    response.headers[hdrs.LOCATION] = await landing(request, entered.grant)
    response.headers[hdrs.CACHE_CONTROL] = "no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    set_cookie(request, response, entered)
    return response


async def landing(request: web.Request, grant: Grant) -> str:
    """Where somebody of this role goes after entering, with the language that was asked for."""
    asked = request.query.get("lang")
    path = await _place(request, grant)
    return f"{path}?lang={asked}" if asked in languages() else path


async def _place(request: web.Request, grant: Grant) -> str:
    if grant.role is Role.DESK:
        return "/desk"
    if grant.role is Role.CORRESPONDENT:
        return "/delegation"
    if grant.whole and grant.role in WHOLE_SUMMIT:
        return WHOLE_SUMMIT[grant.role]
    session = await current_session(request)
    if session is None or grant.role is Role.COMMUNICATIONS:  # the programme leads to their figures
        return "/"
    return f"/s/{session.slug}/wall" if grant.role in STAGE else f"/s/{session.slug}"


def _address(request: web.Request) -> str:
    return urlsplit(services(request).settings.public_url).netloc


def _name(grant: Grant | None) -> str | None:
    return None if grant is None else grant.seat
