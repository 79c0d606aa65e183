"""Personal links by mail: started, watched and stopped; who got theirs and who did not."""

import msgspec
from aiohttp import web

from streamhub.access.mail_job import Progress
from streamhub.access.mail_model import MailOrder, Standing, count_of
from streamhub.access.orders import check_managed
from streamhub.handlers.auditing import noted
from streamhub.handlers.request import body, grant_of, json_answer, services
from streamhub.handlers.wire import Answer, Body
from streamhub.kit.clock import rfc3339
from streamhub.kit.errors import FieldInvalid, FieldProblem, NotFound
from streamhub.kit.ids import InvitationId


class MailBody(Body):
    """To whom: delegations or seats, everybody without them. ``dry_run`` only says who."""

    only: list[str] = msgspec.field(default_factory=list)
    limit: int | None = None
    retry_refused: bool = False
    retry_unknown: bool = False
    dry_run: bool = False


class AddressedAnswer(Answer):
    """Whether somebody gets a mail, and why not."""

    invitation: str
    seat: str
    standing: str


class ToldAnswer(Answer):
    """Whether somebody is told by mail that they were not let in, and why not."""

    request: str
    standing: str


class MailPlan(Answer):
    """Everybody of the order, ``answers`` to requests for access beside; nothing was sent."""

    items: list[AddressedAnswer]
    answers: list[ToldAnswer]
    to_send: int


class ProgressAnswer(Answer):
    """How far sending came; ``error`` says what ended it before its time."""

    running: bool
    total: int
    done: int
    error: str


class MailAnswer(Answer):
    """What became of one mail; ``code`` and ``reason`` are the mail server's, without addresses."""

    invitation: str
    seat: str
    generation: int
    state: str
    code: int | None
    reason: str
    changed_at: str


class RefusalAnswer(Answer):
    """What became of the mail that refuses a request for access."""

    request: str
    state: str
    code: int | None
    reason: str
    changed_at: str


class MailList(Answer):
    """Every mail, in the order of the invitations, refusals beside, and how far sending came."""

    items: list[MailAnswer]
    answers: list[RefusalAnswer]
    progress: ProgressAnswer
    next: str | None = None


async def send(request: web.Request) -> web.Response:
    """POST /api/v1/mails: 202, the mails go out in the background; 200 for a dry run."""
    asked = await body(request, MailBody)
    if asked.limit is not None and asked.limit < 1:
        raise FieldInvalid(FieldProblem("limit", "must be at least 1"))
    order = MailOrder(
        only=tuple(asked.only),
        limit=asked.limit,
        retry_refused=asked.retry_refused,
        retry_unknown=asked.retry_unknown,
    )
    if asked.dry_run:
        noted(request, dry_run=True)
        return json_answer(await _plan(request, order))
    begun = await services(request).mailing.begin(order, grant_of(request).participant)
    return _begun(request, begun)


async def send_one(request: web.Request) -> web.Response:
    """POST /api/v1/invitations/{id}:mail: its present link, to the address that is kept.

    It waits its turn behind whatever is sent already.
    """
    use = services(request)
    found = await use.access.invitation(InvitationId(request.match_info["id"]))
    check_managed(found, grant_of(request))
    order = MailOrder(only=(found.seat,), retry_refused=True, retry_unknown=True)
    if not [one for one in await use.mail.plan(order) if one.standing is Standing.TO_SEND]:
        raise NotFound("no address is kept, or this link went out already")
    return _begun(request, use.mailing.soon(order, grant_of(request).participant))


async def mails(request: web.Request) -> web.Response:
    """GET /api/v1/mails."""
    use = services(request)
    progress = _progress_answer(use.mailing.progress)  # before the rows: what says "ended" has them all
    seats = {row.id: row.seat for row in await use.access.every_invitation()}
    order = {invitation: place for place, invitation in enumerate(seats)}
    known = [mail for mail in await use.mail.mails() if mail.invitation in seats]
    items = [
        MailAnswer(
            invitation=mail.invitation,
            seat=seats[mail.invitation],
            generation=mail.generation,
            state=mail.state,
            code=mail.code,
            reason=mail.reason,
            changed_at=rfc3339(mail.changed_at),
        )
        for mail in sorted(known, key=lambda mail: (order[mail.invitation], mail.generation))
    ]
    answers = [
        RefusalAnswer(
            request=one.refusal.request,
            state=one.refusal.state,
            code=one.refusal.code,
            reason=one.refusal.reason,
            changed_at=rfc3339(one.refusal.changed_at),
        )
        for one in await use.mail.answers(MailOrder())
    ]
    return json_answer(MailList(items=items, answers=answers, progress=progress))


async def stop(request: web.Request) -> web.Response:
    """POST /api/v1/mails:stop: after the letter at hand."""
    await services(request).mailing.stop()
    return json_answer(_progress_answer(services(request).mailing.progress))


def _begun(request: web.Request, begun: Progress) -> web.Response:
    noted(request, request.match_info.get("id", ""), total=begun.total)
    return json_answer(_progress_answer(begun), status=202)


async def _plan(request: web.Request, order: MailOrder) -> MailPlan:
    plan = await services(request).mail.plan(order)
    rows = [(one.candidate.invitation, one.standing) for one in plan]
    items = [AddressedAnswer(row.id, row.seat, standing) for row, standing in rows]
    told = await services(request).mail.answers(order)
    to_send = count_of(Standing.TO_SEND, plan, told)
    answers = [ToldAnswer(one.refusal.request, one.standing) for one in told]
    return MailPlan(items=items, answers=answers, to_send=to_send)


def _progress_answer(now: Progress) -> ProgressAnswer:
    return ProgressAnswer(running=now.running, total=now.total, done=now.done, error=now.error)
