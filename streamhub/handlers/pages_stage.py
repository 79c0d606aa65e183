"""The moderators' wall and the hall's projector."""

from aiohttp import web

from streamhub.handlers.checklist import checklist_of
from streamhub.handlers.headers import PagePolicy
from streamhub.handlers.render import reader_of, render
from streamhub.handlers.request import language, services, slug_of
from streamhub.handlers.views.figures import top_of
from streamhub.handlers.views.floor import FloorView, floor_view
from streamhub.handlers.views.programme import Reader
from streamhub.handlers.views.shapes import Point
from streamhub.handlers.views.switching import switching
from streamhub.handlers.views.wall import WallInput, projector_page, wall_page
from streamhub.kit.clock import MINUTE
from streamhub.kit.ids import DelegationCode, ParticipantId, SessionSlug
from streamhub.programme.clock import Window
from streamhub.programme.model import Session, SessionState
from streamhub.statistics.disclosure import Audience

CURVE_POINTS = 48


async def wall(request: web.Request) -> web.Response:
    """GET /s/{slug}/wall."""
    use, lang = services(request), language(request)
    session = await use.programme.session(slug_of(request))
    reader = await reader_of(request)
    board = await use.timetable.board(session.slug)
    summit = await use.programme.summit()
    stats = await use.statistics.of_session(session.slug, Audience.INTERNAL)
    given = WallInput(
        session=session,
        history=await use.programme.history(session.slug),
        snapshot=use.presence.now(session.slug),
        delegations=await use.programme.delegations(),
        excused=await _excused(request, session.slug),
        removed=await use.access.removed(session.slug),
        switching=switching(
            board,
            [await use.relay.listed(row.source, lang) for row in board.rows],
            await use.relay.periods(session.slug),
            session,
            summit,
            reader.times,
        ),
        checklist=await checklist_of(use, session),
        points=await _points(request, session, stats.value.window),
        top=top_of(stats.value.peak),
        floor=await _floor(request, session.slug),
        mails=bool(use.settings.smtp_host),
    )
    policy = PagePolicy(frames_self=True)
    accounts = use.zoom_sources.accounts
    return await render(request, "wall.html", policy=policy, page=wall_page(given, reader), accounts=accounts)


async def projector(request: web.Request) -> web.Response:
    """GET /s/{slug}/projector."""
    use = services(request)
    session = await use.programme.session(slug_of(request))
    reader = await reader_of(request)
    page = projector_page(
        session,
        use.presence.now(session.slug),
        await use.programme.delegations(),
        await _following(request, session, reader),
        await _floor(request, session.slug),
        reader,
    )
    return await render(request, "projector.html", page=page)


async def _following(request: web.Request, session: Session, reader: Reader) -> Session | None:
    """The next session in the same room."""
    later = [
        s
        for s in await services(request).programme.sessions()
        if (s.venue, s.room) == (session.venue, session.room)
        and s.starts_at > session.starts_at
        and s.state is not SessionState.ENDED
        and s.ends_at > reader.now
    ]
    return min(later, key=lambda s: s.starts_at, default=None)


async def _floor(request: web.Request, slug: SessionSlug) -> FloorView:
    use = services(request)
    labels = {p.id: p.label or p.seat for p in await use.access.participants()}
    return floor_view(
        await use.floor.line(slug), await use.programme.delegations(), labels, language(request)
    )


async def _excused(request: web.Request, slug: SessionSlug) -> dict[ParticipantId, DelegationCode]:
    """Who is excused, of which delegation."""
    use = services(request)
    found = {e.participant for e in await use.excused.of_session(slug)}
    return {p.id: p.delegation for p in await use.access.participants() if p.id in found}


async def _points(request: web.Request, session: Session, window: Window | None) -> list[Point]:
    """The curve so far, in at most some fifty steps of whole minutes, however long after its plan it runs."""
    length = max(session.ends_at - session.starts_at, window.until - window.since if window else 0, MINUTE)
    step = -(-length // CURVE_POINTS // MINUTE) * 60
    curve = await services(request).statistics.timeline(session.slug, step, Audience.INTERNAL)
    return [
        Point(p.at, p.present or 0, p.hall or 0, (p.zoom or 0) + (p.web or 0)) for p in curve.value.points
    ]
