"""An echo server on the service's own socket (live/connection.py), for the cases of the Autobahn test suite.

It says back every message as it came, which the service never does, and names broken frames by the
codes of RFC 6455 alone, where the service says 4400 after a last message in words. Reading, writing,
flow and the order of the close are the service's, with limits so wide that the largest messages pass.
"""

import asyncio

from aiohttp import WSMsgType, web

from streamhub.handlers.doorman import GuardedSite
from streamhub.kit.clock import SystemClock
from streamhub.kit.errors import StreamhubError
from streamhub.live.connection import Connection
from streamhub.live.frames import Frame, Opcode, close_frame, text_frame
from streamhub.live.limits import Limits
from streamhub.server import bind
from tests.process import READY

LIMITS = Limits(
    message_bytes=32 << 20,
    messages_per_second=1_000_000,
    controls_per_second=1_000_000,
    outbox_bytes=64 << 20,
)
BINARY = 0x2


class Echo(Connection):
    """The socket, with messages as they came and codes as the suite knows them."""

    def _read(self, message):
        if message.type in {WSMsgType.TEXT, WSMsgType.BINARY}:
            return message
        if message.type is WSMsgType.ERROR:
            self._deaf = True
            self._finish(close_frame(message.data.code))
            return None
        return super()._read(message)

    def say(self, message):
        """Send a message back."""
        if message.type is WSMsgType.TEXT:
            self.send(text_frame(message.data.encode()))
        else:
            frame = bytearray(text_frame(bytes(message.data)))
            frame[0] ^= Opcode.TEXT ^ BINARY
            self.send(Frame(bytes(frame)))


async def echo(request):
    """One connection."""
    connection = await Echo.accept(request, SystemClock(), LIMITS)
    async with connection:
        try:
            async for message in connection.inbound():
                if hasattr(message, "data"):
                    connection.say(message)
        except StreamhubError as error:
            connection.refuse(error)
    return connection.response


async def main():
    """Serve until killed."""
    app = web.Application()
    app.router.add_get("/", echo)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    sock = bind("127.0.0.1", 0)
    await GuardedSite(runner, sock, backlog=128, head_seconds=15).start()
    print(f"{READY}http://127.0.0.1:{sock.getsockname()[1]}", flush=True)  # noqa: T201 - as the service does
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main())
