"""Django Channels on uvicorn, one group in the layer that lives in memory."""

import uvicorn
from asgiref.typing import ASGIReceiveCallable, ASGISendCallable, Scope
from channels.generic.websocket import AsyncWebsocketConsumer
from channels.layers import get_channel_layer
from channels.routing import ProtocolTypeRouter
from common import BACKLOG, PROTOCOL, WELCOME, listening, say_ready
from django.conf import settings

settings.configure(CHANNEL_LAYERS={"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}})

GROUP = "pages"


class Page(AsyncWebsocketConsumer):
    """One page."""

    async def connect(self) -> None:
        await self.channel_layer.group_add(GROUP, self.channel_name)
        await self.accept(PROTOCOL)
        await self.send(WELCOME)

    async def disconnect(self, _code: int) -> None:
        await self.channel_layer.group_discard(GROUP, self.channel_name)

    async def told(self, event: dict[str, str]) -> None:
        """What came over the group."""
        await self.send(event["text"])


async def broadcast(_scope: Scope, receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
    """The body of a POST to everybody."""
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    await get_channel_layer().group_send(GROUP, {"type": "told", "text": body.decode()})
    await send({"type": "http.response.start", "status": 204, "headers": []})
    await send({"type": "http.response.body", "body": b""})


app = ProtocolTypeRouter({"http": broadcast, "websocket": Page.as_asgi()})
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
