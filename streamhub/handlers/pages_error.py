"""Errors as pages: a sentence, a reason, a next step."""

from aiohttp import hdrs, web

from streamhub.handlers.errors import RETRY_AFTER_STORAGE, status_of
from streamhub.handlers.headers import PagePolicy, apply_policy
from streamhub.handlers.render import PAGES, bare_frame, reader_of, render
from streamhub.handlers.request import GRANT, language, services
from streamhub.handlers.views.problem import ProblemPage, problem_page
from streamhub.handlers.views.programme import SessionRow, opens, row
from streamhub.kit.errors import NotConfigured, RateLimited, StorageUnavailable, StreamhubError
from streamhub.programme.model import SessionState

HTTP_CODES = {404: "not_found", 413: "too_large"}


async def page(request: web.Request, error: StreamhubError) -> web.Response:
    """The page of an error of ours."""
    try:
        reader = await reader_of(request)
        problem = problem_page(error, reader.times, await _yours(request))
        response = await render(request, "problem.html", status=status_of(error), page=problem)
    except StreamhubError as without_summit:
        response = await _bare(request, problem_page(without_summit, None), status_of(without_summit))
    _say_when(response, error)
    return response


def _say_when(response: web.Response, error: StreamhubError) -> None:
    """When to try again, where trying again may help."""
    if isinstance(error, RateLimited):
        response.headers[hdrs.RETRY_AFTER] = str(error.retry_after)
    if isinstance(error, StorageUnavailable):
        response.headers[hdrs.RETRY_AFTER] = str(RETRY_AFTER_STORAGE)


async def http_page(request: web.Request, error: web.HTTPException) -> web.Response:
    """The page of an answer that aiohttp itself gives."""
    problem = ProblemPage(code=HTTP_CODES.get(error.status, "not_found"))
    try:
        return await render(request, "problem.html", status=error.status, page=problem)
    except NotConfigured:
        return await _bare(request, problem, error.status)


async def fault_page(request: web.Request) -> web.Response:
    """The page of a fault of ours: it reads nothing from the database."""
    return await _bare(request, ProblemPage(code="internal"), 500)


async def _bare(request: web.Request, problem: ProblemPage, status: int) -> web.Response:
    lang = language(request)
    text = request.app[PAGES].text("problem.html", lang, {**await bare_frame(lang), "page": problem})
    response = web.Response(text=text, status=status, content_type="text/html", charset="utf-8")
    response.headers[hdrs.CACHE_CONTROL] = "no-store"
    apply_policy(response, PagePolicy())
    return response


async def _yours(request: web.Request) -> tuple[SessionRow, ...]:
    """The sessions that the reader's own link opens, but for the one that was asked for."""
    grant, asked = request.get(GRANT), request.match_info.get("slug")
    if grant is None:
        return ()
    reader = await reader_of(request)
    sessions = await services(request).programme.sessions()
    coming = [s for s in sessions if s.state is not SessionState.ENDED and s.slug != asked]
    return tuple(row(session, reader) for session in coming if opens(session, grant))
