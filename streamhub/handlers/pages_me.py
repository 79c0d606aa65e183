"""What is recorded of the reader: to see, to have corrected, to have erased, without a script."""

from aiohttp import hdrs, web

from streamhub.attendance.correction_requests_model import MAX_REASON, RequestOrder
from streamhub.handlers.auditing import noted
from streamhub.handlers.entering import drop_cookie
from streamhub.handlers.render import own_address, reader_of, render
from streamhub.handlers.request import GRANT, form_of, grant_of, services
from streamhub.handlers.views.me import asked_span, me_page, privacy_page
from streamhub.handlers.wire import line
from streamhub.kit.ids import SessionSlug
from streamhub.privacy.record import processing
from streamhub.privacy.service import Asker


async def me(request: web.Request) -> web.Response:
    """GET /me."""
    use = services(request)
    grant, reader = grant_of(request), await reader_of(request)
    page = me_page(
        grant,
        await use.attendance.stays_of(grant.participant),
        await use.correction_requests.of(grant.participant),
        await use.programme.sessions(),
        reader,
    )
    return await render(request, "me.html", page=page)


async def ask_correction(request: web.Request) -> web.Response:
    """POST /me/corrections: the form of the page, then the page again."""
    form, grant, use = await form_of(request), grant_of(request), services(request)
    session = await use.programme.session(SessionSlug(form.get("session", "")))
    await use.access.require(grant, session.slug)
    zone = (await use.programme.summit()).timezone
    since, until = asked_span(session, form.get("since", ""), form.get("until", ""), zone)
    order = RequestOrder(
        participant=grant.participant,
        since=since,
        until=until,
        present=form.get("present") != "no",
        reason=line("reason", form.get("reason", ""), minimum=1, maximum=MAX_REASON),
    )
    await use.statistics.check_open()
    made = await use.correction_requests.ask(session.slug, order)
    noted(request, made.id, session=session.slug)
    response = web.Response(status=303)
    response.headers[hdrs.LOCATION] = own_address(request, "/me")
    return response


async def erase(request: web.Request) -> web.Response:
    """POST /me/erase: asks once more unless the box is ticked, then says what was done."""
    form, grant = await form_of(request), grant_of(request)
    if form.get("sure") != "yes":
        return await render(request, "erased.html", done=None)
    asker = Asker(grant.participant, grant.role)
    done = await services(request).privacy.erase(grant.participant, asker)
    request[GRANT] = None
    response = await render(request, "erased.html", done=done)
    drop_cookie(response)
    return response


async def privacy(request: web.Request) -> web.Response:
    """GET /privacy."""
    use, reader = services(request), await reader_of(request)
    summit = await use.programme.summit()
    page = privacy_page(
        use.settings,
        processing(use.settings, reader.times.lang),
        controller=summit.contact_name,
        email=summit.contact_email,
        phone=summit.contact_phone,
    )
    return await render(request, "privacy.html", page=page)


async def accessibility(request: web.Request) -> web.Response:
    """GET /accessibility."""
    return await render(request, "accessibility.html")
