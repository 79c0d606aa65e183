"""The organiser's console. Its lists are read here; what it changes goes through the interface."""

from collections import Counter
from dataclasses import replace

from aiohttp import web

from streamhub.access.directory import Wanted, found
from streamhub.access.roles import Role
from streamhub.handlers.api_links import found_people
from streamhub.handlers.render import reader_of, render
from streamhub.handlers.request import choice, language, services, slug_of
from streamhub.handlers.routing import ROUTE
from streamhub.handlers.views.console import Counts, programme_console, session_console
from streamhub.handlers.views.console_lists import lists_console
from streamhub.handlers.views.console_log import AuditAsked, audit_console, audit_filter, requests_console
from streamhub.handlers.views.console_people import (
    TEAM,
    Known,
    Search,
    delegations_console,
    people_console,
    staff_console,
)
from streamhub.handlers.views.console_zoom import ZoomConsole, zoom_console
from streamhub.handlers.views.switching import Switching, switching
from streamhub.kit.ids import ParticipantId
from streamhub.presence.model import PersonState
from streamhub.requests.model import RequestState
from streamhub.requests.trials_model import Tested

PEOPLE = 50
"""People on one page."""

LINES = 100
"""Lines of the audit log on one page."""

UNTESTED = "untested"
"""Asked for among the standings: whose connection was never tested."""

EVERY = 1_000
"""Rows of the tests of connections read at a time."""

_HERE = frozenset({PersonState.ONLINE, PersonState.UNSTABLE, PersonState.HALL})


async def programme(request: web.Request) -> web.Response:
    """GET /console."""
    use = services(request)
    rows = await use.editing.sessions()
    sources = {row.row.slug: len(await use.relay.sources(row.row.slug)) for row in rows}
    documents = Counter([s for s in sources for _ in await use.programme.documents(s)])
    page = programme_console(
        rows, Counts(sources, documents), await use.programme.summit(), await reader_of(request)
    )
    return await render(request, "console.html", page=page)


async def session(request: web.Request) -> web.Response:
    """GET /console/sessions/{slug}."""
    use, slug, lang = services(request), slug_of(request), language(request)
    page = session_console(
        await use.editing.session(slug),
        await use.programme.sessions(),
        await use.editing.documents(slug),
        tuple([await use.relay.listed(source, lang) for source in await use.relay.sources(slug)]),
        frozenset(source.id for source in await use.relay.on_air(slug)),
        await use.programme.summit(),
        await reader_of(request),
    )
    zoom, sources = await _zoom(request), await _switching(request)
    return await render(request, "console_session.html", page=page, zoom=zoom, switching=sources)


async def _switching(request: web.Request) -> Switching:
    """The session's sources as its wall has them, without what was on."""
    use, slug, lang = services(request), slug_of(request), language(request)
    board = await use.timetable.board(slug)
    views = [await use.relay.listed(row.source, lang) for row in board.rows]
    session, summit = await use.programme.session(slug), await use.programme.summit()
    return switching(board, views, (), session, summit, (await reader_of(request)).times)


async def _zoom(request: web.Request) -> ZoomConsole:
    use, slug = services(request), slug_of(request)
    return zoom_console(
        use.zoom_sources.accounts,
        use.registrar.accounts,
        await use.zoom_sources.of_session(slug),
        await use.zoom_twice.of_session(slug),
        await use.access.participants(),
        await reader_of(request),
    )


async def delegations(request: web.Request) -> web.Response:
    """GET /console/delegations."""
    use = services(request)
    page = delegations_console(
        await use.editing.delegations(),
        await use.access.participants(),
        await _here(request),
        Counter(one.delegation for one in await _untested(request)),
        await use.programme.summit(),
        language(request),
    )
    return await render(request, "console_delegations.html", page=page)


async def people(request: web.Request) -> web.Response:
    """GET /console/people?q=&delegation=&role=&standing=; ``standing`` may be ``untested`` too."""
    asked = request.query.get("standing") == UNTESTED
    among = {one.invitation for one in await _untested(request)} if asked else None
    shown = await found_people(request, limit=PEOPLE, among=among)
    search = Search(*(request.query.get(name, "") for name in ("q", "delegation", "role", "standing")))
    trials = await services(request).trials.of([one.invitation.id for one in shown.people])
    known = replace(await _known(request), trials=trials)
    page = people_console(shown, search, known, await reader_of(request))
    mail = bool(services(request).settings.smtp_host)
    return await render(request, "console_people.html", page=page, every_role=tuple(Role), mail=mail)


async def staff(request: web.Request) -> web.Response:
    """GET /console/staff."""
    use = services(request)
    team = found(
        await use.access.every_invitation(),
        await use.access.identities(),
        {},
        Wanted(roles=TEAM),
        use.clock.now(),
    )
    page = staff_console(team, await _known(request), await reader_of(request))
    return await render(request, "console_staff.html", page=page)


async def lists(request: web.Request) -> web.Response:
    """GET /console/lists."""
    use = services(request)
    page = lists_console(
        await use.programme.delegations(), language(request), mail=bool(use.settings.smtp_host)
    )
    return await render(request, "console_lists.html", page=page)


async def requests(request: web.Request) -> web.Response:
    """GET /console/requests?state=."""
    use = services(request)
    state = choice(request, "state", RequestState.WAITING, RequestState.ACCEPTED, RequestState.REFUSED)
    found_ones = await use.requests.requests(
        RequestState(state), limit=PEOPLE, cursor=request.query.get("cursor")
    )
    page = requests_console(
        found_ones,
        state,
        use.requests.until(),
        await use.programme.delegations(),
        {row.id: row.seat for row in await use.access.every_invitation()},
        await reader_of(request),
    )
    return await render(request, "console_requests.html", page=page, mail=bool(use.settings.smtp_host))


async def audit(request: web.Request) -> web.Response:
    """GET /console/audit?since=&until=&by=&action=."""
    use, reader = services(request), await reader_of(request)
    asked = AuditAsked(*(request.query.get(name, "").strip() for name in ("since", "until", "by", "action")))
    seats: dict[str, str] = {person.id: person.seat for person in await use.access.participants()}
    named = {seat: participant for participant, seat in seats.items()}
    wanted = audit_filter(replace(asked, by=named.get(asked.by, asked.by)), reader)
    rows = await use.audit.page(wanted, limit=LINES, cursor=request.query.get("cursor"))
    seats |= {row.id: row.seat for row in await use.access.every_invitation()}
    families = [r.action.partition(".")[0] for r in request.app[ROUTE].values() if r.action]
    return await render(
        request, "console_audit.html", page=audit_console(rows, asked, families, seats, reader)
    )


async def _known(request: web.Request) -> Known:
    use = services(request)
    return Known(await use.programme.delegations(), await use.programme.sessions(), await _here(request))


async def _untested(request: web.Request) -> list[Tested]:
    """Delegates, press and correspondents who may still join and never tested their connection."""
    found_ones: list[Tested] = []
    cursor: str | None = None
    while True:
        page = await services(request).trials.audience(tested=False, limit=EVERY, cursor=cursor)
        found_ones.extend(page.items)
        cursor = page.next
        if cursor is None:
            return found_ones


async def _here(request: web.Request) -> frozenset[ParticipantId]:
    """Who is in the hall or on line in any session now."""
    use = services(request)
    return frozenset(
        person.who.participant
        for session in await use.programme.sessions()
        for person in use.presence.now(session.slug).people
        if person.state in _HERE
    )
