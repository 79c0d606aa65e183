"""The websockets library with its own ``broadcast``; a plain TCP port beside it takes the text."""

import asyncio

from common import BACKLOG, PROTOCOL, WELCOME, listening, say_ready
from websockets.asyncio.server import ServerConnection, broadcast, serve

pages: set[ServerConnection] = set()


async def live(page: ServerConnection) -> None:
    """One page."""
    await page.send(WELCOME)
    pages.add(page)
    try:
        async for _ in page:
            pass
    finally:
        pages.discard(page)


async def control(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Requests of the generator: a head, then as many bytes as it says, for everybody."""
    while True:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        except asyncio.IncompleteReadError:
            return
        length = int(head.partition("content-length:")[2].partition("\r\n")[0])
        broadcast(pages, (await reader.readexactly(length)).decode())
        writer.write(b"HTTP/1.1 204 No Content\r\n\r\n")


async def main() -> None:
    """Serve until killed."""
    sock, other = listening(), listening()
    options = {"compression": None, "ping_interval": None, "subprotocols": [PROTOCOL], "backlog": BACKLOG}
    async with serve(live, sock=sock, **options), await asyncio.start_server(control, sock=other):
        say_ready(sock, other)
        await asyncio.Event().wait()


asyncio.run(main())
