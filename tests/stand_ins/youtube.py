"""YouTube Data API v3, ``videos.list``, as its documents describe it. The facts stand in README.md."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web

from tests.stand_ins.server import StandIn, running

KEY = "AIzaExampleExampleExampleExampleExample"


@dataclass(slots=True)
class YouTubeStandIn(StandIn):
    """Videos by id: (views, viewers or None). ``quota`` units are left for today."""

    videos: dict[str, tuple[int, int | None]] = field(default_factory=dict)
    quota: int = 10_000

    def routes(self) -> list[web.RouteDef]:
        """What it answers."""
        return [web.get("/youtube/v3/videos", self.list)]

    async def list(self, request: web.Request) -> web.Response:
        key = request.headers.get("X-Goog-Api-Key") or request.query.get("key")
        if key != KEY:
            return _error(
                400, "API key not valid. Please pass a valid API key.", "badRequest", "API_KEY_INVALID"
            )
        if self.quota <= 0:
            return _error(
                403, "The request cannot be completed because you have exceeded your quota.", "quotaExceeded"
            )
        self.quota -= 1
        ids = request.query["id"].split(",")
        if len(ids) > 50 or "maxResults" in request.query:
            return _error(400, "The request specifies an invalid filter parameter.", "invalidFilters")
        items = [self._item(ident) for ident in ids if ident in self.videos]
        page = {"totalResults": len(items), "resultsPerPage": len(items)}
        return web.json_response(
            {"kind": "youtube#videoListResponse", "etag": "e1", "items": items, "pageInfo": page}
        )

    def _item(self, ident: str) -> dict[str, object]:
        """Counters are texts; viewers are absent, not 0, when nobody watches or the owner hides them."""
        views, viewers = self.videos[ident]
        live = {"actualStartTime": "2021-11-04T08:01:12Z", "scheduledStartTime": "2021-11-04T08:00:00Z"}
        if viewers is not None:
            live["concurrentViewers"] = str(viewers)
        return {
            "kind": "youtube#video",
            "etag": "e2",
            "id": ident,
            "statistics": {"viewCount": str(views), "likeCount": "21", "favoriteCount": "0"},
            "liveStreamingDetails": live,
        }


def _error(status: int, message: str, reason: str, detail: str = "") -> web.Response:
    error: dict[str, object] = {
        "code": status,
        "message": message,
        "errors": [{"message": message, "domain": "youtube.quota", "reason": reason}],
    }
    if detail:
        error["status"] = "INVALID_ARGUMENT"
        error["details"] = [{"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": detail}]
    return web.Response(status=status, text=json.dumps({"error": error}), content_type="application/json")


@asynccontextmanager
async def youtube(**videos: tuple[int, int | None]) -> AsyncIterator[YouTubeStandIn]:
    """A YouTube on this machine with these videos."""
    stand_in = YouTubeStandIn(videos=dict(videos))
    async with running(stand_in, stand_in.routes()):
        yield stand_in
