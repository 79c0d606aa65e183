"""Pages: a template, its values, the frame that every page has, and its policy."""

from typing import Any

from aiohttp import hdrs, web

from streamhub.access.model import Grant
from streamhub.access.roles import MODERATION
from streamhub.handlers.headers import PagePolicy, apply_policy
from streamhub.handlers.request import GRANT, language, services
from streamhub.handlers.views.frame import Links, grant_view, navigation, summit_view
from streamhub.handlers.views.programme import OPEN, Reader, opens
from streamhub.kit.i18n import languages
from streamhub.kit.templates import Pages
from streamhub.kit.times import times_of
from streamhub.programme.model import Session, SessionState

PAGES: web.AppKey[Pages] = web.AppKey("pages", Pages)


async def render(
    request: web.Request,
    template: str,
    *,
    status: int = 200,
    policy: PagePolicy | None = None,
    **values: Any,  # noqa: ANN401 - what the template shows
) -> web.Response:
    """A page with the frame that every page has: summit, who is in, languages."""
    lang = language(request)
    frame = await page_frame(request, lang)
    text = request.app[PAGES].text(template, lang, {**frame, **values})
    response = web.Response(text=text, status=status, content_type="text/html", charset="utf-8")
    response.headers[hdrs.CACHE_CONTROL] = "no-store"
    response.headers[hdrs.CONTENT_LANGUAGE] = lang
    response.headers[hdrs.VARY] = "Accept-Language, Cookie"
    apply_policy(response, policy or PagePolicy())
    response.enable_compression()
    return response


async def page_frame(request: web.Request, lang: str) -> dict[str, Any]:
    """What stands around every page: the summit, who is in, where they may go."""
    use = services(request)
    summit = await use.programme.summit()
    grant = request.get(GRANT)
    delegations = {d.code: d for d in await use.programme.delegations()}
    current = await current_session(request)
    return {
        "summit": summit_view(
            summit,
            lang,
            logo_href="/brand/logo" if summit.logo else None,
            accent_href="/brand/accent.css" if summit.accent else None,
        ),
        "grant": grant_view(grant, delegations.get(grant.delegation), lang) if grant else None,
        "nav": navigation(
            grant.role if grant else None,
            request.path,
            current.slug if current else None,
            asked=await _is_asked(request, grant),
            whole=grant is not None and grant.whole,
        ),
        "url": Links(request.query.get("lang") if request.query.get("lang") in languages() else None),
        "now": use.clock.now(),
        "lang": lang,
    }


def own_address(request: web.Request, path: str) -> str:
    """The address of a page of ours, with the language that was asked for."""
    asked = request.query.get("lang")
    return f"{path}?lang={asked}" if asked in languages() else path


async def bare_frame(lang: str) -> dict[str, Any]:
    """The frame where not even the summit can be read."""
    return {"summit": None, "grant": None, "nav": (), "url": Links(None), "now": 0, "lang": lang}


async def _is_asked(request: web.Request, grant: Grant | None) -> bool:
    """Whether a correction waits for a word of this moderator."""
    if grant is None or grant.role not in MODERATION:
        return False
    return any(grant.allows(one.session) for one in await services(request).correction_requests.waiting())


async def reader_of(request: web.Request) -> Reader:
    """For whom the values of a page are made."""
    use = services(request)
    summit = await use.programme.summit()
    return Reader(
        grant=request.get(GRANT),
        times=times_of(summit.timezone, language(request)),
        now=use.clock.now(),
        doors_minutes=use.settings.doors_minutes,
    )


async def current_session(request: web.Request) -> Session | None:
    """The session that the reader's link opens now: the one that runs, else whose doors are open."""
    sessions = await services(request).programme.sessions()
    mine = [s for s in sessions if opens(s, request.get(GRANT)) and s.state in OPEN]
    mine.sort(key=lambda s: (s.state is SessionState.DOORS, s.starts_at, s.order))
    return mine[0] if mine else None
