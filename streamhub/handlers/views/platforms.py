"""What platforms count, as the staff's page shows it: how reading goes, and a curve for each video."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from streamhub.audience import sample_model
from streamhub.audience.sample_model import CADENCE_MS, Phase, Sample, Standing
from streamhub.handlers.views.shapes import Curve, Point, curve
from streamhub.kit.clock import Instant
from streamhub.kit.times import Moment, Times

GAP_MS = 3 * CADENCE_MS[Phase.OPEN]
"""Two samples further apart than this are not joined by a line: nobody knows what was between."""


@dataclass(frozen=True, slots=True)
class PlatformState:
    """How reading a platform goes: ``fault`` is empty where it goes well, ``asked`` whether it was tried."""

    platform: str
    fault: str
    asked: bool
    answered: Moment | None
    rests_until: Moment | None
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ViewersCurve:
    """Viewers of a video while the session ran."""

    platform: str
    video: str
    curve: Curve


@dataclass(frozen=True, slots=True)
class Platforms:
    """Everything about platforms that stands on a session's page of figures."""

    states: tuple[PlatformState, ...]
    curves: tuple[ViewersCurve, ...]


NO_PLATFORMS = Platforms((), ())


def platforms_view(
    standings: Sequence[Standing], curves: Sequence[sample_model.Curve], times: Times, now: Instant
) -> Platforms:
    """The states of the platforms of this session's videos, and their curves."""
    shown = {found.video for found in curves}
    states = [_state(one, times, now) for one in standings if any(v.platform is one.platform for v in shown)]
    drawn = [
        ViewersCurve(found.video.platform, found.video.id, line)
        for found in curves
        if (line := curve(with_gaps(found.samples), times)) is not None
    ]
    return Platforms(tuple(states), tuple(drawn))


def with_gaps(samples: Sequence[Sample]) -> list[Point]:
    """The samples as points, with an unknown one wherever too much time lies between two."""
    points = [_point(sample.at, sample.viewers) for sample in samples[:1]]
    for before, after in pairwise(samples):
        if after.at - before.at > GAP_MS:
            points.append(_point((before.at + after.at) // 2, None))
        points.append(_point(after.at, after.viewers))
    return points


def _point(at: Instant, viewers: int | None) -> Point:
    return Point(at, viewers, None, None)


def _state(standing: Standing, times: Times, now: Instant) -> PlatformState:
    return PlatformState(
        platform=standing.platform,
        fault=standing.fault or "",
        asked=standing.tried_at is not None,
        answered=times.maybe(standing.answered_at),
        rests_until=times.moment(standing.rest_until) if standing.rest_until > now else None,
        missing=tuple(sorted(video.id for video in standing.missing)),
    )
