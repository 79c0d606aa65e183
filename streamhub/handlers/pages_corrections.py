"""Where moderators decide what people ask to have corrected, without a script."""

from aiohttp import hdrs, web

from streamhub.attendance.correction_requests_model import CorrectionRequest
from streamhub.handlers.api_me import moderated
from streamhub.handlers.auditing import noted
from streamhub.handlers.render import own_address, reader_of, render
from streamhub.handlers.request import form_of, grant_of, services
from streamhub.handlers.views.corrections import corrections_page
from streamhub.kit.channel import Channel
from streamhub.kit.errors import FieldInvalid, FieldProblem


async def corrections(request: web.Request) -> web.Response:
    """GET /corrections."""
    use, reader, grant = services(request), await reader_of(request), grant_of(request)
    waiting = [one for one in await use.correction_requests.waiting() if grant.allows(one.session)]
    people = {person.id: person for person in await use.access.participants()}
    titles = {one.slug: one.titles.get(reader.times.lang) for one in await use.programme.sessions()}
    page = corrections_page(waiting, people, titles, reader)
    return await render(request, "corrections.html", page=page, channels=tuple(Channel))


async def accept(request: web.Request) -> web.Response:
    """POST /corrections/{id}:accept: the form of the page, then the page again."""
    form, use = await form_of(request), services(request)
    known = await moderated(request)
    await use.statistics.check_open()
    channel = _channel(form.get("channel"))
    return _back(request, await use.correction_requests.accept(known.id, channel, _by(request)))


async def refuse(request: web.Request) -> web.Response:
    """POST /corrections/{id}:refuse."""
    known = await moderated(request)
    return _back(request, await services(request).correction_requests.refuse(known.id, _by(request)))


def _back(request: web.Request, done: CorrectionRequest) -> web.Response:
    noted(request, done.id, session=done.session, participant=done.participant)
    response = web.Response(status=303)
    response.headers[hdrs.LOCATION] = own_address(request, "/corrections")
    return response


def _by(request: web.Request) -> str:
    return grant_of(request).participant


def _channel(word: object) -> Channel:
    if word not in set(Channel):
        raise FieldInvalid(FieldProblem("channel", f"must be one of: {', '.join(Channel)}"))
    return Channel(str(word))
