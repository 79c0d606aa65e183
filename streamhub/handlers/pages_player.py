"""The player: a page of its own for one source, which the session's page shows in a frame.

A page keeps the policy with which it was loaded, so the session's page could not frame a
provider that is switched to later. It frames this page instead, made when it is asked for,
with a policy for exactly its source.
"""

from dataclasses import dataclass

from aiohttp import web

from streamhub.handlers.entry import enter_session
from streamhub.handlers.headers import PagePolicy
from streamhub.handlers.render import render
from streamhub.handlers.request import language, services, slug_of
from streamhub.kit.errors import NotFound
from streamhub.kit.ids import SessionSlug, SourceId
from streamhub.relay.link_model import Provider
from streamhub.relay.model import Source


@dataclass(frozen=True, slots=True)
class PlayerPage:
    """What the frame shows: ``address`` is a provider's player, or a stream for ``<video>``."""

    title: str
    name: str
    address: str
    stream: bool


async def player(request: web.Request) -> web.Response:
    """GET /s/{slug}/player?source=."""
    session, grant = await enter_session(request, slug_of(request))
    relay = services(request).relay
    source = await _playable(request, session.slug)
    lang = language(request)
    view = relay.view(source, grant, lang)
    if view.embed_url is None:
        raise NotFound("this source opens elsewhere only")
    needs = relay.needs(source)
    shown = PlayerPage(session.titles.get(lang), view.name, view.embed_url, view.provider is Provider.HLS)
    policy = PagePolicy(frames=needs.frame_src, media=needs.media_src, framed_by_self=True)
    return await render(request, "player.html", policy=policy, player=shown)


async def _playable(request: web.Request, slug: SessionSlug) -> Source:
    wanted = SourceId(request.query.get("source", ""))
    for source in await services(request).relay.playable(slug):
        if source.id == wanted:
            return source
    raise NotFound("this source is not on")
