"""Letting a browser in: the cookie, and where one may be given."""

from urllib.parse import urlsplit

from aiohttp import web

from streamhub.access.model import Entered
from streamhub.handlers.limiter import counting_tries
from streamhub.handlers.live import device_of
from streamhub.handlers.request import BY_COOKIE, COOKIE, GRANT, services
from streamhub.kit.clock import SECOND
from streamhub.kit.errors import InsecureOrigin
from streamhub.kit.settings import LOOPBACK


async def enter(request: web.Request, credential: str) -> Entered:
    """Make a grant for a code or token.

    Raises InsecureOrigin, RateLimited, and what ``AccessService.enter`` raises.
    """
    use = services(request)
    check_secure(use.settings.public_url)
    async with counting_tries(request, credential):
        entered = await use.access.enter(credential)
    await _leave_other(request, entered)
    return entered


async def _leave_other(request: web.Request, entered: Entered) -> None:
    """A browser is one person's: whoever it was open for before is counted in it no longer."""
    here, use = request.get(GRANT), services(request)
    if here is not None and request.get(BY_COOKIE) and here.participant != entered.grant.participant:
        await use.access.leave(request.cookies[COOKIE])
        use.live.end_browser(here.participant, device_of(request))


def check_secure(public_url: str) -> None:
    """Raise InsecureOrigin for plain http on any host but this machine: no browser keeps our cookie there."""
    parts = urlsplit(public_url)
    if parts.scheme != "https" and parts.hostname not in LOOPBACK:
        raise InsecureOrigin("entering needs https")


def set_cookie(request: web.Request, response: web.StreamResponse, entered: Entered) -> None:
    """Give the browser its cookie; it ends with the grant."""
    left = (entered.grant.expires_at - services(request).clock.now()) // SECOND
    response.set_cookie(
        COOKIE, entered.cookie, max_age=max(left, 0), path="/", secure=True, httponly=True, samesite="Lax"
    )


def drop_cookie(response: web.StreamResponse) -> None:
    """Take the cookie from the browser."""
    response.del_cookie(COOKIE, path="/", secure=True, httponly=True, samesite="Lax")
