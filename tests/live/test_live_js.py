"""The page's own client in a real browser, against a real server."""

import asyncio
from contextlib import asynccontextmanager
from pathlib import Path

from aiohttp import web

from streamhub.kit.clock import SystemClock
from streamhub.live.close_codes import CloseCode
from streamhub.live.frames import text_frame
from streamhub.live.hub import Hub, To
from streamhub.live.limits import Limits
from streamhub.live.messages import Beat, Bye, Waiting, encode
from tests.live.harness import ROOM, LiveServer, notice
from tests.waiting import eventually

SCRIPTS = Path(__file__).resolve().parents[2] / "web" / "static" / "js"
PAGE = """<!doctype html><html lang="en"><title>x</title><link rel="icon" href="data:,">
<script type="module">
  import { connect } from "/js/live.js";
  Math.random = () => 0;
  window.heard = [];
  window.live = connect("atelier-1", { viewer: true });
  for (const type of ["up", "unstable", "lost", "stopped", "notice"])
    live.on(type, (detail) => heard.push([type, detail.text ?? detail.code ?? 0]));
</script>"""
WAITING = text_frame(encode(Waiting(reason="doors")))


@asynccontextmanager
async def site(*, sockets: bool = True):
    """A server that has the page, its scripts, a socket (or none) and beats."""
    server = LiveServer(Hub(), SystemClock(), Limits(close_seconds=1.0))
    beats: list[dict] = []

    async def page(_request: web.Request) -> web.Response:
        return web.Response(text=PAGE, content_type="text/html")

    async def beat(request: web.Request) -> web.Response:
        beats.append(await request.json())
        return web.json_response({"messages": [{"type": "waiting"}, {"type": "notice", "text": "over HTTP"}]})

    async def blocked(_request: web.Request) -> web.Response:
        return web.Response(status=502)

    app = web.Application()
    app.router.add_get("/", page)
    app.router.add_static("/js", SCRIPTS)
    app.router.add_get("/api/v1/live", server.handle if sockets else blocked)
    app.router.add_post("/api/v1/sessions/atelier-1/beat", beat)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    server.url = f"http://127.0.0.1:{runner.addresses[0][1]}/"
    try:
        yield server, beats
    finally:
        await runner.cleanup()


async def heard(page, count: int) -> list[list]:
    await page.wait_for_function(f"window.heard?.length >= {count}")
    return await page.evaluate("heard")


async def test_a_page_connects_hears_and_comes_back_after_a_restart(page):
    async with site() as (server, _beats):
        await page.goto(server.url)
        await eventually(lambda: len(server.hub) == 1)
        server.hub.broadcast(ROOM, WAITING)
        assert await heard(page, 2) == [["notice", "in"], ["up", 0]]
        assert server.heard == [Beat(visible=True, player="closed")]

        server.hub.drain(lambda _low, _high: 0.05)
        await server.ended.get()
        await eventually(lambda: len(server.hub) == 1)
        server.hub.broadcast(ROOM, WAITING)

        assert (await heard(page, 5))[2:] == [["unstable", 4001], ["notice", "in"], ["up", 0]]
        await page.goto("about:blank")


async def test_a_refused_page_stays_away_until_the_user_asks(page):
    async with site() as (server, _beats):
        await page.goto(server.url)
        await eventually(lambda: len(server.hub) == 1)
        server.hub.close_where(lambda _listener: True, CloseCode.MOVED, "moved")
        assert (await heard(page, 2))[-1] == ["stopped", 4411]
        await asyncio.sleep(0.2)
        assert len(server.hub) == 0

        await page.evaluate("live.retry()")
        await eventually(lambda: len(server.hub) == 1)
        await page.goto("about:blank")


async def test_leaving_the_page_says_goodbye(page):
    async with site() as (server, _beats):
        await page.goto(server.url)
        await eventually(lambda: len(server.hub) == 1)
        await page.goto("about:blank")
        await server.ended.get()

    assert Bye() in server.heard


async def test_a_page_brought_back_by_the_browser_connects_anew(page):
    async with site() as (server, _beats):
        await page.goto(server.url)
        await eventually(lambda: len(server.hub) == 1)
        await page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))")
        await server.ended.get()
        await eventually(lambda: len(server.hub) == 1)
        server.hub.broadcast(ROOM, notice("again"), To.ALL)

        assert (await heard(page, 3))[-1] == ["notice", "again"]
        await page.goto("about:blank")


async def test_where_sockets_are_blocked_the_page_beats_over_http(browser_page):
    page = await browser_page(expects=("WebSocket", "502"))
    async with site(sockets=False) as (server, beats):
        await page.goto(server.url)

        assert await heard(page, 3) == [["unstable", 1006], ["up", 0], ["notice", "over HTTP"]]
        assert [(b["visible"], b["player"], b["bye"]) for b in beats] == [(True, "closed", False)]
        assert beats[0]["page"] != beats[0]["viewer"]
        await page.goto("about:blank")
        await eventually(lambda: len(beats) == 2)

    assert beats[1]["bye"] is True
