"""What a route is: its path, who may use it, what it takes and gives."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

from aiohttp import hdrs, web

from streamhub.access.roles import Role

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

API = "/api/v1"
"""Before every address that is for programs."""

PUBLIC: frozenset[Role] | None = None
"""Anybody, with or without invitation."""

ANY_GRANT: frozenset[Role] = frozenset(Role)
"""Anybody who was invited, in whatever role."""

NOT_AUDITED = ""
"""The action of a route that changes nothing, or whose change is written down where it belongs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One line of the table. ``allow`` has no default: nothing is open by oversight.

    ``body`` and ``answer`` are msgspec structs, for ``openapi.json``. ``page`` routes
    answer errors as pages, the others as problem documents. ``action`` is the word of the
    audit log; every route but those of GET has one, or says ``NOT_AUDITED``. What the roles
    ``own`` do by it is their own affair and stands elsewhere.

    Whoever is invited to single sessions may use what names one of them in its path. A route
    for roles that names none is for the whole summit, unless it is ``narrowed``: then its
    handler keeps to the caller's sessions. A ``signed`` route is for another service that proves
    itself by its signature: what it sends for a token is not looked at.
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
    action: str | None = None
    own: frozenset[Role] = frozenset()
    narrowed: bool = False
    signed: bool = False

    @property
    def methods(self) -> tuple[str, ...]:
        """What is read may be asked for without its body too; a socket may not."""
        headless = self.method == hdrs.METH_GET and self.status != HTTPStatus.SWITCHING_PROTOCOLS
        return (self.method, hdrs.METH_HEAD) if headless else (self.method,)

    @property
    def whole_summit(self) -> bool:
        """Whether an invitation to single sessions is not enough."""
        return self.allow not in (PUBLIC, ANY_GRANT) and "{slug}" not in self.path and not self.narrowed


ROUTE: Final = web.AppKey("routes", dict[web.AbstractRoute, Route])


def route_of(request: web.Request) -> Route | None:
    """The line of the table that a request asks for."""
    return request.app[ROUTE].get(request.match_info.route)


@dataclass(frozen=True, slots=True)
class RouteTable:
    """Every route of an application."""

    routes: tuple[Route, ...]
