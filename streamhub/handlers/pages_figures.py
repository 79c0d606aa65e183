"""The pages of figures: of the summit, of a session, and to print."""

from aiohttp import web

from streamhub.handlers.render import reader_of, render
from streamhub.handlers.request import choice, grant_of, services, slug_of
from streamhub.handlers.views.figures import FiguresInput, FiguresPage, figures_page
from streamhub.handlers.views.programme import Reader
from streamhub.handlers.views.summit import ListsInput, summit_figures, summit_page
from streamhub.kit.clock import MINUTE
from streamhub.kit.ids import SessionSlug
from streamhub.kit.log import get_logger
from streamhub.programme.clock import WindowKind
from streamhub.statistics.disclosure import Audience

log = get_logger(__name__)

CURVE_POINTS = 60


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
    page = await _page(request, await reader_of(request))
    return await render(request, "figures_session.html", page=page)


def asked_audience(request: web.Request) -> Audience:
    """Staff see exact figures unless they ask for those to publish; that they did is logged."""
    audience = Audience(choice(request, "audience", Audience.INTERNAL, Audience.PUBLIC))
    if audience is Audience.INTERNAL:
        log.info("internal figures shown", participant=grant_of(request).participant, page=request.path)
    return audience


async def _page(request: web.Request, reader: Reader) -> FiguresPage:
    use, audience = services(request), asked_audience(request)
    kind = WindowKind(choice(request, "window", WindowKind.ACTUAL, WindowKind.SCHEDULED))
    shown = await use.programme.session(slug_of(request))
    protected = await use.statistics.of_session(shown.slug, audience, kind)
    window = protected.value.window
    length = window.until - window.since if window else MINUTE
    step = max(1, -(-length // CURVE_POINTS // MINUTE)) * 60
    timeline = await use.statistics.timeline(shown.slug, step, audience, kind)
    titles: dict[SessionSlug, str] = {
        s.slug: s.titles.get(reader.times.lang) for s in await use.programme.sessions()
    }
    given = FiguresInput(
        session=shown,
        statistics=protected.value,
        timeline=timeline.value,
        delegations=await use.programme.delegations(),
        titles=titles,
        audience=audience,
        threshold=protected.suppression.threshold,
    )
    return figures_page(given, reader)
