"""The Zoom account of a source, how people are named there, and how registering them goes."""

from aiohttp import web
from msgspec import UNSET, UnsetType

from streamhub.handlers.api_sources import listed
from streamhub.handlers.auditing import noted
from streamhub.handlers.entry import invited_to
from streamhub.handlers.request import body, json_answer, services
from streamhub.handlers.wire import Answer, Body, time_or_null
from streamhub.kit.clock import Instant, rfc3339
from streamhub.kit.ids import SourceId
from streamhub.relay.zoom_sources import Choice, Registering


class SourceChoiceBody(Body):
    """What changes of a source; ``account`` "" is none, ``zoom_names`` label or pseudonym."""

    account: str | UnsetType = UNSET
    label: str | UnsetType = UNSET
    zoom_names: str | UnsetType = UNSET


class RegisteringAnswer(Answer):
    """One Zoom source of the session, and how registering for its meeting goes.

    ``kind``: meeting, webinar, or null until Zoom has said it. Numbers are of people: ``wanted`` should be
    registered now, ``to_cancel`` have a link that Zoom has not taken back yet. ``fault`` is null or a word
    of ``platforms``, or ``not_found``, ``registration_off``; ``right`` is the missing scope.
    """

    source: str
    account: str
    zoom_names: str
    meeting: str
    kind: str | None
    from_at: str
    wanted: int
    registered: int
    panelists: int
    to_cancel: int
    cancelled: int
    fault: str | None
    right: str
    tried_at: str | None
    rest_until: str | None


class RegisteringList(Answer):
    """Every Zoom source of the session; ``accounts`` can be chosen from.

    ``twice`` are participants whose own link is used by two people at once.
    """

    accounts: list[str]
    items: list[RegisteringAnswer]
    twice: list[str]


async def change_source(request: web.Request) -> web.Response:
    """PATCH /api/v1/sessions/{slug}/sources/{id}."""
    session, _ = await invited_to(request)
    asked = await body(request, SourceChoiceBody)
    choice = Choice(account=_given(asked.account), label=_given(asked.label), names=_given(asked.zoom_names))
    wanted = SourceId(request.match_info["id"])
    changed = await services(request).zoom_sources.choose(session.slug, wanted, choice)
    await services(request).relay.forget(session.slug)
    noted(request, changed.id, account=changed.account)
    return json_answer(await listed(request, changed))


async def registering(request: web.Request) -> web.Response:
    """GET /api/v1/sessions/{slug}/zoom."""
    session, _ = await invited_to(request)
    use = services(request)
    now = use.clock.now()
    found = await use.zoom_sources.of_session(session.slug)
    items = [_answer(one, now) for one in found]
    twice: list[str] = sorted(await use.zoom_twice.of_session(session.slug))
    return json_answer(RegisteringList(accounts=list(use.zoom_sources.accounts), items=items, twice=twice))


def _answer(one: Registering, now: Instant) -> RegisteringAnswer:
    return RegisteringAnswer(
        source=one.source,
        account=one.account,
        zoom_names=one.names,
        meeting=one.number,
        kind=one.kind.name.lower() if one.kind else None,
        from_at=rfc3339(one.from_at),
        wanted=one.wanted,
        registered=one.registered,
        panelists=one.panelists,
        to_cancel=one.to_cancel,
        cancelled=one.cancelled,
        fault=one.fault or None,
        right=one.right,
        tried_at=time_or_null(one.tried_at),
        rest_until=rfc3339(one.rest_until) if one.rest_until > now else None,
    )


def _given(value: str | UnsetType) -> str | None:
    return None if value is UNSET else str(value)
