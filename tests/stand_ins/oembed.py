"""oEmbed as YouTube, Facebook, Vimeo and PeerTube answer it. The facts stand in README.md."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web

from tests.stand_ins.server import StandIn, running


@dataclass(slots=True)
class OEmbedStandIn(StandIn):
    """Titles by the address asked for; ``forbidden`` may not be embedded."""

    titles: dict[str, str] = field(default_factory=dict)
    forbidden: set[str] = field(default_factory=set)

    def routes(self) -> list[web.RouteDef]:
        """Each provider's path."""
        paths = ("/oembed", "/v26.0/oembed_video", "/api/oembed.json", "/services/oembed")
        return [web.get(path, self.oembed) for path in paths]

    async def oembed(self, request: web.Request) -> web.Response:
        url = request.query["url"]
        if url in self.forbidden:
            return web.Response(status=401, text="Unauthorized")
        if url not in self.titles:
            return web.Response(status=404, text="Not Found")
        return web.json_response(
            {"version": "1.0", "type": "video", "html": "<iframe>", "title": self.titles[url]}
        )


@asynccontextmanager
async def oembed(titles: dict[str, str], forbidden: set[str] = frozenset()) -> AsyncIterator[OEmbedStandIn]:
    """Providers that know these addresses."""
    stand_in = OEmbedStandIn(titles=titles, forbidden=set(forbidden))
    async with running(stand_in, stand_in.routes()):
        yield stand_in
