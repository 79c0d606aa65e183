"""What other services send us by themselves: Zoom's events, and how hearing them goes."""

from aiohttp import web

from streamhub.attendance.zoom_model import ZoomStanding
from streamhub.attendance.zoom_service import Post
from streamhub.handlers.request import json_answer, services
from streamhub.handlers.wire import Answer, time_or_null
from streamhub.kit.errors import BodyUnreadable, SignatureMissing, SignatureStale
from streamhub.relay.zoom_hooks import MAX_BODY, HookRefused

_REFUSALS = {
    "bad_signature": (SignatureMissing, "no Zoom account of ours has signed this"),
    "stale": (SignatureStale, "this was signed too long ago, or ahead of its time"),
    "bad_form": (BodyUnreadable, "this is no event of Zoom"),
}


class ZoomAccountAnswer(Answer):
    """How it goes with one account; ``fault`` is a stable word, empty where nothing is wrong.

    ``hears``: its webhooks are taken; ``asks``: its reports and registrants are asked for. ``pending``
    deliveries are stored and not worked off, ``set_aside`` could not be read.
    """

    account: str
    hears: bool
    asks: bool
    last_webhook_at: str | None
    last_validation_at: str | None
    validated: bool
    last_report_at: str | None
    fault: str
    right: str
    pending: int
    set_aside: int


class ZoomAnswer(Answer):
    """Every account, in the order of its file."""

    accounts: list[ZoomAccountAnswer]


async def zoom(request: web.Request) -> web.Response:
    """POST /hooks/zoom: stored first, answered then, worked off later."""
    post = Post(
        request.headers.get("x-zm-request-timestamp", ""),
        request.headers.get("x-zm-signature", ""),
        await _body(request),
    )
    try:
        answer = await services(request).zoom.receive(post)
    except HookRefused as refused:
        error, detail = _REFUSALS[refused.code]
        raise error(detail) from None
    return web.Response(status=204) if answer is None else json_answer(answer)


async def standings(request: web.Request) -> web.Response:
    """GET /api/v1/zoom."""
    found = await services(request).zoom.standings()
    return json_answer(ZoomAnswer(accounts=[_account(one) for one in found]))


async def _body(request: web.Request) -> bytes:
    """The bytes as they came, for the signature is over them; never more than Zoom's largest."""
    received = bytearray()
    async for chunk in request.content.iter_chunked(65_536):
        received += chunk
        if len(received) > MAX_BODY:
            raise web.HTTPRequestEntityTooLarge(MAX_BODY, len(received))
    return bytes(received)


def _account(one: ZoomStanding) -> ZoomAccountAnswer:
    return ZoomAccountAnswer(
        account=one.account,
        hears=one.hears,
        asks=one.asks,
        last_webhook_at=time_or_null(one.last_webhook_at),
        last_validation_at=time_or_null(one.last_validation_at),
        validated=one.validated,
        last_report_at=time_or_null(one.last_report_at),
        fault=one.fault,
        right=one.right,
        pending=one.waiting,
        set_aside=one.set_aside,
    )
