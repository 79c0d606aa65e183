"""The pages of figures: of the summit, of a session, and to print."""

from aiohttp import web

from streamhub.handlers.render import reader_of, render
from streamhub.handlers.request import choice, grant_of, language, services, slug_of
from streamhub.handlers.views.report import SESSION_TEMPLATE, SUMMIT_TEMPLATE, session_page
from streamhub.handlers.views.report import summit_page as printed_summit
from streamhub.handlers.views.summit import ListsInput, summit_figures, summit_page
from streamhub.kit.log import get_logger
from streamhub.programme.clock import WindowKind
from streamhub.reports.model import SessionReport
from streamhub.statistics.disclosure import Audience

log = get_logger(__name__)


async def summit(request: web.Request) -> web.Response:
    """GET /figures?audience=."""
    use, reader, audience = services(request), await reader_of(request), asked_audience(request)
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
    page = session_page(await _session_report(request), await reader_of(request))
    return await render(request, "figures_session.html", page=page)


async def session_print(request: web.Request) -> web.Response:
    """GET /figures/{slug}/print?audience=&window=."""
    page = session_page(await _session_report(request), await reader_of(request))
    return await render(request, SESSION_TEMPLATE, page=page)


async def summit_print(request: web.Request) -> web.Response:
    """GET /figures/print?audience=."""
    report = await services(request).reports.summit_report(asked_audience(request), language(request))
    return await render(request, SUMMIT_TEMPLATE, page=printed_summit(report, await reader_of(request)))


def asked_audience(request: web.Request) -> Audience:
    """Staff see exact figures unless they ask for those to publish; that they did is logged."""
    audience = Audience(choice(request, "audience", Audience.INTERNAL, Audience.PUBLIC))
    if audience is Audience.INTERNAL:
        log.info("internal figures shown", participant=grant_of(request).participant, page=request.path)
    return audience


async def _session_report(request: web.Request) -> SessionReport:
    audience = asked_audience(request)
    kind = WindowKind(choice(request, "window", WindowKind.ACTUAL, WindowKind.SCHEDULED))
    return await services(request).reports.session_report(slug_of(request), audience, language(request), kind)
