"""Who is excused from a session."""

from aiohttp import web

from streamhub.attendance.excused_model import MAX_REASON, MAX_REPRESENTED_BY, ExcuseOrder
from streamhub.handlers.auditing import noted
from streamhub.handlers.entry import invited_to
from streamhub.handlers.request import body, json_answer, services
from streamhub.handlers.wire import Answer, Body, line
from streamhub.kit.errors import NotFound
from streamhub.kit.ids import ParticipantId


class ExcusedBody(Body):
    """Why, and who speaks instead; ``excused: false`` takes it back."""

    excused: bool = True
    reason: str = ""
    represented_by: str = ""


class ExcusedAnswer(Answer):
    """The person as it stands now."""

    participant: str
    session: str
    excused: bool
    reason: str
    represented_by: str


async def set_excused(request: web.Request) -> web.Response:
    """PUT /api/v1/sessions/{slug}/people/{participant}/excused."""
    session, grant = await invited_to(request)
    asked = await body(request, ExcusedBody)
    use = services(request)
    person = await use.access.participant(ParticipantId(request.match_info["participant"]))
    if not person.allows(session.slug):
        raise NotFound("this person was not invited to the session")
    order = ExcuseOrder(
        participant=person.id,
        reason=line("reason", asked.reason, maximum=MAX_REASON),
        represented_by=line("represented_by", asked.represented_by, maximum=MAX_REPRESENTED_BY),
    )
    if asked.excused:
        await use.excused.set(session.slug, order, grant.participant)
    else:
        order = ExcuseOrder(person.id)
        await use.excused.take_back(session.slug, person.id, grant.participant)
    noted(request, excused=asked.excused)
    answer = ExcusedAnswer(
        participant=person.id,
        session=session.slug,
        excused=asked.excused,
        reason=order.reason,
        represented_by=order.represented_by,
    )
    return json_answer(answer)
