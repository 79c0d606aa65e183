"""What every request passes: errors to answers, who is asking, may they, headers."""

from http import HTTPStatus

from aiohttp import hdrs, web
from aiohttp.http_exceptions import HttpProcessingError

from streamhub.access.model import Grant
from streamhub.handlers import auditing, pages_error
from streamhub.handlers.errors import http_problem, internal_problem, problem
from streamhub.handlers.headers import secure
from streamhub.handlers.metrics import METRICS
from streamhub.handlers.request import BY_COOKIE, COOKIE, GRANT, REFUSAL, services
from streamhub.handlers.routing import PUBLIC, Handler, Route, route_of
from streamhub.kit.errors import CrossOrigin, RoleForbidden, StreamhubError, TokenInvalid, WrongSession
from streamhub.kit.ids import SessionSlug
from streamhub.kit.log import get_logger

log = get_logger(__name__)

_SAFE = frozenset({hdrs.METH_GET, hdrs.METH_HEAD, hdrs.METH_OPTIONS})


@web.middleware
async def around(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Around every handler: who asks is known and may; what was done is written down; errors are answers.

    One middleware for all of it: an open page keeps it as long as it lives, and comes through it.
    """
    metrics, clock = request.app[METRICS], services(request).clock
    began, status = clock.now(), HTTPStatus.INTERNAL_SERVER_ERROR.value
    try:
        try:
            route = route_of(request)
            if route is not None:
                await _authorise(request, route)
            response = await handler(request)
            if route is not None and response.status < HTTPStatus.BAD_REQUEST:  # refused is not done
                await auditing.record(request, route)
        except Exception as error:  # noqa: BLE001 - _answer logs what it does not know
            response = await _answer(request, error)
        status = response.status
    except web.HTTPException as answer:
        status = answer.status
        raise
    finally:
        metrics.answered(request, status, clock.now() - began)
    return response


async def _answer(request: web.Request, error: Exception) -> web.StreamResponse:
    """The page or problem document of what was refused or went wrong; a redirect is raised as it is."""
    try:
        return await _refusal(request, error)
    except web.HTTPException:
        raise
    except Exception:
        log.exception("request failed", route=_name(request), method=request.method)
        return await pages_error.fault_page(request) if _is_page(request) else internal_problem()


async def _refusal(request: web.Request, error: Exception) -> web.StreamResponse:
    if isinstance(error, StreamhubError):
        log.info("refused", code=error.code, route=_name(request), method=request.method)
        return await pages_error.page(request, error) if _is_page(request) else problem(error)
    if isinstance(error, web.RequestPayloadError | HttpProcessingError | ConnectionResetError):
        error = web.HTTPBadRequest(reason="The body cannot be read")  # or its sender is gone
    if isinstance(error, web.HTTPException) and error.status >= 400:  # noqa: PLR2004 - a redirect
        return await pages_error.http_page(request, error) if _wants_page(request) else http_problem(error)
    raise error


async def _authorise(request: web.Request, route: Route) -> None:
    """Find out who asks and refuse what the route table does not allow."""
    if route.signed:
        return
    await _identify(request)
    if route.allow is not PUBLIC:
        await _require(request, route)
    if request.method not in _SAFE and request.get(BY_COOKIE):
        check_same_origin(request)
    elif route.form:
        _check_own_form(request)


def check_same_origin(request: web.Request) -> None:
    """Refuse a write that another site may have caused; raises CrossOrigin.

    A form on a page without referrer, such as ours for entering, says ``Origin: null``.
    """
    origin = request.headers.get(hdrs.ORIGIN)
    if origin == services(request).settings.public_url:
        return
    if origin in {None, "null"} and request.headers.get("Sec-Fetch-Site") == "same-origin":
        return
    raise CrossOrigin("this request came from another site")


def _check_own_form(request: web.Request) -> None:
    """Refuse a form that says that it stands on another site: it would let people in as somebody else.

    There is no cookie to protect yet, so programs that say nothing may post it. Raises CrossOrigin.
    """
    site = request.headers.get("Sec-Fetch-Site")
    own = {None, "null", services(request).settings.public_url}
    if site not in {None, "none", "same-origin"} or (
        site is None and request.headers.get(hdrs.ORIGIN) not in own
    ):
        raise CrossOrigin("this form stands on another site")


async def _identify(request: web.Request) -> None:
    """Bearer wins over the cookie; a bad bearer is refused, a dead cookie is remembered."""
    request[GRANT], request[REFUSAL], request[BY_COOKIE] = None, None, False
    header = request.headers.get(hdrs.AUTHORIZATION)
    if header is not None:
        request[GRANT] = await services(request).access.grant_for_token(_bearer(header))
        return
    cookie = request.cookies.get(COOKIE)
    if cookie:
        try:
            request[GRANT] = await services(request).access.grant_for_cookie(cookie)
            request[BY_COOKIE] = True
        except StreamhubError as refusal:
            request[REFUSAL] = refusal


def _bearer(header: str) -> str:
    scheme, _, token = header.partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise TokenInvalid("the Authorization header must be: Bearer <token>")
    return token.strip()


async def _require(request: web.Request, route: Route) -> None:
    """The role, and the invitation's sessions where the address names one: whoever opens A stays out of B."""
    grant: Grant | None = request.get(GRANT)
    if grant is None:
        raise request.get(REFUSAL) or TokenInvalid("this needs an invitation")
    if route.allow is None or grant.role not in route.allow:
        raise RoleForbidden(f"the role {grant.role} may not do this")
    slug = request.match_info.get("slug")
    if slug is not None:
        await services(request).access.require(grant, SessionSlug(slug))
    if route.whole_summit and not grant.whole:
        raise WrongSession("this is for the whole summit, and the invitation for single sessions")


def _name(request: web.Request) -> str:
    """The route's pattern, never the address asked for: that may hold a code."""
    route = route_of(request)
    return route.path if route else "-"


def _is_page(request: web.Request) -> bool:
    route = route_of(request)
    return route.page if route else _wants_page(request)


def _wants_page(request: web.Request) -> bool:
    return "text/html" in request.headers.get(hdrs.ACCEPT, "") and not request.path.startswith("/api/")


async def on_prepare(request: web.Request, response: web.StreamResponse) -> None:
    """Security headers on every answer, those of aiohttp's own included."""
    https = services(request).settings.public_url.startswith("https:")
    secure(response, https=https, link=request.path == "/j" or request.path.startswith("/j/"))
