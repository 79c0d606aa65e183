"""Graph API v26.0: the live videos of a page, and counts of a video. The facts stand in README.md."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web

from tests.stand_ins.server import StandIn, running

PAGE, TOKEN = "100200300400500", "EAAExamplePageToken"


@dataclass(slots=True)
class FacebookStandIn(StandIn):
    """Videos by number: (views, viewers); None where Meta withdrew the metric, or none is live."""

    videos: dict[str, tuple[int | None, int | None]] = field(default_factory=dict)
    error: int = 0
    usage: int = 12

    def routes(self) -> list[web.RouteDef]:
        """What it answers."""
        return [
            web.get(f"/v26.0/{PAGE}/live_videos", self.lives),
            web.get(r"/v26.0/{number:\d+}", self.video),
        ]

    async def lives(self, request: web.Request) -> web.Response:
        if (refusal := self._refusal(request)) is not None:
            return refusal
        lives = [
            {"id": f"9{number}", "video": {"id": number}, "status": "LIVE", "live_views": viewers}
            for number, (_, viewers) in self.videos.items()
            if viewers is not None
        ]
        return self._json({"data": lives, "paging": {"cursors": {"before": "a", "after": "b"}}})

    async def video(self, request: web.Request) -> web.Response:
        if (refusal := self._refusal(request)) is not None:
            return refusal
        number = request.match_info["number"]
        views = self.videos.get(number, (None, None))[0]
        if views is None:
            return self._error(100, "Tried accessing nonexisting field (views)")
        return self._json({"id": number, "views": views})

    def _refusal(self, request: web.Request) -> web.Response | None:
        if request.headers.get("Authorization") != f"Bearer {TOKEN}":
            return self._error(190, "Error validating access token: Session has expired", subcode=463)
        return self._error(self.error, f"(#{self.error}) refused") if self.error else None

    def _json(self, body: object, status: int = 200) -> web.Response:
        usage = {"call_count": self.usage, "total_time": 5, "total_cputime": 5}
        return web.json_response(body, status=status, headers={"X-App-Usage": json.dumps(usage)})

    def _error(self, code: int, message: str, subcode: int = 0) -> web.Response:
        error: dict[str, object] = {"message": message, "type": "OAuthException", "code": code}
        if subcode:
            error["error_subcode"] = subcode
        return self._json({"error": error | {"fbtrace_id": "AbCdEf"}}, status=400)


@asynccontextmanager
async def facebook(**videos: tuple[int | None, int | None]) -> AsyncIterator[FacebookStandIn]:
    """A Facebook on this machine; videos are given as ``v123=(views, viewers)``."""
    stand_in = FacebookStandIn(videos={name.removeprefix("v"): counts for name, counts in videos.items()})
    async with running(stand_in, stand_in.routes()):
        yield stand_in
