"""PeerTube's REST API: one public video. The facts stand in README.md."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web

from tests.stand_ins.server import StandIn, running


@dataclass(slots=True)
class PeerTubeStandIn(StandIn):
    """Videos by short id: (views, viewers or None for one that is not live)."""

    videos: dict[str, tuple[int, int | None]] = field(default_factory=dict)

    def routes(self) -> list[web.RouteDef]:
        """What it answers."""
        return [web.get("/api/v1/videos/{ident}", self.video)]

    async def video(self, request: web.Request) -> web.Response:
        ident = request.match_info["ident"]
        if ident not in self.videos:
            problem = {
                "type": "about:blank",
                "title": "Not Found",
                "status": 404,
                "detail": "Video not found",
            }
            return web.json_response(problem, status=404, content_type="application/problem+json")
        views, viewers = self.videos[ident]
        return web.json_response(
            {
                "id": 812,
                "shortUUID": ident,
                "name": "Atelier 3",
                "isLive": viewers is not None,
                "views": views,
                "viewers": viewers or 0,
                "likes": 3,
            }
        )


@asynccontextmanager
async def peertube(**videos: tuple[int, int | None]) -> AsyncIterator[PeerTubeStandIn]:
    """A PeerTube on this machine with these videos."""
    stand_in = PeerTubeStandIn(videos=dict(videos))
    async with running(stand_in, stand_in.routes()):
        yield stand_in
