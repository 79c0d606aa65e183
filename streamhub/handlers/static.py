"""Static files: under a content hash, compressed, kept by browsers for ever."""

import gzip
import mimetypes
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from aiohttp import hdrs, web
from rjsmin import jsmin

from streamhub.handlers.render import PAGES
from streamhub.kit.assets import HLS_PLAYER, hls_player

STATIC_SUFFIXES = (".css", ".js", ".svg", ".png", ".woff2")
FOR_EVER = "public, max-age=31536000, immutable"
mimetypes.add_type("text/javascript", ".js")


async def static_file(request: web.Request) -> web.Response:
    """GET /static/{version}/{name}."""
    pages = request.app[PAGES]
    name = request.match_info["name"]
    file = hls_player() if name == HLS_PLAYER else _file((pages.folder / "static").resolve(), name)
    if file is None:
        raise web.HTTPNotFound
    current = request.match_info["version"] == pages.version
    headers = {
        hdrs.CACHE_CONTROL: FOR_EVER if current else "no-cache",
        hdrs.VARY: hdrs.ACCEPT_ENCODING,
    }
    served = _served(file, file.stat().st_mtime_ns)
    gzipped = "gzip" in request.headers.get(hdrs.ACCEPT_ENCODING, "")
    if gzipped:
        headers[hdrs.CONTENT_ENCODING] = "gzip"
    body = served.gzipped if gzipped else served.plain
    kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
    return web.Response(body=body, content_type=kind, charset="utf-8", headers=headers)


def _file(folder: Path, name: str) -> Path | None:
    """The file of that name below the folder; None for whatever else stands in an address."""
    try:
        file = (folder / name).resolve()
        found = file.is_relative_to(folder) and file.suffix in STATIC_SUFFIXES and file.is_file()
    except (OSError, ValueError):  # too long for the file system, or with a NUL in it
        return None
    return file if found else None


@dataclass(frozen=True, slots=True)
class Served:
    """A file as browsers get it: our scripts without their comments, everything also compressed."""

    plain: bytes
    gzipped: bytes


@cache
def _served(file: Path, _changed_at: int) -> Served:
    plain = file.read_bytes()
    if file.suffix == ".js" and not file.name.endswith(".min.js"):
        plain = jsmin(plain.decode()).encode()
    return Served(plain, gzip.compress(plain, compresslevel=9, mtime=0))
