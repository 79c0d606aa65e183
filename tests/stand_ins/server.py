"""What every stand-in has in common: a real server on port 0, a list of what was asked, and bad days."""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from enum import StrEnum

from aiohttp import web

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

DRIP_SECONDS = 0.05


class Mood(StrEnum):
    """How a service behaves today."""

    WELL = "well"
    DOWN = "down"
    """500 with a page of HTML, as load balancers write it."""

    RUBBISH = "rubbish"
    """200 with something that is no JSON."""

    HUGE = "huge"
    """200 with 10 MB of JSON."""

    SILENT = "silent"
    """The connection is taken and nothing ever comes."""

    SLOW = "slow"
    """An answer that begins at once, goes on blank by blank and never ends."""

    GONE = "gone"
    """The connection is cut before an answer."""


@dataclass(slots=True)
class StandIn:
    """A local service: what it was asked, as ``METHOD raw-path``, and its mood.

    ``held`` counts those who wait for an answer that comes to no end before the mood changes.
    """

    url: str = ""
    mood: Mood = Mood.WELL
    held: int = 0
    asked: list[str] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)

    async def answer(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Write down what was asked, then answer in today's mood."""
        self.asked.append(f"{request.method} {request.raw_path}")
        self.headers.append(dict(request.headers))
        if self.mood is Mood.SILENT:
            async with self._holding():
                while self.mood is Mood.SILENT:  # noqa: ASYNC110 - the mood is a plain word that tests set
                    await asyncio.sleep(DRIP_SECONDS)
        if self.mood is Mood.DOWN:
            return web.Response(status=500, text="<html>Server Error</html>", content_type="text/html")
        if self.mood is Mood.RUBBISH:
            return web.Response(text='{"items": [', content_type="application/json")
        if self.mood is Mood.HUGE:
            return web.Response(text='["' + "x" * 10_000_000 + '"]', content_type="application/json")
        if self.mood is Mood.SLOW:
            return await self._drip(request)
        if self.mood is Mood.GONE:
            assert request.transport is not None
            request.transport.abort()
        return await handler(request)

    async def _drip(self, request: web.Request) -> web.StreamResponse:
        """One blank after the other, as long as this lasts or they have enough of it."""
        async with self._holding():
            answer = web.StreamResponse(headers={"Content-Type": "application/json"})
            await answer.prepare(request)
            while self.mood is Mood.SLOW:
                await answer.write(b" ")
                await asyncio.sleep(DRIP_SECONDS)
        return answer

    @asynccontextmanager
    async def _holding(self) -> AsyncIterator[None]:
        self.held += 1
        try:
            yield
        finally:
            self.held -= 1


@asynccontextmanager
async def running(stand_in: StandIn, routes: list[web.RouteDef]) -> AsyncIterator[None]:
    """Serve the routes on a free port as long as the block lasts."""

    @web.middleware
    async def in_its_mood(request: web.Request, handler: Handler) -> web.StreamResponse:
        return await stand_in.answer(request, handler)

    app = web.Application(middlewares=[in_its_mood], client_max_size=1_000_000)
    app.add_routes(routes)
    runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=1)
    await runner.setup()
    sock = socket.create_server(("127.0.0.1", 0))
    await web.SockSite(runner, sock).start()
    stand_in.url = f"http://127.0.0.1:{sock.getsockname()[1]}"
    try:
        yield
    finally:
        await runner.cleanup()
