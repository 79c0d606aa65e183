"""The pages of figures: of the summit, of a session, and to print."""

from aiohttp import web

from streamhub.handlers.auditing import looked
from streamhub.handlers.render import reader_of, render
from streamhub.handlers.request import choice, language, services, slug_of
from streamhub.handlers.views.platforms import NO_PLATFORMS, platforms_view
from streamhub.handlers.views.report import SESSION_TEMPLATE, SUMMIT_TEMPLATE, session_page
from streamhub.handlers.views.report import summit_page as printed_summit
from streamhub.handlers.views.summit import ListsInput, summit_figures, summit_page
from streamhub.handlers.views.zoom_hearing import NO_ZOOM, zoom_view
from streamhub.programme.clock import WindowKind
from streamhub.reports.model import SessionReport
from streamhub.statistics.disclosure import Audience


async def summit(request: web.Request) -> web.Response:
    """GET /figures?audience=."""
    use, reader, audience = services(request), await reader_of(request), await asked_audience(request)
    protected = await use.statistics.of_summit(audience)
    sessions, delegations = await use.programme.sessions(), await use.programme.delegations()
    figures = summit_figures(
        protected.value, sessions, delegations, reader, hidden=protected.suppression.applied
    )
    lists = ListsInput(
        await use.imports.imports(), await use.imports.queue(), await use.access.participants()
    )
    page = summit_page(figures, sessions, delegations, lists, reader, audience)
    return await render(request, "figures.html", page=page)


async def session(request: web.Request) -> web.Response:
    """GET /figures/{slug}?audience=&window=."""
    report, reader, use = await _session_report(request), await reader_of(request), services(request)
    platforms, zoom = NO_PLATFORMS, NO_ZOOM
    if report.audience == Audience.INTERNAL:
        standings, curves = await use.sampler.standings(), await use.audience.curves(report.session.slug)
        platforms = platforms_view(standings, curves, reader.times, reader.now)
        sources = await use.relay.sources(report.session.slug)
        zoom = zoom_view(await use.zoom.standings(), sources, reader.times)
    page = session_page(report, reader)
    return await render(request, "figures_session.html", page=page, platforms=platforms, zoom=zoom)


async def session_print(request: web.Request) -> web.Response:
    """GET /figures/{slug}/print?audience=&window=."""
    page = session_page(await _session_report(request), await reader_of(request))
    return await render(request, SESSION_TEMPLATE, page=page)


async def summit_print(request: web.Request) -> web.Response:
    """GET /figures/print?audience=."""
    report = await services(request).reports.summit_report(await asked_audience(request), language(request))
    return await render(request, SUMMIT_TEMPLATE, page=printed_summit(report, await reader_of(request)))


async def asked_audience(request: web.Request) -> Audience:
    """Staff see exact figures unless they ask for those to publish; that they did stands in the audit log."""
    audience = Audience(choice(request, "audience", Audience.INTERNAL, Audience.PUBLIC))
    if audience is Audience.INTERNAL:
        await looked(request, "figures.internal", request.match_info.get("slug", ""))
    return audience


async def _session_report(request: web.Request) -> SessionReport:
    audience = await asked_audience(request)
    kind = WindowKind(choice(request, "window", WindowKind.ACTUAL, WindowKind.SCHEDULED))
    return await services(request).reports.session_report(slug_of(request), audience, language(request), kind)
