"""Imports of lists: upload, look, apply or undo; and the queue of people whom nobody recognised."""

import re
from dataclasses import asdict
from typing import Any

import msgspec
from aiohttp import web

from streamhub.attendance.imports_model import Import, ImportPreview, QueueRow, Upload, ZoomOrder
from streamhub.attendance.matching import Target
from streamhub.attendance.zoom_times import DateOrder
from streamhub.handlers.auditing import noted
from streamhub.handlers.request import body, grant_of, json_answer, services
from streamhub.handlers.uploads import file_name, uploaded
from streamhub.handlers.wire import Answer, Body, one_of
from streamhub.kit.clock import rfc3339
from streamhub.kit.errors import FieldInvalid, FieldProblem
from streamhub.kit.ids import DelegationCode, ImportId, ParticipantId, SessionSlug
from streamhub.programme.local_time import parse_day

_LINES = 100  # problems told of one file


class ImportAnswer(Answer):
    """An import as it stands; ``problems`` are lines of the file that it leaves out."""

    id: str
    kind: str
    state: str
    file: str
    sessions: list[str]
    timezone: str
    date_order: str
    counts: dict[str, int]
    created_at: str
    problems: list[str] = msgspec.field(default_factory=list)


class QueueItem(Answer):
    """Somebody whom nobody recognised; the name is erased at ``erased_at``. ``until`` null: there still."""

    id: int
    name: str
    file: str
    sessions: list[str]
    since: str
    until: str | None
    erased_at: str


class QueueAnswer(Answer):
    """The whole queue."""

    items: list[QueueItem]
    next: str | None = None


class MatchBody(Body):
    """Who it is: a participant, or somebody of a delegation. ``rows``: these people too."""

    participant: str | None = None
    delegation: str | None = None
    rows: list[int] = msgspec.field(default_factory=list)


class MatchAnswer(Answer):
    """How many rows of the queue that settled."""

    settled: int


async def preview(request: web.Request) -> web.Response:
    """POST /api/v1/imports/{kind}: the file is the body, the rest stands in the query."""
    await services(request).statistics.check_open()
    upload = Upload(file_name(request), await uploaded(request))
    made = await services(request).imports.preview(
        request.match_info["kind"], upload, _order(request), grant_of(request).participant
    )
    return json_answer(_preview(made), status=201)


async def apply(request: web.Request) -> web.Response:
    """POST /api/v1/imports/{id}:apply."""
    return json_answer(_answer(await services(request).imports.apply(*_asked(request))))


async def undo(request: web.Request) -> web.Response:
    """POST /api/v1/imports/{id}:undo."""
    return json_answer(_answer(await services(request).imports.undo(*_asked(request))))


async def queue(request: web.Request) -> web.Response:
    """GET /api/v1/queue."""
    rows = await services(request).imports.queue()
    return json_answer(QueueAnswer(items=[_item(row) for row in rows]))


async def match(request: web.Request) -> web.Response:
    """POST /api/v1/queue/{row}:match."""
    asked = await body(request, MatchBody)
    one_of("participant", {"participant": asked.participant, "delegation": asked.delegation})
    target = Target(
        ParticipantId(asked.participant) if asked.participant is not None else None,
        DelegationCode(asked.delegation) if asked.delegation is not None else None,
    )
    row = request.match_info["row"]
    if not re.fullmatch(r"[0-9]{1,12}", row):
        raise FieldInvalid(FieldProblem("row", "must be the number of a row"))
    settled = await services(request).imports.match(
        [int(row), *asked.rows], target, grant_of(request).participant
    )
    noted(request, row, receiver=asked.participant or asked.delegation, settled=settled)
    return json_answer(MatchAnswer(settled=settled))


def _order(request: web.Request) -> ZoomOrder:
    day = request.query.get("day")
    try:
        orders = tuple(DateOrder(w) for w in request.query.get("date_order", "").split(",") if w)
    except ValueError:
        raise FieldInvalid(FieldProblem("date_order", "mdy, dmy or ymd, the likeliest first")) from None
    try:
        parsed = parse_day(day) if day else None
    except ValueError as error:
        raise FieldInvalid(FieldProblem("day", str(error))) from None
    slugs = [s for value in request.query.getall("session", []) for s in value.split(",") if s]
    if bool(slugs) == (parsed is not None):
        raise FieldInvalid(FieldProblem("session", "name the sessions, or a day"))
    return ZoomOrder(
        timezone=request.query.get("timezone", ""),
        sessions=tuple(SessionSlug(s) for s in slugs),
        day=parsed,
        date_orders=orders,
    )


def _asked(request: web.Request) -> tuple[ImportId, str]:
    return ImportId(request.match_info["id"]), grant_of(request).participant


def _preview(made: ImportPreview) -> ImportAnswer:
    answer = _answer(made.asked)
    answer.problems = [str(problem) for problem in made.problems[:_LINES]]
    return answer


def _answer(made: Import) -> ImportAnswer:
    counts: dict[str, Any] = asdict(made.counts)
    return ImportAnswer(
        id=made.id,
        kind=made.kind,
        state=made.state,
        file=made.file,
        sessions=list(made.sessions),
        timezone=made.timezone,
        date_order=made.date_order,
        counts=counts,
        created_at=rfc3339(made.created_at),
    )


def _item(row: QueueRow) -> QueueItem:
    return QueueItem(
        id=row.id,
        name=row.name,
        file=row.file,
        sessions=list(row.sessions),
        since=rfc3339(row.since),
        until=None if row.until is None else rfc3339(row.until),
        erased_at=rfc3339(row.erased_at),
    )
