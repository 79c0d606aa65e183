"""A list as the body of a request: streamed, of a type that may be one, never above the limit."""

from urllib.parse import unquote

from aiohttp import web

from streamhub.handlers.request import services

UPLOAD_TYPES = frozenset(
    {"text/csv", "application/csv", "application/octet-stream", "application/vnd.ms-excel"}
)
MAX_NAME = 100  # characters kept of a file's name


async def uploaded(request: web.Request) -> bytes:
    """The body, read as it comes and never above the limit; text only."""
    if request.content_type not in UPLOAD_TYPES:
        raise web.HTTPUnsupportedMediaType(text="the body must be text/csv")
    limit = services(request).settings.upload_bytes
    received = bytearray()
    async for chunk in request.content.iter_chunked(65_536):
        received += chunk
        if len(received) > limit:
            raise web.HTTPRequestEntityTooLarge(limit, len(received))
    return bytes(received)


def file_name(request: web.Request) -> str:
    """The name of the file, for messages; a hundred characters of it at the most."""
    name = unquote(request.query.get("file", "")).replace("\\", "/").rsplit("/", 1)[-1]
    return name[:MAX_NAME] or "list.csv"
