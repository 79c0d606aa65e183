"""Every route, and who may use it. What is not here does not exist; nothing is open by default."""

from streamhub.handlers import health, metrics, static
from streamhub.handlers.access_routes import ACCESS
from streamhub.handlers.bulk_routes import BULK
from streamhub.handlers.console_routes import CONSOLE
from streamhub.handlers.delegation_routes import CONNECTION, REQUESTS, SEATS
from streamhub.handlers.figure_routes import FIGURES
from streamhub.handlers.ledger_routes import IMPORTS, LIVE
from streamhub.handlers.page_routes import PAGES
from streamhub.handlers.privacy_routes import PRIVACY
from streamhub.handlers.routing import PUBLIC, Route
from streamhub.handlers.session_routes import CONDUCT, FLOOR, PEOPLE, SESSIONS, SWITCHING
from streamhub.handlers.zoom_sdk_routes import ZOOM_SDK

HEALTH = (
    Route(method="GET", path="/healthz", handler=health.healthz, allow=PUBLIC, summary="Alive"),
    Route(method="GET", path="/readyz", handler=health.readyz, allow=PUBLIC, summary="Ready for people"),
    Route(
        method="GET",
        path="/metrics",
        handler=metrics.show,
        allow=PUBLIC,
        summary="How busy the service is, for Prometheus, where the setting metrics is on",
    ),
    Route(
        method="GET",
        path="/.well-known/jwks.json",
        handler=health.jwks,
        allow=PUBLIC,
        summary="Public keys of our tokens",
    ),
    Route(
        method="GET", path="/openapi.json", handler=health.openapi_json, allow=PUBLIC, summary="This document"
    ),
    Route(
        method="GET",
        path="/asyncapi.json",
        handler=health.asyncapi_json,
        allow=PUBLIC,
        summary="The live protocol",
    ),
    Route(
        method="GET",
        path="/static/{version}/{name:.+}",
        handler=static.static_file,
        allow=PUBLIC,
        summary="A file of the pages",
    ),
)

ROUTES: tuple[Route, ...] = (
    *HEALTH,
    *ACCESS,
    *SESSIONS,
    *PEOPLE,
    *CONDUCT,
    *SWITCHING,
    *FLOOR,
    *IMPORTS,
    *FIGURES,
    *LIVE,
    *PAGES,
    *SEATS,
    *REQUESTS,
    *CONNECTION,
    *CONSOLE,
    *PRIVACY,
    *BULK,
    *ZOOM_SDK,
)
