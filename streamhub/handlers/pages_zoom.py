"""Joining a Zoom meeting in our page, off by default: the page, and what its program asks for."""

from dataclasses import dataclass

from aiohttp import web

from streamhub.access.model import Grant, Invitation
from streamhub.handlers.entry import enter_session
from streamhub.handlers.render import render
from streamhub.handlers.request import grant_of, json_answer, language, services, slug_of
from streamhub.handlers.wire import Answer
from streamhub.handlers.zoom_policy import EMBEDDER, ZoomPolicy
from streamhub.kit.errors import NotFound
from streamhub.kit.ids import SessionSlug
from streamhub.programme.model import Session, SessionState
from streamhub.relay.model import Source


class SignAnswer(Answer):
    """What ``join()`` of Zoom's Meeting SDK is given, for one join of one person.

    ``user_email`` and ``tk`` are null for somebody who is not registered at Zoom.
    """

    signature: str
    meeting_number: str
    password: str
    user_name: str
    user_email: str | None
    tk: str | None
    customer_key: str


@dataclass(frozen=True, slots=True)
class ZoomPage:
    """What the page says before anything is asked from Zoom. ``link`` opens the meeting elsewhere."""

    title: str
    slug: str
    source: str
    name: str
    link: str | None


async def zoom(request: web.Request) -> web.Response:
    """GET /s/{slug}/zoom?source=."""
    use, lang = services(request), language(request)
    session, grant, source = await _joinable(request)
    name = await use.zoom_sdk.name(source, await _invitation(request, grant), await _delegations(request))
    link = use.relay.view(source, grant, lang).link_url
    page = ZoomPage(session.titles.get(lang), session.slug, source.id, name, link)
    response = await render(request, "zoom.html", policy=ZoomPolicy(), page=page)
    if use.settings.zoom_isolated:  # the other half, COOP, stands on every page
        response.headers[EMBEDDER] = "require-corp"
    return response


async def sign(request: web.Request) -> web.Response:
    """POST /api/v1/sessions/{slug}/zoom:sign."""
    _, grant, source = await _joinable(request)
    invitation, delegations = await _invitation(request, grant), await _delegations(request)
    found = await services(request).zoom_sdk.join(source, invitation, delegations)
    if found is None:
        raise _elsewhere()
    return json_answer(
        SignAnswer(
            signature=found.signature,
            meeting_number=found.meeting,
            password=found.password,
            user_name=found.name,
            user_email=found.email or None,
            tk=found.tk or None,
            customer_key=found.customer_key,
        )
    )


async def _joinable(request: web.Request) -> tuple[Session, Grant, Source]:
    """The session, who asks, and the meeting that they may join here.

    Raises NotFound where it is switched off, the session is over or the meeting opens elsewhere only,
    TokenInvalid for somebody without invitation, and all that keeps people out of the session.
    """
    use, slug = services(request), slug_of(request)
    if not use.settings.zoom_embedded:
        raise _elsewhere()
    grant = grant_of(request)
    session, _ = await enter_session(request, slug)
    if session.state is SessionState.ENDED:
        raise _elsewhere()
    wanted = request.query.get("source")
    for source in await _shown(request, slug):
        if use.zoom_sdk.meeting(source) is not None and wanted in {None, source.id}:
            return session, grant, source
    raise _elsewhere()


async def _shown(request: web.Request, slug: SessionSlug) -> list[Source]:
    """What is on, and the meeting beside it."""
    relay = services(request).relay
    beside = await relay.beside(slug)
    return [*await relay.on_air(slug), *([beside] if beside else [])]


async def _invitation(request: web.Request, grant: Grant) -> Invitation:
    return await services(request).access.invitation(grant.invitation)


async def _delegations(request: web.Request) -> dict[str, str]:
    """Names by code, in French as those of registrants are."""
    return {one.code: one.names.get("fr") for one in await services(request).programme.delegations()}


def _elsewhere() -> NotFound:
    return NotFound("no Zoom meeting opens in this page")
