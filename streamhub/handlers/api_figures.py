"""Declared figures."""

from aiohttp import web

from streamhub.access.model import Grant
from streamhub.audience.model import FigureOrder, PlatformFigure
from streamhub.handlers.auditing import noted
from streamhub.handlers.request import body, grant_of, json_answer, services
from streamhub.handlers.wire import Answer, Body, instant, line
from streamhub.kit.clock import rfc3339
from streamhub.kit.errors import FieldInvalid, FieldProblem, WrongSession
from streamhub.kit.ids import SessionSlug


class FigureBody(Body):
    """A number that somebody read elsewhere: for ``sessions`` together, or for the ``summit``."""

    platform: str
    metric: str
    value: int
    at: str
    source: str
    sessions: list[str] | None = None
    summit: bool | None = None


class FigureAnswer(Answer):
    """A figure with its kind, its time, where it was read and what it covers."""

    id: int
    platform: str
    metric: str
    value: int
    kind: str
    at: str
    source: str
    covers: list[str]


async def declare_figure(request: web.Request) -> web.Response:
    """POST /api/v1/figures."""
    asked = await body(request, FigureBody)
    if bool(asked.sessions) == bool(asked.summit):
        raise FieldInvalid(FieldProblem("sessions", "name the sessions it covers, or set summit to true"))
    _check_covered(asked, grant_of(request))
    order = FigureOrder(
        platform=asked.platform,
        metric=asked.metric,
        value=asked.value,
        at=instant("at", asked.at),
        source=line("source", asked.source, minimum=1, maximum=300),
        covers=tuple(SessionSlug(slug) for slug in asked.sessions or ()),
    )
    figure = await services(request).audience.declare(order, grant_of(request).participant)
    noted(request, str(figure.id), platform=figure.platform, metric=figure.metric, value=figure.value)
    return json_answer(figure_answer(figure), status=201)


def _check_covered(asked: FigureBody, grant: Grant) -> None:
    """Raise WrongSession for a figure that covers more than the caller's sessions."""
    if not grant.covers(frozenset(map(SessionSlug, asked.sessions)) if asked.sessions else None):
        raise WrongSession("the figure covers sessions that the invitation does not open")


def figure_answer(figure: PlatformFigure) -> FigureAnswer:
    """A figure as JSON says it."""
    return FigureAnswer(
        id=figure.id,
        platform=figure.platform,
        metric=figure.metric,
        value=figure.value,
        kind=figure.kind,
        at=rfc3339(figure.at),
        source=figure.source,
        covers=list(figure.covers),
    )
