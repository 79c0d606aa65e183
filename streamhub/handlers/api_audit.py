"""The audit log for the organiser: who did what when, to filter and to take away."""

import csv
import io
import json
from collections.abc import Iterable

from aiohttp import hdrs, web

from streamhub.handlers.auditing import looked
from streamhub.handlers.request import json_answer, number, services
from streamhub.handlers.wire import Answer, optional_instant
from streamhub.kit.audit import AuditFilter, AuditRow
from streamhub.kit.clock import rfc3339
from streamhub.programme.sheets import as_text

PAGE = 100  # rows of one answer, unless asked otherwise
MAX_PAGE = 1_000
COLUMNS = ("id", "at", "by", "role", "action", "target", "detail")
QUERY = ("since", "until", "by", "action")


class AuditAnswer(Answer):
    """One row: ``by`` is a participant, ``cli`` or ``clock``."""

    id: int
    at: str
    by: str
    role: str
    action: str
    target: str
    detail: dict[str, str | int | bool | None]


class AuditList(Answer):
    """One page of the log, the newest first."""

    items: list[AuditAnswer]
    next: str | None


async def audit(request: web.Request) -> web.Response:
    """GET /api/v1/audit?since=&until=&by=&action=&limit=&cursor=."""
    page = await services(request).audit.page(
        asked_filter(request),
        limit=number(request, "limit", PAGE, minimum=1, maximum=MAX_PAGE),
        cursor=request.query.get("cursor"),
    )
    return json_answer(AuditList(items=[audit_answer(row) for row in page.items], next=page.next))


async def audit_csv(request: web.Request) -> web.Response:
    """GET /api/v1/audit.csv?since=&until=&by=&action=: the whole of it."""
    await looked(request, "audit.export")
    rows = await services(request).audit.all(asked_filter(request))
    response = web.Response(text=as_csv(rows), content_type="text/csv", charset="utf-8")
    response.headers[hdrs.CONTENT_DISPOSITION] = 'attachment; filename="audit.csv"'
    return response


def asked_filter(request: web.Request) -> AuditFilter:
    """Which rows the query asks for; an empty field is none. Raises FieldInvalid."""
    asked = {name: request.query.get(name) or None for name in QUERY}
    return AuditFilter(
        since=optional_instant("since", asked["since"]),
        until=optional_instant("until", asked["until"]),
        by=asked["by"],
        action=asked["action"],
    )


def audit_answer(row: AuditRow) -> AuditAnswer:
    """A row as JSON says it."""
    return AuditAnswer(
        id=row.id,
        at=rfc3339(row.at),
        by=row.act.by,
        role=row.act.role,
        action=row.act.action,
        target=row.act.target,
        detail=dict(row.act.detail),
    )


def as_csv(rows: Iterable[AuditRow]) -> str:
    """The rows as a table; no cell is a formula."""
    out = io.StringIO()
    table = csv.writer(out)
    table.writerow(COLUMNS)
    for row in rows:
        answer = audit_answer(row)
        detail = json.dumps(answer.detail, ensure_ascii=False)
        values = (answer.at, answer.by, answer.role, answer.action, answer.target, detail)
        table.writerow([answer.id, *(as_text(value) for value in values)])
    return out.getvalue()
