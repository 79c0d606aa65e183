"""A program at the other end: HTTP by aiohttp, sockets by the websockets library, never our own code."""

import asyncio
import json
from contextlib import asynccontextmanager

import aiohttp
from websockets.asyncio.client import connect

from tests.waiting import PATIENCE

PROTOCOL = "streamhub.v1.json"


class Api:
    """One person's calls with a bearer token, or an anonymous one's."""

    def __init__(self, http, url, token=None):
        self.http = http
        self.url = url
        self.token = token
        self.headers = {"Authorization": f"Bearer {token}"} if token else {}

    async def call(self, method, path, *, status=200, headers=None, **options):
        """One call that must answer ``status``; answers the JSON, or the text of a page."""
        async with self.http.request(
            method, self.url + path, headers={**self.headers, **(headers or {})}, **options
        ) as answer:
            text = await answer.text()
            assert answer.status == status, f"{method} {path}: {answer.status} {text[:300]}"
            return json.loads(text) if "json" in answer.content_type else text

    async def get(self, path, **options):
        return await self.call("GET", path, **options)

    async def post(self, path, body=None, **options):
        return await self.call("POST", path, json={} if body is None else body, **options)

    async def put(self, path, body, **options):
        return await self.call("PUT", path, json=body, **options)

    @asynccontextmanager
    async def socket(self, slug, *, hello=None):
        """An open live socket."""
        address = f"{self.url.replace('http', 'ws', 1)}/api/v1/live?session={slug}"
        async with connect(
            address, additional_headers={} if hello else self.headers, subprotocols=[PROTOCOL]
        ) as socket:
            if hello is not None:
                await socket.send(json.dumps({"type": "hello", **hello}))
            yield Live(socket)


class Live:
    """What comes over one socket."""

    def __init__(self, socket):
        self.socket = socket

    async def next(self, *kinds, seconds=PATIENCE):
        """The next message of one of these types."""
        async with asyncio.timeout(seconds):
            while True:
                message = json.loads(await self.socket.recv())
                if message["type"] in kinds:
                    return message

    async def until(self, kind, found, seconds=PATIENCE):
        """The next message of a type for which ``found`` holds."""
        async with asyncio.timeout(seconds):
            while True:
                message = await self.next(kind, seconds=seconds)
                if found(message):
                    return message

    async def say(self, kind, **fields):
        await self.socket.send(json.dumps({"type": kind, **fields}))

    async def closed(self, seconds=PATIENCE):
        """The close code."""
        await asyncio.wait_for(self.socket.wait_closed(), seconds)
        return self.socket.close_code


@asynccontextmanager
async def calling(url):
    """A factory of callers: ``api(token)``."""
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as http:
        yield lambda token=None: Api(http, url, token)
