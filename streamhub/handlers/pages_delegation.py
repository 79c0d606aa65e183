"""The correspondent's page: the seats of the own delegation."""

from aiohttp import web

from streamhub.handlers.api_delegation import delegation_now
from streamhub.handlers.render import reader_of, render
from streamhub.handlers.request import grant_of, services
from streamhub.handlers.views.delegation import delegation_page


async def delegation(request: web.Request) -> web.Response:
    """GET /delegation."""
    use, reader = services(request), await reader_of(request)
    lang, grant = reader.times.lang, grant_of(request)
    own = await use.programme.delegation(grant.delegation)
    titles = {s.slug: s.titles.get(lang) for s in await use.programme.sessions() if grant.allows(s.slug)}
    page = delegation_page(await delegation_now(request), own.names.get(lang), titles, reader.times)
    zoom = bool(use.zoom_sources.accounts)
    return await render(request, "delegation.html", page=page, zoom=zoom)
