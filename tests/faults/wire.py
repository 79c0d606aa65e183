"""Sockets by hand: what no honest library sends."""

import asyncio
import os
import struct
from contextlib import asynccontextmanager, suppress
from urllib.parse import urlsplit

from tests.client import PROTOCOL
from tests.waiting import PATIENCE

CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0x0, 0x1, 0x2, 0x8, 0x9, 0xA
FINAL = 0x80
KEY = "dGhlIHNhbXBsZSBub25jZQ=="


def frame(opcode, payload=b"", *, final=True):
    """A client's frame."""
    first, length, mask = (FINAL if final else 0) | opcode, len(payload), os.urandom(4)
    if length < 126:
        head = struct.pack("!BB", first, 0x80 | length)
    elif length < 65_536:
        head = struct.pack("!BBH", first, 0x80 | 126, length)
    else:
        head = struct.pack("!BBQ", first, 0x80 | 127, length)
    repeated = (mask * (length // 4 + 1))[:length]
    masked = (int.from_bytes(payload, "big") ^ int.from_bytes(repeated, "big")).to_bytes(length, "big")
    return head + mask + masked


class Wire:
    """One TCP connection, asked for at ``since`` by the loop's clock."""

    def __init__(self, reader, writer, since):
        self.since = since
        self.reader = reader
        self.writer = writer

    async def send(self, *pieces):
        """Write; a server that is gone is no error."""
        with suppress(OSError):
            self.writer.write(b"".join(pieces))
            await self.writer.drain()

    async def frames(self):
        """What the server sends, as (opcode, payload), until it is gone."""
        with suppress(OSError, asyncio.IncompleteReadError):
            while True:
                first, length = await self.reader.readexactly(2)
                if length == 126:
                    [length] = struct.unpack("!H", await self.reader.readexactly(2))
                elif length == 127:
                    [length] = struct.unpack("!Q", await self.reader.readexactly(8))
                yield first & 0x0F, await self.reader.readexactly(length)

    async def close_code(self, seconds=PATIENCE):
        """The code with which the server closes; None where it hangs up without one."""
        async with asyncio.timeout(seconds):
            async for opcode, payload in self.frames():
                if opcode == CLOSE:
                    return struct.unpack_from("!H", payload)[0]
        return None


@asynccontextmanager
async def connected(url, **options):
    """A bare connection to the server."""
    address, since = urlsplit(url), asyncio.get_running_loop().time()
    reader, writer = await asyncio.open_connection(address.hostname, address.port, **options)
    try:
        yield Wire(reader, writer, since)
    finally:
        writer.transport.abort()


def handshake(slug, token):
    """The head that opens a live socket."""
    return (
        f"GET /api/v1/live?session={slug} HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n"
        f"Connection: Upgrade\r\nSec-WebSocket-Key: {KEY}\r\nSec-WebSocket-Version: 13\r\n"
        f"Sec-WebSocket-Protocol: {PROTOCOL}\r\nAuthorization: Bearer {token}\r\n\r\n"
    ).encode()


@asynccontextmanager
async def upgraded(server, summit, person, **options):
    """A person's live socket, whose welcome is read already."""
    async with connected(server.url, **options) as wire:
        await wire.send(handshake(summit.slug, person["token"]))
        head = await asyncio.wait_for(wire.reader.readuntil(b"\r\n\r\n"), PATIENCE)
        assert b" 101 " in head, head
        async with asyncio.timeout(PATIENCE):
            async for opcode, payload in wire.frames():
                if opcode == TEXT and b'"welcome"' in payload:
                    break
        yield wire
