"""What stands in the audit log of a call: who asked, what the route does, to what."""

import asyncio
from dataclasses import dataclass

from aiohttp import web

from streamhub.access.model import Grant
from streamhub.handlers.request import GRANT, grant_of, services
from streamhub.handlers.routing import Route, route_of
from streamhub.kit.audit import Act, Detail

NOTE: web.RequestKey["Note"] = web.RequestKey("note", object)  # type: ignore[arg-type]

BEGUN: web.RequestKey["asyncio.Future[None]"] = web.RequestKey("begun", asyncio.Future)

NAMED = ("participant", "id", "row", "kind", "code", "slug")
"""Parts of an address that name what is done something to, the most exact first."""


@dataclass(frozen=True, slots=True)
class Note:
    """What a handler adds to what the address says; an empty target leaves that of the address."""

    target: str = ""
    detail: Detail = ()


def noted(request: web.Request, target: str = "", **detail: str | int | bool | None) -> None:
    """Say more in the log than the address does: ids, slugs, counts and stable words only."""
    request[NOTE] = Note(target, tuple(detail.items()))


async def record(request: web.Request, route: Route) -> None:
    """Write down a call that was done, if its route is one that changes something."""
    written = request.get(BEGUN) or _submit(request, route)
    if written is not None:
        await written


async def begin(request: web.Request) -> None:
    """Have the call written down while it is done, where it cannot fail any more; ``record`` waits for it.

    Returns once the writer has it: what follows keeps the loop for as long as a COMMIT takes.
    """
    route = route_of(request)
    written = None if route is None else _submit(request, route)
    if written is not None:
        request[BEGUN] = written
        await asyncio.sleep(0)


def _submit(request: web.Request, route: Route) -> "asyncio.Future[None] | None":
    """Queue what is to be written of a call; None where nothing is."""
    grant: Grant | None = request.get(GRANT)
    if grant is None or not route.action or grant.role in route.own:
        return None
    note = request.get(NOTE, Note())
    target = note.target or _named(request)
    slug = request.match_info.get("slug")
    session: Detail = (("session", slug),) if slug and slug != target else ()
    act = Act(
        by=grant.participant,
        role=grant.role,
        action=route.action,
        target=target,
        detail=session + note.detail,
    )
    return services(request).audit.submit(act)


async def looked(request: web.Request, action: str, target: str = "", **detail: str | None) -> None:
    """Write down that the caller saw something that not everybody may see; once an hour is enough."""
    grant = grant_of(request)
    given = tuple((name, value) for name, value in detail.items() if value)
    act = Act(by=grant.participant, role=grant.role, action=action, target=target, detail=given)
    await services(request).audit.shown(act)


def _named(request: web.Request) -> str:
    return next((request.match_info[part] for part in NAMED if part in request.match_info), "")
