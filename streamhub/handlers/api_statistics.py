"""Figures and reports: for publication unless exact ones are asked for, which is logged."""

from enum import StrEnum
from pathlib import PurePosixPath
from typing import TypeVar

from aiohttp import ETag, hdrs, web

from streamhub.handlers.auditing import looked
from streamhub.handlers.render import PAGES
from streamhub.handlers.report_files import FORMATS, entity_tag, file_name
from streamhub.handlers.request import json_answer, language, number, services, slug_of
from streamhub.kit.clock import DAY, SECOND
from streamhub.kit.errors import FieldInvalid, FieldProblem
from streamhub.programme.clock import WindowKind
from streamhub.reports.documents import statistics_document, summit_document, timeline_document
from streamhub.reports.model import Report
from streamhub.statistics.disclosure import Audience

Word = TypeVar("Word", bound=StrEnum)

STEP_SECONDS = 60
LONGEST_STEP_SECONDS = DAY // SECOND


async def session_statistics(request: web.Request) -> web.Response:
    """GET /api/v1/sessions/{slug}/statistics?audience=&window=&version=."""
    _refuse_version(request)
    slug, kind = slug_of(request), _word(request, "window", WindowKind)
    protected = await services(request).statistics.of_session(slug, await _audience(request), kind)
    return json_answer(statistics_document(protected))


async def summit_statistics(request: web.Request) -> web.Response:
    """GET /api/v1/statistics?audience=&version=."""
    _refuse_version(request)
    use = services(request)
    protected = await use.statistics.of_summit(await _audience(request))
    return json_answer(summit_document(protected, (await use.programme.summit()).slug))


async def timeline(request: web.Request) -> web.Response:
    """GET /api/v1/sessions/{slug}/timeline?step=&audience=&window=."""
    step = number(request, "step", STEP_SECONDS, minimum=1, maximum=LONGEST_STEP_SECONDS)
    slug, kind = slug_of(request), _word(request, "window", WindowKind)
    protected = await services(request).statistics.timeline(slug, step, await _audience(request), kind)
    return json_answer(timeline_document(protected, slug))


async def session_report(request: web.Request) -> web.Response:
    """GET /api/v1/sessions/{slug}/report.{format}?audience=&lang=."""
    reports = services(request).reports
    report = await reports.session_report(slug_of(request), await _audience(request), language(request))
    return _file(request, report)


async def summit_report(request: web.Request) -> web.Response:
    """GET /api/v1/report.{format}?audience=&lang=."""
    report = await services(request).reports.summit_report(await _audience(request), language(request))
    return _file(request, report)


def _file(request: web.Request, report: Report) -> web.Response:
    """The report in the form that the address names, unless the caller has the same already.

    The tag is a weak one: two reports that say the same differ in the minute they were made.
    """
    kind = PurePosixPath(request.path).suffix.removeprefix(".")
    tag = ETag(entity_tag(report, kind), is_weak=True)
    headers = {hdrs.CACHE_CONTROL: "private, no-cache", hdrs.VARY: "Accept-Language, Authorization, Cookie"}
    if any(known.value in {tag.value, "*"} for known in request.if_none_match or ()):
        unchanged = web.Response(status=304, headers=headers)
        unchanged.etag = tag
        return unchanged
    form = FORMATS[kind]
    response = web.Response(
        body=form.render(report, request.app[PAGES]),
        content_type=form.content_type,
        charset=None if kind == "json" else "utf-8",
        headers=headers | {hdrs.CONTENT_DISPOSITION: f'attachment; filename="{file_name(report, kind)}"'},
    )
    response.etag = tag
    response.enable_compression()
    return response


async def _audience(request: web.Request) -> Audience:
    """For publication by default, the safe one; who saw exact figures stands in the audit log."""
    audience = _word(request, "audience", Audience)
    if audience is Audience.INTERNAL:
        await looked(request, "figures.internal", request.match_info.get("slug", ""))
    return audience


def _word(request: web.Request, name: str, words: type[Word]) -> Word:
    """A word of the query; the first one where it is missing or empty. Raises FieldInvalid."""
    asked = request.query.get(name) or next(iter(words))
    try:
        return words(asked)
    except ValueError:
        raise FieldInvalid(FieldProblem(name, f"must be one of: {', '.join(words)}")) from None


def _refuse_version(request: web.Request) -> None:
    """No version is frozen yet, so there is none to ask for. Raises FieldInvalid."""
    if request.query.get("version"):
        raise FieldInvalid(FieldProblem("version", "there is no such version"))
