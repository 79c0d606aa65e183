"""``POST …/beat``: presence where sockets are blocked."""

from typing import Any, Literal

import msgspec
from aiohttp import web

from streamhub.access.model import Grant
from streamhub.attendance.openings_model import is_viewer
from streamhub.handlers.limiter import LIMITER
from streamhub.handlers.live import check_opens, device_of, viewer_of
from streamhub.handlers.request import GRANT, REFUSAL, body, json_answer, services, slug_of
from streamhub.handlers.wire import Answer, Body
from streamhub.kit.errors import FieldInvalid, FieldProblem
from streamhub.kit.ids import ViewerId
from streamhub.live.beats import BEAT_MS, BeatPage, Key
from streamhub.live.close_codes import CloseCode
from streamhub.live.messages import Beat
from streamhub.live.visit import Visit
from streamhub.programme.model import Session


class BeatBody(Body):
    """The page's own name for itself, and its state; ``viewer`` for public sessions."""

    page: str
    visible: bool = True
    player: Literal["closed", "opened"] = "closed"
    viewer: str | None = None
    bye: bool = False


class BeatAnswer(Answer):
    """The messages of the live socket that this page missed, oldest first."""

    messages: list[Any]


async def beat(request: web.Request) -> web.Response:
    """POST /api/v1/sessions/{slug}/beat."""
    asked = await body(request, BeatBody)
    if not is_viewer(asked.page):
        raise FieldInvalid(FieldProblem("page", "must be 8 to 64 letters, digits, - or _"))
    use = services(request)
    session = await use.programme.session(slug_of(request))
    grant: Grant | None = request.get(GRANT)
    viewer = None
    if grant is not None:
        check_opens(grant, session)
    else:
        viewer = viewer_of(asked.viewer or asked.page, session, request.get(REFUSAL))
    key = (session.slug, grant.participant if grant else str(viewer), asked.page)
    visit = use.beats.find(key) or await _enter(request, key, session, grant, viewer)
    page = visit.page
    if asked.bye:
        use.live.bye(visit)
        page.close(CloseCode.RESTART, "bye")
    elif not page.closing:
        await use.live.hear(visit, Beat(visible=asked.visible, player=asked.player))
    missed = page.take() if isinstance(page, BeatPage) else []
    if page.closing:
        use.beats.drop(key)
    return json_answer(BeatAnswer(messages=[msgspec.json.decode(text) for text in missed]))


async def _enter(
    request: web.Request, key: Key, session: Session, grant: Grant | None, viewer: ViewerId | None
) -> Visit:
    """A page that comes in now. One that is silent too long comes in anew; any other end it hears."""
    use, limiter = services(request), request.app[LIMITER]
    if grant is None:
        limiter.coming(request)
    release = limiter.hold(grant)
    page = BeatPage()
    device = device_of(request) or page.id
    visit = Visit(page, session.slug, grant, viewer, device, rhythm_ms=BEAT_MS)

    def closed(code: CloseCode) -> None:
        (use.beats.drop if code is CloseCode.SILENT else use.beats.close)(key)
        release()
        use.live.leave(visit)

    page.on_close = closed
    use.beats.add(key, visit)
    try:
        await use.live.enter(visit)
    except BaseException:
        use.beats.drop(key)
        release()
        use.live.leave(visit)
        raise
    return visit
