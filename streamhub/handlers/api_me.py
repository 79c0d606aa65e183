"""What a person may ask for, from their own link or by the organiser: to see, to correct, to be erased."""

from collections.abc import Sequence

from aiohttp import hdrs, web

from streamhub.access.model import Grant
from streamhub.attendance.correction_requests_model import MAX_REASON, CorrectionRequest, RequestOrder
from streamhub.handlers.auditing import looked, noted
from streamhub.handlers.entering import drop_cookie
from streamhub.handlers.request import body, grant_of, json_answer, services
from streamhub.handlers.wire import Answer, Body, instant, line, time_or_null
from streamhub.kit.channel import Channel
from streamhub.kit.clock import rfc3339
from streamhub.kit.errors import FieldInvalid, FieldProblem
from streamhub.kit.ids import ParticipantId, SessionSlug
from streamhub.privacy.model import Export, Value
from streamhub.privacy.service import Asker


class CorrectionRequestBody(Body):
    """What the person says of their own attendance."""

    session: str
    since: str
    until: str
    present: bool
    reason: str


class DecisionBody(Body):
    """By which channel somebody was there; the hall unless said otherwise."""

    channel: Channel | None = None


class CorrectionRequestAnswer(Answer):
    """A request as it stands."""

    id: str
    participant: str
    session: str
    since: str
    until: str
    present: bool
    reason: str
    state: str
    asked_at: str
    decided_at: str | None


class CorrectionRequestList(Answer):
    """Requests, oldest first."""

    items: list[CorrectionRequestAnswer]


class ErasedAnswer(Answer):
    """What an erasure did."""

    erased_at: str
    name_erased: bool
    stays_kept: int


class ExportAnswer(Answer):
    """Everything recorded of a person: the rows of each table by its name, as ``/privacy`` explains them."""

    participant: str
    generated_at: str
    records: dict[str, list[dict[str, Value]]]


async def erase_me(request: web.Request) -> web.Response:
    """DELETE /api/v1/me: the cookie goes too; pages of this invitation close."""
    await services(request).privacy.erase(grant_of(request).participant, _asker(grant_of(request)))
    response = web.Response(status=204)
    drop_cookie(response)
    return response


async def export_me(request: web.Request) -> web.Response:
    """GET /api/v1/me/export."""
    return _file(await services(request).privacy.export(grant_of(request).participant))


async def erase(request: web.Request) -> web.Response:
    """POST /api/v1/participants/{participant}:erase."""
    done = await services(request).privacy.erase(_participant(request), _asker(grant_of(request)))
    answer = ErasedAnswer(erased_at=rfc3339(done.at), name_erased=done.named, stays_kept=done.stays)
    return json_answer(answer)


async def export(request: web.Request) -> web.Response:
    """GET /api/v1/participants/{participant}/export: it holds a name, so that it was seen is written down."""
    found = await services(request).privacy.export(_participant(request))
    await looked(request, "person.export", found.participant)
    return _file(found)


async def ask_correction(request: web.Request) -> web.Response:
    """POST /api/v1/me/corrections."""
    asked = await body(request, CorrectionRequestBody)
    grant, use = grant_of(request), services(request)
    session = await use.programme.session(SessionSlug(asked.session))
    await use.access.require(grant, session.slug)
    order = RequestOrder(
        participant=grant.participant,
        since=instant("since", asked.since),
        until=instant("until", asked.until),
        present=asked.present,
        reason=line("reason", asked.reason, minimum=1, maximum=MAX_REASON),
    )
    await use.statistics.check_open()
    made = await use.correction_requests.ask(session.slug, order)
    noted(request, made.id, session=session.slug)
    return json_answer(request_answer(made), status=201)


async def my_corrections(request: web.Request) -> web.Response:
    """GET /api/v1/me/corrections."""
    return _list(await services(request).correction_requests.of(grant_of(request).participant))


async def correction_requests(request: web.Request) -> web.Response:
    """GET /api/v1/correction-requests: those that wait, of the sessions that the caller moderates."""
    grant = grant_of(request)
    waiting = await services(request).correction_requests.waiting()
    return _list([one for one in waiting if grant.allows(one.session)])


async def accept(request: web.Request) -> web.Response:
    """POST /api/v1/correction-requests/{id}:accept."""
    asked = await body(request, DecisionBody) if request.body_exists else DecisionBody()
    known = await moderated(request)
    if asked.channel is not None and not known.present:
        raise FieldInvalid(FieldProblem("channel", "an absence is cut from every channel"))
    await services(request).statistics.check_open()
    done = await services(request).correction_requests.accept(
        known.id, asked.channel or Channel.HALL, grant_of(request).participant
    )
    noted(request, done.id, session=done.session, participant=done.participant)
    return json_answer(request_answer(done))


async def refuse(request: web.Request) -> web.Response:
    """POST /api/v1/correction-requests/{id}:refuse."""
    known = await moderated(request)
    done = await services(request).correction_requests.refuse(known.id, grant_of(request).participant)
    noted(request, done.id, session=done.session, participant=done.participant)
    return json_answer(request_answer(done))


def request_answer(made: CorrectionRequest) -> CorrectionRequestAnswer:
    """A request as JSON says it."""
    return CorrectionRequestAnswer(
        id=made.id,
        participant=made.participant,
        session=made.session,
        since=rfc3339(made.since),
        until=rfc3339(made.until),
        present=made.present,
        reason=made.reason,
        state=made.state,
        asked_at=rfc3339(made.asked_at),
        decided_at=time_or_null(made.decided_at),
    )


def export_answer(export: Export) -> ExportAnswer:
    """Everything recorded of a person, as JSON says it."""
    return ExportAnswer(
        participant=export.participant,
        generated_at=rfc3339(export.generated_at),
        records={section.name: [dict(row) for row in section.rows] for section in export.sections},
    )


async def moderated(request: web.Request) -> CorrectionRequest:
    """The request in the address, of a session that the caller's invitation opens.

    Raises NotFound, WrongSession or Removed.
    """
    found = await services(request).correction_requests.request(request.match_info["id"])
    await services(request).access.require(grant_of(request), found.session)
    return found


def _list(found: Sequence[CorrectionRequest]) -> web.Response:
    return json_answer(CorrectionRequestList(items=[request_answer(one) for one in found]))


def _file(export: Export) -> web.Response:
    response = json_answer(export_answer(export))
    name = f"streamhub-{export.participant}.json"
    response.headers[hdrs.CONTENT_DISPOSITION] = f'attachment; filename="{name}"'
    return response


def _participant(request: web.Request) -> ParticipantId:
    return ParticipantId(request.match_info["participant"])


def _asker(grant: Grant) -> Asker:
    return Asker(grant.participant, grant.role)
