"""Pages: a template, its values, the frame that every page has, and its policy."""

from typing import Any

from aiohttp import hdrs, web

from streamhub.handlers.headers import PagePolicy, apply_policy
from streamhub.handlers.request import GRANT, language, services
from streamhub.kit.templates import Pages

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
    """What the base template needs on every page."""
    return {
        "summit": await services(request).programme.summit(),
        "grant": request.get(GRANT),
        "path": request.path if not request.path.startswith("/j/") else "/j/-",
        "now": services(request).clock.now(),
        "lang": lang,
    }
