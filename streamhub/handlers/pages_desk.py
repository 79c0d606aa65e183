"""The desk's page."""

from collections.abc import Sequence

from aiohttp import web

from streamhub.handlers.render import reader_of, render
from streamhub.handlers.request import grant_of, services
from streamhub.handlers.views.desk import DeskInput, desk_page
from streamhub.kit.clock import Instant
from streamhub.kit.ids import ParticipantId
from streamhub.presence.model import PersonState
from streamhub.programme.model import Session


async def desk(request: web.Request) -> web.Response:
    """GET /desk."""
    use, reader, grant = services(request), await reader_of(request), grant_of(request)
    sessions = [s for s in await use.programme.sessions() if grant.allows(s.slug)]
    today = [
        s for s in sessions if reader.times.local_date(s.starts_at) == reader.times.local_date(reader.now)
    ]
    given = DeskInput(
        participants=[p for p in await use.access.participants() if grant.meets(p.sessions)],
        delegations=await use.programme.delegations(),
        door=await use.door.today(),
        online=await _online(request, sessions),
        sessions=today or sessions,
        venues=grant.whole,
    )
    return await render(request, "desk.html", page=desk_page(given, reader.times, reader.now))


async def _online(request: web.Request, sessions: Sequence[Session]) -> dict[ParticipantId, Instant]:
    """Who is on line now, since when; the earliest where somebody has several sessions open."""
    use = services(request)
    found: dict[ParticipantId, Instant] = {}
    for session in sessions:
        for person in use.presence.now(session.slug).people:
            if person.state in {PersonState.ONLINE, PersonState.UNSTABLE}:
                who = person.who.participant
                found[who] = min(person.since, found.get(who, person.since))
    return found
