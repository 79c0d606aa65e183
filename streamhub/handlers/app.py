"""The aiohttp application: the route table, the middlewares, the pages."""

from aiohttp import web

from streamhub.handlers import edge, health, metrics
from streamhub.handlers.limiter import LIMITER, Limiter
from streamhub.handlers.live import LIMITS
from streamhub.handlers.render import PAGES
from streamhub.handlers.request import SERVICES
from streamhub.handlers.routes import ROUTES
from streamhub.handlers.routing import ROUTE, RouteTable
from streamhub.kit.templates import pages
from streamhub.live.limits import Limits
from streamhub.services import Services


def build_app(use: Services) -> web.Application:
    """Every route of the table and nothing else."""
    app = web.Application(
        middlewares=[edge.around],
        client_max_size=use.settings.body_bytes,
    )
    app[SERVICES] = use
    app[PAGES] = pages()
    app[metrics.METRICS] = metrics.Metrics(use)
    app[LIMITER] = Limiter(use.settings, use.clock)
    app[LIMITS] = Limits.of(use.settings)
    app[health.ROUTES] = RouteTable(ROUTES)
    app[ROUTE] = {}
    for route in ROUTES:
        for method in route.methods:
            added = app.router.add_route(method, route.path, route.handler)
            app[ROUTE][added] = route
    app.on_response_prepare.append(edge.on_prepare)
    return app
