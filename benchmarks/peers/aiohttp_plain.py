"""Bare aiohttp: the same token check, one pre-built frame written to each transport, nothing else."""

import asyncio

import jwt
from aiohttp import web
from common import BACKLOG, PROTOCOL, WELCOME, claims_of, listening, say_ready, text_frame

pages: dict[asyncio.Transport, None] = {}


async def live(request: web.Request) -> web.StreamResponse:
    """One page: verified before the upgrade, welcomed, then heard until it leaves."""
    check(request)
    page = web.WebSocketResponse(protocols=(PROTOCOL,), compress=False)
    await page.prepare(request)
    await page.send_str(WELCOME)
    assert request.transport is not None
    transport = request.transport
    pages[transport] = None
    try:
        async for _ in page:
            pass
    finally:
        del pages[transport]
    return page


async def broadcast(request: web.Request) -> web.Response:
    """The body to everybody."""
    frame = text_frame(await request.read())
    for transport in pages:
        transport.write(frame)
    return web.Response(status=204)


async def beat(request: web.Request) -> web.Response:
    """A sign of life over HTTP."""
    check(request)
    await request.json()
    return web.json_response({"messages": []})


def check(request: web.Request) -> None:
    """Raise 401 unless a good token came along."""
    try:
        claims_of(request.headers.get("Authorization", ""))
    except jwt.PyJWTError:
        raise web.HTTPUnauthorized from None


async def main() -> None:
    """Serve until killed."""
    app = web.Application()
    app.add_routes([web.get("/live", live), web.post("/broadcast", broadcast), web.post("/beat", beat)])
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    sock = listening()
    await web.SockSite(runner, sock, backlog=BACKLOG).start()
    say_ready(sock)
    await asyncio.Event().wait()


asyncio.run(main())
