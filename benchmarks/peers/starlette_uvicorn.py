"""Starlette on uvicorn: ``send_text`` to each page in turn."""

import contextlib

import uvicorn
from common import BACKLOG, PROTOCOL, WELCOME, listening, say_ready
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

pages: dict[WebSocket, None] = {}


async def live(page: WebSocket) -> None:
    """One page."""
    await page.accept(subprotocol=PROTOCOL)
    await page.send_text(WELCOME)
    pages[page] = None
    try:
        with contextlib.suppress(WebSocketDisconnect):
            while True:
                await page.receive_text()
    finally:
        del pages[page]


async def broadcast(request: Request) -> Response:
    """The body to everybody."""
    text = (await request.body()).decode()
    for page in list(pages):
        await page.send_text(text)
    return Response(status_code=204)


app = Starlette(
    routes=[WebSocketRoute("/live", live), Route("/broadcast", broadcast, methods=["POST"])],
)
sock = listening()
say_ready(sock)
config = uvicorn.Config(
    app,
    log_level="error",
    access_log=False,
    backlog=BACKLOG,
    ws_ping_interval=None,
    ws_per_message_deflate=False,
    lifespan="off",
)
uvicorn.Server(config).run(sockets=[sock])
