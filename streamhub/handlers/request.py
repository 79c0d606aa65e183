"""What a handler reads from a request and how it answers."""

import re
from collections.abc import Callable
from typing import Any, TypeVar

import msgspec
from aiohttp import hdrs, web

from streamhub.access.model import Grant
from streamhub.kit.errors import FieldInvalid, FieldProblem, StreamhubError, TokenInvalid
from streamhub.kit.i18n import languages
from streamhub.kit.ids import SessionSlug
from streamhub.services import Services

T = TypeVar("T")

SERVICES: web.AppKey[Services] = web.AppKey("services", Services)
GRANT: web.RequestKey[Grant | None] = web.RequestKey("grant", Grant | None)  # type: ignore[arg-type]
BY_COOKIE: web.RequestKey[bool] = web.RequestKey("by_cookie", bool)
REFUSAL: web.RequestKey[StreamhubError | None] = web.RequestKey("refusal", StreamhubError | None)  # type: ignore[arg-type]

COOKIE = "__Host-streamhub"
NO_STORE = "no-store"

_PATH = re.compile(r" - at `\$\.?(?P<path>[^`]*)`$")
_FIELD = re.compile(r"field `(?P<name>[^`]+)`")


def services(request: web.Request) -> Services:
    """The use cases of this server."""
    return request.app[SERVICES]


def grant_of(request: web.Request) -> Grant:
    """What the caller may do; raises TokenInvalid for a caller without invitation."""
    grant: Grant | None = request.get(GRANT)
    if grant is None:
        refusal = request.get(REFUSAL)
        raise refusal or TokenInvalid("this needs an invitation")
    return grant


def slug_of(request: web.Request) -> SessionSlug:
    """The session named in the path."""
    return SessionSlug(request.match_info["slug"])


def language(request: web.Request) -> str:
    """``?lang=``, else the browser's choice, else French."""
    known = languages()
    asked = request.query.get("lang")
    if asked in known:
        return str(asked)
    for wanted in _accepted(request.headers.get(hdrs.ACCEPT_LANGUAGE, "")):
        if wanted in known:
            return wanted
    return known[0]


def _accepted(header: str) -> list[str]:
    weighted = []
    for order, part in enumerate(header.split(",")[:20]):
        tag, _, weight = part.strip().partition(";q=")
        try:
            quality = float(weight) if weight else 1.0
        except ValueError:
            continue
        if quality > 0:
            weighted.append((-quality, order, tag.split("-")[0].lower()))
    return [tag for _, _, tag in sorted(weighted)]


async def body(request: web.Request, kind: type[T]) -> T:
    """The JSON body as ``kind``.

    Raises FieldInvalid naming the field, and answers 415 where the body is not JSON.
    """
    if request.content_type != "application/json":
        raise web.HTTPUnsupportedMediaType(text="the body must be application/json")
    return decode(await request.read(), kind)


async def form_of(request: web.Request) -> dict[str, str]:
    """The texts of a page's form by name, files left out; answers 400 where it cannot be read."""
    try:
        fields = await request.post()
    except (ValueError, LookupError, RuntimeError):  # no boundary, no such charset, no such encoding
        raise web.HTTPBadRequest(reason="The form cannot be read") from None
    return {name: value for name, value in fields.items() if isinstance(value, str)}


def decode(raw: bytes, kind: type[T]) -> T:
    """JSON to ``kind``; raises FieldInvalid naming the field."""
    try:
        return msgspec.json.decode(raw, type=kind)
    except msgspec.ValidationError as error:
        raise FieldInvalid(_problem(str(error))) from None
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise FieldInvalid(FieldProblem("", "the body is not JSON")) from None


def _problem(message: str) -> FieldProblem:
    """Msgspec says ``Expected `int`, got `str` - at `$.count```; we say field and message."""
    path = _PATH.search(message)
    text = _PATH.sub("", message)
    field = path["path"] if path else ""
    named = _FIELD.search(text)
    if named:
        field = f"{field}.{named['name']}" if field else named["name"]
    return FieldProblem(field, text)


def number(
    request: web.Request, name: str, default: int, *, minimum: int = 0, maximum: int = 1_000_000
) -> int:
    """A whole number of the query; raises FieldInvalid naming it."""
    raw = request.query.get(name)
    if raw is None:
        return default
    if not re.fullmatch(r"[0-9]{1,9}", raw) or not minimum <= int(raw) <= maximum:
        raise FieldInvalid(FieldProblem(name, f"must be a whole number from {minimum} to {maximum}"))
    return int(raw)


def choice(request: web.Request, name: str, *allowed: str) -> str:
    """One of the allowed words of the query, the first by default; raises FieldInvalid."""
    value = request.query.get(name, allowed[0])
    if value not in allowed:
        raise FieldInvalid(FieldProblem(name, f"must be one of: {', '.join(allowed)}"))
    return value


def json_answer(
    value: Any,  # noqa: ANN401 - whatever msgspec encodes
    *,
    status: int = 200,
    content_type: str = "application/json",
    encode: Callable[[Any], bytes] = msgspec.json.encode,
) -> web.Response:
    """A JSON answer that nobody stores."""
    return web.Response(
        body=encode(value),
        status=status,
        content_type=content_type,
        headers={hdrs.CACHE_CONTROL: NO_STORE},
    )
