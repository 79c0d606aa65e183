"""What moderators do with people: look, admit, remove, correct."""

from aiohttp import web

from streamhub.attendance.service import CorrectionOrder
from streamhub.handlers.auditing import noted
from streamhub.handlers.request import body, grant_of, json_answer, services, slug_of
from streamhub.handlers.wire import Answer, Body, instant, line
from streamhub.kit.channel import Channel
from streamhub.kit.clock import rfc3339
from streamhub.kit.errors import FieldInvalid, FieldProblem
from streamhub.kit.ids import DelegationCode, ParticipantId


class CorrectionBody(Body):
    """Present or absent from ``since`` to ``until``, whatever the machine recorded."""

    participant: str
    since: str
    until: str
    present: bool
    reason: str
    channel: Channel | None = None


class PersonAnswer(Answer):
    """The person that was admitted or removed."""

    participant: str
    session: str
    removed: bool


class DelegationAnswer(Answer):
    """Whether all people of the delegation are let in, however few its seats."""

    delegation: str
    session: str
    admitted: bool


class CorrectionAnswer(Answer):
    """The correction as it was written."""

    participant: str
    session: str
    since: str
    until: str
    present: bool
    channel: Channel


async def presence(request: web.Request) -> web.Response:
    """GET /api/v1/sessions/{slug}/presence."""
    use = services(request)
    session = await use.programme.session(slug_of(request))
    return json_answer(await use.live.presence_list(session.slug))


async def remove(request: web.Request) -> web.Response:
    """POST /api/v1/sessions/{slug}/people/{participant}:remove."""
    return await _bar(request, removed=True)


async def admit(request: web.Request) -> web.Response:
    """POST /api/v1/sessions/{slug}/people/{participant}:admit."""
    return await _bar(request, removed=False)


async def admit_delegation(request: web.Request) -> web.Response:
    """POST /api/v1/sessions/{slug}/delegations/{code}:admit."""
    return await _limit(request, admitted=True)


async def hold_delegation(request: web.Request) -> web.Response:
    """POST /api/v1/sessions/{slug}/delegations/{code}:hold."""
    return await _limit(request, admitted=False)


async def _limit(request: web.Request, *, admitted: bool) -> web.Response:
    admissions = services(request).admissions
    slug, code = slug_of(request), DelegationCode(request.match_info["code"])
    change = admissions.admit_delegation if admitted else admissions.hold_delegation
    await change(slug, code, grant_of(request).participant)
    return json_answer(DelegationAnswer(delegation=code, session=slug, admitted=admitted))


async def _bar(request: web.Request, *, removed: bool) -> web.Response:
    use = services(request)
    session = await use.programme.session(slug_of(request))
    person = await use.access.participant(ParticipantId(request.match_info["participant"]))
    change = use.access.remove if removed else use.access.admit
    await change(session.slug, person.id, grant_of(request).participant)
    return json_answer(PersonAnswer(participant=person.id, session=session.slug, removed=removed))


async def correct(request: web.Request) -> web.Response:
    """POST /api/v1/sessions/{slug}/corrections."""
    asked = await body(request, CorrectionBody)
    use = services(request)
    session = await use.programme.session(slug_of(request))
    person = await use.access.participant(ParticipantId(asked.participant))
    if asked.channel is not None and not asked.present:
        raise FieldInvalid(FieldProblem("channel", "an absence is cut from every channel"))
    order = CorrectionOrder(
        participant=person.id,
        since=instant("since", asked.since),
        until=instant("until", asked.until),
        present=asked.present,
        channel=asked.channel or Channel.HALL,
        reason=line("reason", asked.reason, minimum=1, maximum=300),
    )
    await use.statistics.check_open()
    await use.attendance.correct(session, order, grant_of(request).participant)
    noted(request, person.id, present=order.present)
    answer = CorrectionAnswer(
        participant=person.id,
        session=session.slug,
        since=rfc3339(order.since),
        until=rfc3339(order.until),
        present=order.present,
        channel=order.channel,
    )
    return json_answer(answer, status=201)
