"""Is it alive, is it ready, which keys sign, what exists."""

from importlib.metadata import version

from aiohttp import web

from streamhub.handlers.openapi import document
from streamhub.handlers.request import json_answer, services
from streamhub.handlers.routing import RouteTable
from streamhub.live.asyncapi import document as asyncapi_document

ROUTES: web.AppKey[RouteTable] = web.AppKey("route_table", RouteTable)


async def healthz(_request: web.Request) -> web.Response:
    """GET /healthz: the process answers."""
    return json_answer({"status": "ok"})


async def readyz(request: web.Request) -> web.Response:
    """GET /readyz: 200 while new people may come, 503 while starting, draining or without storage."""
    ready = await services(request).ready()
    return json_answer({"status": "ready" if ready else "not ready"}, status=200 if ready else 503)


async def jwks(request: web.Request) -> web.Response:
    """GET /.well-known/jwks.json: the public keys that verify our tokens (RFC 7517)."""
    return json_answer(await services(request).access.jwks())


async def openapi_json(request: web.Request) -> web.Response:
    """GET /openapi.json."""
    url = services(request).settings.public_url
    return json_answer(document(request.app[ROUTES].routes, url, version("streamhub")))


async def asyncapi_json(request: web.Request) -> web.Response:
    """GET /asyncapi.json."""
    return json_answer(asyncapi_document(services(request).settings.public_url, version("streamhub")))
