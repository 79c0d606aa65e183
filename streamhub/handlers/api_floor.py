"""The speaking list: asking, giving the floor, sorting."""

from collections.abc import Mapping

from aiohttp import web

from streamhub.access.model import Grant
from streamhub.access.roles import MODERATION, STAGE
from streamhub.floor.model import FloorRequest, Order, RequestState
from streamhub.floor.service import FloorOrder, Line
from streamhub.handlers.entry import invited_to
from streamhub.handlers.request import body, json_answer, services
from streamhub.handlers.wire import Answer, Body
from streamhub.kit.clock import rfc3339
from streamhub.kit.errors import FieldInvalid, FieldProblem, RoleForbidden
from streamhub.kit.ids import DelegationCode, ParticipantId, SessionSlug
from streamhub.programme.model import SessionState


class AskBody(Body):
    """A delegate's own wish, or a moderator's for ``delegation``."""

    delegation: str | None = None
    subject: str = ""
    minutes: int | None = None


class SortBody(Body):
    """How the queue is sorted; ``requests`` in their order, only by hand."""

    order: Order
    requests: list[str] | None = None


class FloorItem(Answer):
    """One request. ``position`` counts those who wait from 1, is 0 for who speaks, null once over.

    All that follows it is null for those who neither give the floor nor made the request;
    ``participant`` is null too where a moderator asked for a delegation.
    """

    delegation: str
    state: RequestState
    position: int | None
    request: str | None = None
    participant: str | None = None
    label: str | None = None
    subject: str | None = None
    minutes: int | None = None
    asked_at: str | None = None


class FloorAnswer(Answer):
    """The queue: who speaks, then who is next."""

    order: Order
    items: list[FloorItem]
    next: str | None = None


async def queue(request: web.Request) -> web.Response:
    """GET /api/v1/sessions/{slug}/floor."""
    session, grant = await invited_to(request)
    line = await services(request).floor.line(session.slug)
    return json_answer(await _answer(request, line, grant))


async def ask(request: web.Request) -> web.Response:
    """POST /api/v1/sessions/{slug}/floor: not from the line before the seats, as on the socket."""
    session, grant = await invited_to(request)
    asked = await body(request, AskBody)
    if session.state is not SessionState.SCHEDULED:
        await services(request).live.require_seat(session, grant)
    made = await services(request).floor.ask(session.slug, _order(asked, grant))
    return await _one(request, session.slug, made, status=201)


async def grant_floor(request: web.Request) -> web.Response:
    """POST /api/v1/sessions/{slug}/floor/{id}:grant."""
    session, _ = await invited_to(request)
    granted = await services(request).floor.grant(session.slug, request.match_info["id"])
    return await _one(request, session.slug, granted)


async def done(request: web.Request) -> web.Response:
    """POST /api/v1/sessions/{slug}/floor/{id}:done."""
    session, _ = await invited_to(request)
    return await _end(request, session.slug, RequestState.DONE)


async def withdraw(request: web.Request) -> web.Response:
    """POST /api/v1/sessions/{slug}/floor/{id}:withdraw."""
    session, grant = await invited_to(request)
    found = await services(request).floor.request(session.slug, request.match_info["id"])
    if grant.role not in MODERATION and found.participant != grant.participant:
        raise RoleForbidden("this is the request of somebody else")
    return await _end(request, session.slug, RequestState.WITHDRAWN)


async def sort(request: web.Request) -> web.Response:
    """PUT /api/v1/sessions/{slug}/floor/order."""
    session, grant = await invited_to(request)
    asked = await body(request, SortBody)
    line = await services(request).floor.sort(session.slug, asked.order, asked.requests)
    return json_answer(await _answer(request, line, grant))


def _order(asked: AskBody, grant: Grant) -> FloorOrder:
    """A moderator asks for a delegation, everybody else for themselves."""
    if grant.role in MODERATION:
        if asked.delegation is None:
            raise FieldInvalid(FieldProblem("delegation", "say which delegation wants to speak"))
        return FloorOrder(DelegationCode(asked.delegation), None, asked.subject, asked.minutes)
    if asked.delegation not in {None, grant.delegation}:
        raise RoleForbidden("you ask for your own delegation")
    return FloorOrder(grant.delegation, grant.participant, asked.subject, asked.minutes)


async def _end(request: web.Request, slug: SessionSlug, state: RequestState) -> web.Response:
    ended = await services(request).floor.end(slug, request.match_info["id"], state)
    return await _one(request, slug, ended)


async def _one(
    request: web.Request, slug: SessionSlug, found: FloorRequest, *, status: int = 200
) -> web.Response:
    line = await services(request).floor.line(slug)
    return json_answer(_whole(found, line, await _labels(request)), status=status)


async def _answer(request: web.Request, line: Line, grant: Grant) -> FloorAnswer:
    """The queue as this reader may see it."""
    labels = await _labels(request)
    items = [_whole(r, line, labels) if _sees(grant, r) else _bare(r, line) for r in line.requests]
    return FloorAnswer(order=line.sorting, items=items)


async def _labels(request: web.Request) -> dict[ParticipantId, str]:
    """Function or seat of everybody."""
    people = await services(request).access.participants()
    return {person.id: person.label or person.seat for person in people}


def _sees(grant: Grant, found: FloorRequest) -> bool:
    return grant.role in STAGE or found.participant == grant.participant


def _bare(found: FloorRequest, line: Line) -> FloorItem:
    return FloorItem(delegation=found.delegation, state=found.state, position=line.position(found.id))


def _whole(found: FloorRequest, line: Line, labels: Mapping[ParticipantId, str]) -> FloorItem:
    return FloorItem(
        delegation=found.delegation,
        state=found.state,
        position=line.position(found.id),
        request=found.id,
        participant=found.participant,
        label=labels.get(found.participant, "") if found.participant else "",
        subject=found.subject,
        minutes=found.minutes,
        asked_at=rfc3339(found.asked_at),
    )
