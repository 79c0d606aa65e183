"""Sources of a session: what is on for the caller, the list, adding one, switching."""

from dataclasses import asdict

from aiohttp import web

from streamhub.access.model import Grant
from streamhub.handlers.auditing import noted
from streamhub.handlers.entry import enter_session, invited_to
from streamhub.handlers.request import body, json_answer, language, services, slug_of
from streamhub.handlers.wire import Answer, Body, time_or_null
from streamhub.kit.errors import FieldInvalid, FieldProblem, NotFound
from streamhub.kit.ids import SessionSlug, SourceId
from streamhub.relay.link_model import Provider
from streamhub.relay.model import FLOOR, NewSource, Source, SourceView
from streamhub.relay.timetable_model import Row
from streamhub.relay.zoom_registrants_model import ZoomNames
from streamhub.relay.zoom_sources import Choice


class SourceAnswer(Answer):
    """A source as a page shows it: ``embed_url`` goes into the player, ``link_url`` opens elsewhere.

    ``company`` receives the viewer's address once the player loads; ``needs_click`` is false
    for the organiser's own servers. ``elsewhere``: it opens outside our page only.
    """

    id: str
    provider: str
    channel: str
    embed_url: str | None
    link_url: str | None
    personal: bool
    label: str
    name: str
    company: str
    needs_click: bool
    elsewhere: bool
    megabytes_per_hour: int
    text: str | None
    phone: str | None


class ListedSource(SourceAnswer):
    """A source in the list of a session; ``active``: it is what its channel shows, ``since`` then.

    ``next``: what to fall back to on its channel. ``by_clock``: the timetable put it on.
    ``proposed``: its ``planned_at`` has come, and a moderator is asked. ``checked`` is what the last
    look at its link found: ``good``, a reason as in ``sources:check``, or empty before the first.
    """

    active: bool
    next: bool
    since: str | None
    by_clock: bool
    planned_at: str | None
    proposed: bool
    checked: str
    checked_at: str | None


class SourceList(Answer):
    """Every source of a session, in order: that of falling back.

    ``automatic``: its timetable switches by itself. ``held``: not now, for the session before it
    in its room is still running.
    """

    items: list[ListedSource]
    automatic: bool
    held: bool
    next: str | None = None


class NewSourceBody(Body):
    """A link, or a text with perhaps a telephone number; no channel is the floor.

    ``account``: the Zoom account of a meeting, none by default; ``zoom_names``: label or pseudonym.
    """

    url: str = ""
    text: str = ""
    phone: str = ""
    channel: str = FLOOR
    label: str = ""
    activate: bool = False
    account: str = ""
    zoom_names: str = ZoomNames.LABEL


class LinkBody(Body):
    """A pasted link."""

    url: str


class LinkAnswer(Answer):
    """Whether a link can be shown in our page; null is not known.

    ``reason``: null, ``opens_elsewhere``, ``no_player_id``, ``not_embeddable``, ``not_found``,
    ``not_asked`` or ``no_answer``. ``title`` is the provider's.
    """

    provider: str
    embeddable: bool | None
    reason: str | None
    title: str


class SourceOrderBody(Body):
    """Every source of the session, by id, in the new order."""

    order: list[str]


class SwitchBody(Body):
    """Which source everybody sees from now on."""

    id: str


async def source(request: web.Request) -> web.Response:
    """GET /api/v1/sessions/{slug}/source."""
    session, grant = await enter_session(request, slug_of(request))
    return json_answer(SourceAnswer(**asdict(await _shown(request, session.slug, grant))))


async def open_source(request: web.Request) -> web.Response:
    """POST /api/v1/sessions/{slug}/source:open; ``?source=`` for a meeting beside what is on."""
    session, grant = await enter_session(request, slug_of(request))
    view = await _left_for(request, session.slug, grant)
    if view.elsewhere and grant is not None:
        await services(request).live.gone_elsewhere(session.slug, grant)
    return web.Response(status=204)


async def sources(request: web.Request) -> web.Response:
    """GET /api/v1/sessions/{slug}/sources."""
    session, _ = await invited_to(request)
    return json_answer(await listing(request, session.slug))


async def add_source(request: web.Request) -> web.Response:
    """POST /api/v1/sessions/{slug}/sources."""
    session, grant = await invited_to(request)
    asked = await body(request, NewSourceBody)
    new = NewSource(asked.url, asked.text, asked.phone, asked.channel, asked.label, asked.account.strip())
    relay, zoom = services(request).relay, services(request).zoom_sources
    zoom.check(new.account, asked.zoom_names)
    if new.account and relay.parse(new.url).provider is not Provider.ZOOM:
        raise FieldInvalid(FieldProblem("account", "only a Zoom meeting belongs to an account"))
    added = await relay.add(session.slug, new, grant.participant, activate=asked.activate)
    if new.account:
        added = await zoom.choose(session.slug, added.id, Choice(names=asked.zoom_names))
    noted(request, added.id, activate=asked.activate)
    services(request).checking.soon(added)
    return json_answer(await listed(request, added), status=201)


async def check_link(request: web.Request) -> web.Response:
    """POST /api/v1/sessions/{slug}/sources:check."""
    await invited_to(request)
    asked = await body(request, LinkBody)
    use = services(request)
    found = await use.links.check(use.relay.parse(asked.url))
    answer = LinkAnswer(
        provider=found.provider, embeddable=found.embeddable, reason=found.reason, title=found.title
    )
    return json_answer(answer)


async def switch_source(request: web.Request) -> web.Response:
    """PUT /api/v1/sessions/{slug}/source."""
    session, grant = await invited_to(request)
    asked = await body(request, SwitchBody)
    relay = services(request).relay
    active = await relay.activate(session.slug, SourceId(asked.id), grant.participant)
    noted(request, active.id)
    return json_answer(await listed(request, active))


async def remove_source(request: web.Request) -> web.Response:
    """DELETE /api/v1/sessions/{slug}/sources/{id}."""
    session, grant = await invited_to(request)
    wanted = SourceId(request.match_info["id"])
    await services(request).relay.remove(session.slug, wanted, grant.participant)
    return web.Response(status=204)


async def sort_sources(request: web.Request) -> web.Response:
    """PUT /api/v1/sessions/{slug}/sources/order."""
    session, grant = await invited_to(request)
    asked = await body(request, SourceOrderBody)
    order = [SourceId(ident) for ident in asked.order]
    await services(request).relay.reorder(session.slug, order, grant.participant)
    return json_answer(await listing(request, session.slug))


async def _shown(request: web.Request, slug: SessionSlug, grant: Grant | None) -> SourceView:
    """What ``?channel=`` shows, by default the floor; raises NotFound where nothing is on.

    With ``?after=`` what is next in the session's order where that source does not start.
    """
    relay = services(request).relay
    failed = request.query.get("after")
    if failed is not None:
        following = await relay.after(slug, SourceId(failed))
        if following is None:
            raise NotFound("nothing stands after this source")
        return relay.view(following, grant, language(request))
    channel = request.query.get("channel")
    for found in await relay.on_air(slug):
        if channel in {None, found.channel}:
            return relay.view(found, grant, language(request))
    raise NotFound("nothing is on")


async def _left_for(request: web.Request, slug: SessionSlug, grant: Grant | None) -> SourceView:
    """The source that ``?source=`` names, by default what is on; raises NotFound."""
    wanted = request.query.get("source")
    if wanted is None:
        return await _shown(request, slug, grant)
    relay = services(request).relay
    for found in await relay.sources(slug):
        if found.id == wanted:
            return relay.view(found, grant)
    raise NotFound("the session has no such source")


async def listing(request: web.Request, slug: SessionSlug) -> SourceList:
    """The sources of a session for moderators: several people read it, so no passcode is in it."""
    use = services(request)
    board = await use.timetable.board(slug)
    items = [_row(row, await use.relay.listed(row.source, language(request))) for row in board.rows]
    return SourceList(items=items, automatic=board.automatic, held=board.held)


async def listed(request: web.Request, source: Source) -> ListedSource:
    """One source as it stands in the list."""
    found = await listing(request, source.session)
    return next(item for item in found.items if item.id == source.id)


def _row(row: Row, view: SourceView) -> ListedSource:
    return ListedSource(
        **asdict(view),
        active=row.active,
        next=row.next,
        since=time_or_null(row.since),
        by_clock=row.by_clock,
        planned_at=time_or_null(row.planned_at),
        proposed=row.proposed,
        checked=row.source.checked,
        checked_at=time_or_null(row.source.checked_at),
    )
