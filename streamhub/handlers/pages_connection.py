"""Testing one's connection days before: the page, and the frame in which a player would stand."""

from aiohttp import web

from streamhub.handlers.headers import PagePolicy
from streamhub.handlers.render import reader_of, render
from streamhub.handlers.request import grant_of, services
from streamhub.handlers.views.delegation import trial_view


async def test(request: web.Request) -> web.Response:
    """GET /test."""
    grant, reader = grant_of(request), await reader_of(request)
    found = await services(request).trials.of([grant.invitation])
    shown = trial_view(found.get(grant.invitation), reader.times)
    return await render(request, "connection.html", policy=PagePolicy(frames_self=True), trial=shown)


async def player(request: web.Request) -> web.Response:
    """GET /test/player: a page in a frame that plays a second of silence of ours; no third party."""
    policy = PagePolicy(media=("blob:",), framed_by_self=True)
    return await render(request, "connection_player.html", policy=policy)
