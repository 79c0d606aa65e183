"""What a route is: its path, who may use it, what it takes and gives."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from streamhub.access.roles import Role

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

API = "/api/v1"
"""Before every address that is for programs."""

PUBLIC: frozenset[Role] | None = None
"""Anybody, with or without invitation."""

ANY_GRANT: frozenset[Role] = frozenset(Role)
"""Anybody who was invited, in whatever role."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One line of the table. ``allow`` has no default: nothing is open by oversight.

    ``body`` and ``answer`` are msgspec structs, for ``openapi.json``. ``page`` routes
    answer errors as pages, the others as problem documents.
    """

    method: str
    path: str
    handler: Handler
    allow: frozenset[Role] | None
    summary: str
    body: type[Any] | None = None
    answer: type[Any] | None = None
    status: int = 200
    page: bool = False
    query: tuple[str, ...] = ()
    form: bool = False
    max_bytes: int | None = None


@dataclass(frozen=True, slots=True)
class RouteTable:
    """Every route of an application."""

    routes: tuple[Route, ...]
