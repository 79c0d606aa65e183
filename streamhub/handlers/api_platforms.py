"""What platforms count of the videos that sessions show: how reading goes, and the samples."""

from aiohttp import web

from streamhub.audience.sample_model import Curve, Standing
from streamhub.handlers.request import json_answer, services, slug_of
from streamhub.handlers.wire import Answer, time_or_null
from streamhub.kit.clock import rfc3339


class PlatformAnswer(Answer):
    """How reading a platform goes. ``fault`` is a stable word or null.

    ``missing`` are videos that it does not show, ``rest_until`` is when it is asked again;
    ``calls_today`` counts by the day of the Pacific zone.
    """

    platform: str
    tried_at: str | None
    answered_at: str | None
    fault: str | None
    rest_until: str | None
    calls_today: int
    missing: list[str]


class PlatformsAnswer(Answer):
    """The platforms whose counts are read."""

    items: list[PlatformAnswer]


class SampleAnswer(Answer):
    """One reading; null is unknown, never 0. Where reading failed there is none: a gap stays a gap."""

    at: str
    viewers: int | None
    views: int | None


class VideoAnswer(Answer):
    """The readings of a video that the session shows, oldest first."""

    platform: str
    video: str
    points: list[SampleAnswer]


class ViewersAnswer(Answer):
    """Every video of the session that is read."""

    items: list[VideoAnswer]


async def platforms(request: web.Request) -> web.Response:
    """GET /api/v1/platforms."""
    use = services(request)
    now = use.clock.now()
    return json_answer(PlatformsAnswer(items=[_platform(one, now) for one in await use.sampler.standings()]))


async def viewers(request: web.Request) -> web.Response:
    """GET /api/v1/sessions/{slug}/viewers."""
    curves = await services(request).audience.curves(slug_of(request))
    return json_answer(ViewersAnswer(items=[_video(curve) for curve in curves]))


def _platform(standing: Standing, now: int) -> PlatformAnswer:
    return PlatformAnswer(
        platform=standing.platform,
        tried_at=time_or_null(standing.tried_at),
        answered_at=time_or_null(standing.answered_at),
        fault=standing.fault,
        rest_until=rfc3339(standing.rest_until) if standing.rest_until > now else None,
        calls_today=standing.calls,
        missing=sorted(video.id for video in standing.missing),
    )


def _video(curve: Curve) -> VideoAnswer:
    return VideoAnswer(
        platform=curve.video.platform,
        video=curve.video.id,
        points=[SampleAnswer(at=rfc3339(s.at), viewers=s.viewers, views=s.views) for s in curve.samples],
    )
