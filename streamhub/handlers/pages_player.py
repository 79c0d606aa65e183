"""The player: a page of its own for one source, which the session's page shows in a frame.

A page keeps the policy with which it was loaded, so the session's page could not frame a
provider that is switched to later. It frames this page instead, made when it is asked for,
with a policy for exactly its source.
"""

from dataclasses import dataclass

from aiohttp import web

from streamhub.access.roles import STAGE
from streamhub.handlers.entry import enter_session
from streamhub.handlers.headers import PagePolicy
from streamhub.handlers.render import PAGES, render
from streamhub.handlers.request import GRANT, language, services, slug_of
from streamhub.kit.assets import HLS_PLAYER, hls_player
from streamhub.kit.errors import NotFound
from streamhub.kit.ids import SessionSlug, SourceId
from streamhub.relay.link_model import Provider
from streamhub.relay.model import AUDIO, PageNeeds, Source
from streamhub.relay.providers import STREAMS


@dataclass(frozen=True, slots=True)
class PlayerPage:
    """What the frame shows: ``address`` is a provider's player, or a stream for an element of ours.

    ``element`` is ``iframe``, ``video`` or ``audio``. ``hls`` is None but for HLS, where it is the
    script for browsers that play none by themselves, empty where nobody brought it.
    """

    title: str
    name: str
    address: str
    element: str = "iframe"
    hls: str | None = None


async def player(request: web.Request) -> web.Response:
    """GET /s/{slug}/player?source=."""
    session, grant = await enter_session(request, slug_of(request))
    relay = services(request).relay
    source = await _playable(request, session.slug)
    lang = language(request)
    view = relay.view(source, grant, lang)
    if view.embed_url is None:
        raise NotFound("this source opens elsewhere only")
    shown = PlayerPage(
        session.titles.get(lang), view.name, view.embed_url, _element(source), _hls(request, source)
    )
    return await render(request, "player.html", policy=_policy(relay.needs(source), source), player=shown)


def _element(source: Source) -> str:
    """A provider's page stands in a frame; a stream of the organiser is played by the browser."""
    if source.provider not in STREAMS:
        return "iframe"
    return "audio" if source.provider is Provider.SOUND or source.channel == AUDIO else "video"


def _hls(request: web.Request, source: Source) -> str | None:
    if source.provider is not Provider.HLS:
        return None
    return request.app[PAGES].asset(HLS_PLAYER) if hls_player() else ""


def _policy(needs: PageNeeds, source: Source) -> PagePolicy:
    if source.provider is Provider.HLS:
        return PagePolicy(streams=needs.media_src, framed_by_self=True)
    return PagePolicy(frames=needs.frame_src, media=needs.media_src, framed_by_self=True)


async def _playable(request: web.Request, slug: SessionSlug) -> Source:
    """What ``?source=`` names; those who see the wall may look at what is not on yet."""
    wanted, relay = SourceId(request.query.get("source", "")), services(request).relay
    grant = request.get(GRANT)
    looks_ahead = grant is not None and grant.role in STAGE
    for source in await (relay.sources(slug) if looks_ahead else relay.playable(slug)):
        if source.id == wanted:
            return source
    raise NotFound("this source is not on")
