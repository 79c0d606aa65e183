"""What moderators do beside switching: think better of it, plan it, look at a link, read what was on."""

from aiohttp import web

from streamhub.handlers.api_sources import listing
from streamhub.handlers.auditing import noted
from streamhub.handlers.checklist import BEFORE_MINUTES, Check, checklist_of
from streamhub.handlers.entry import invited_to
from streamhub.handlers.request import body, json_answer, services
from streamhub.handlers.wire import Answer, Body, local_or_instant, time_or_null
from streamhub.kit.audit import CLOCK
from streamhub.kit.clock import rfc3339
from streamhub.kit.ids import SourceId
from streamhub.programme.local_time import zone_of
from streamhub.relay.model import SourcePeriod


class UndoBody(Body):
    """The source that everybody has just been switched to."""

    id: str


class PlanBody(Body):
    """When a source is to be on: RFC 3339, or a local time of the summit's zone; null takes it back."""

    at: str | None


class TimetableBody(Body):
    """Whether planned switches need nobody's agreement."""

    automatic: bool


class PeriodAnswer(Answer):
    """A source was the active one of its channel during ``[since, until)``; null: it still is.

    ``link`` holds no passcode; it is null for a text. ``by_clock``: the timetable put it on.
    """

    id: str
    provider: str
    channel: str
    label: str
    link: str | None
    since: str
    until: str | None
    by_clock: bool


class PeriodList(Answer):
    """What a session showed and when, oldest first."""

    items: list[PeriodAnswer]
    next: str | None = None


class CheckAnswer(Answer):
    """One line of the checklist; ``problem`` is empty where it is good. ``values`` fill its sentence."""

    check: str
    good: bool
    problem: str
    values: dict[str, str]


class ChecklistAnswer(Answer):
    """What to mend before a session; ``shown`` from a quarter of an hour before until it is live."""

    shown: bool
    minutes_before: int
    items: list[CheckAnswer]
    next: str | None = None


async def undo(request: web.Request) -> web.Response:
    """POST /api/v1/sessions/{slug}/source:undo."""
    session, grant = await invited_to(request)
    asked = await body(request, UndoBody)
    back = await services(request).relay.undo(session.slug, SourceId(asked.id), grant.participant)
    noted(request, asked.id, shown=back.id if back else None)
    return json_answer(await listing(request, session.slug))


async def plan(request: web.Request) -> web.Response:
    """PUT /api/v1/sessions/{slug}/sources/{id}/plan."""
    session, _ = await invited_to(request)
    asked, use = await body(request, PlanBody), services(request)
    zone = zone_of((await use.programme.summit()).timezone)
    at = None if asked.at is None else local_or_instant("at", asked.at, zone)
    await use.timetable.plan(session.slug, SourceId(request.match_info["id"]), at)
    noted(request, at=time_or_null(at))
    return json_answer(await listing(request, session.slug))


async def set_timetable(request: web.Request) -> web.Response:
    """PUT /api/v1/sessions/{slug}/timetable."""
    session, _ = await invited_to(request)
    asked = await body(request, TimetableBody)
    await services(request).timetable.set_automatic(session.slug, automatic=asked.automatic)
    noted(request, session.slug, automatic=asked.automatic)
    return json_answer(await listing(request, session.slug))


async def check_source(request: web.Request) -> web.Response:
    """POST /api/v1/sessions/{slug}/sources/{id}:check."""
    session, _ = await invited_to(request)
    await services(request).checking.check(session.slug, SourceId(request.match_info["id"]))
    return json_answer(await listing(request, session.slug))


async def history(request: web.Request) -> web.Response:
    """GET /api/v1/sessions/{slug}/sources/history."""
    session, _ = await invited_to(request)
    periods = await services(request).relay.periods(session.slug)
    return json_answer(PeriodList(items=[_period(period) for period in periods]))


async def checklist(request: web.Request) -> web.Response:
    """GET /api/v1/sessions/{slug}/checklist."""
    session, _ = await invited_to(request)
    use = services(request)
    found = await checklist_of(use, session)
    items = [_check(check) for check in found.items]
    return json_answer(ChecklistAnswer(shown=found.shown, minutes_before=BEFORE_MINUTES, items=items))


def _check(check: Check) -> CheckAnswer:
    return CheckAnswer(
        check=check.name, good=not check.problem, problem=check.problem, values=dict(check.values)
    )


def _period(period: SourcePeriod) -> PeriodAnswer:
    return PeriodAnswer(
        id=period.source,
        provider=period.provider,
        channel=period.channel,
        label=period.label,
        link=period.link,
        since=rfc3339(period.since),
        until=time_or_null(period.until),
        by_clock=period.by == CLOCK,
    )
