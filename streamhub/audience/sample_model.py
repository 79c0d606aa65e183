"""What platforms say of a video while it runs: which videos are read when, and what the samples amount to.

An absent number is unknown, never 0. A reading that failed leaves no sample: a gap stays a gap.
Source: docs of the YouTube Data API v3 (``videos.list``), Graph API v26.0, PeerTube REST API.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from streamhub.audience.model import MAX_VALUE, FigureKind, PlatformFigure
from streamhub.kit.clock import DAY, MINUTE, SECOND, Instant, from_datetime, to_datetime
from streamhub.kit.ids import SessionSlug
from streamhub.programme.model import Session, SessionState
from streamhub.relay.link_model import Kind, Link, Provider

SAMPLED = {
    Kind.YOUTUBE_VIDEO: Provider.YOUTUBE,
    Kind.FACEBOOK_VIDEO: Provider.FACEBOOK,
    Kind.PEERTUBE_VIDEO: Provider.PEERTUBE,
}
"""What can be read by an interface, and where."""

READ_FROM = {
    Provider.YOUTUBE: "YouTube Data API",
    Provider.FACEBOOK: "Facebook Graph API",
    Provider.PEERTUBE: "PeerTube API",
}
"""Where a number was read, as it stands beside the number."""

PACIFIC = ZoneInfo("America/Los_Angeles")
"""YouTube counts its units by the day of this zone."""

FOLLOWED_MS = 30 * DAY
"""An ended video is read for this long, then never again."""

SHORTEST_PAUSE_MS, LONGEST_PAUSE_MS = 30 * SECOND, 10 * MINUTE
"""After the first failure, and after many in a row."""


@dataclass(frozen=True, slots=True, order=True)
class Video:
    """A video at a platform; ``host`` is set where the platform has many servers."""

    platform: Provider
    id: str
    host: str = ""


class Phase(StrEnum):
    """How near a video is to being watched."""

    OPEN = "open"
    LIVE = "live"
    RECENT = "recent"
    OVER = "over"


CADENCE_MS = {
    Phase.LIVE: 30 * SECOND,
    Phase.OPEN: 60 * SECOND,
    Phase.RECENT: 10 * MINUTE,
    Phase.OVER: DAY,
}
"""Milliseconds between two readings of a video."""

LIVE_ELSEWHERE_MS = 60 * SECOND
"""The same for a live elsewhere than on YouTube, whose lives are all one call of a known quota."""


@dataclass(frozen=True, slots=True)
class Followed:
    """A video to read, once for all the sessions that show it."""

    video: Video
    phase: Phase

    @property
    def cadence_ms(self) -> int:
        """Milliseconds between two readings."""
        cadence_ms = CADENCE_MS[self.phase]
        return cadence_ms if self.video.platform is Provider.YOUTUBE else max(cadence_ms, LIVE_ELSEWHERE_MS)


@dataclass(frozen=True, slots=True)
class Reading:
    """One answer about one video; None is unknown."""

    viewers: int | None
    views: int | None


@dataclass(frozen=True, slots=True)
class Sample:
    """A reading with its instant."""

    video: Video
    at: Instant
    viewers: int | None
    views: int | None


@dataclass(frozen=True, slots=True)
class Curve:
    """What was sampled of a video, oldest first."""

    video: Video
    samples: tuple[Sample, ...]


class Fault(StrEnum):
    """Why a platform gave no numbers: stable words, said to staff in their language."""

    KEY_REFUSED = "key_refused"
    RIGHT_MISSING = "right_missing"
    QUOTA = "quota"
    THROTTLED = "throttled"
    REFUSED = "refused"
    UNAVAILABLE = "unavailable"
    UNREACHABLE = "unreachable"
    SLOW = "slow"
    TOO_LARGE = "too_large"
    RUBBISH = "rubbish"


class PlatformFault(Exception):
    """A platform did not answer with numbers. ``until``: nothing is asked before; None = a usual pause."""

    def __init__(self, fault: Fault, until: Instant | None = None) -> None:
        super().__init__(fault.value)
        self.fault = fault
        self.until = until


@dataclass(frozen=True, slots=True)
class Answer:
    """The readings of one call, by video. ``missing``: the platform knows no such public video.

    ``calls`` were counted against the day's quota; ``slower``: the platform asks for patience.
    """

    readings: Mapping[Video, Reading]
    missing: frozenset[Video]
    calls: int = 1
    slower: bool = False


@dataclass(frozen=True, slots=True)
class Standing:
    """How reading a platform goes. ``day`` is the quota's day, ``calls`` those of that day.

    ``faults`` counts the failures in a row, ``rest_until`` is when it is asked again.
    """

    platform: Provider
    tried_at: Instant | None = None
    answered_at: Instant | None = None
    fault: Fault | None = None
    faults: int = 0
    rest_until: Instant = 0
    day: str = ""
    calls: int = 0
    missing: frozenset[Video] = frozenset()


def plausible(count: int | None) -> int | None:
    """A count as it may be stored; None for what no platform can have counted."""
    return count if count is not None and 0 <= count <= MAX_VALUE else None


def video_of(link: Link | None) -> Video | None:
    """The video behind a link, where its platform can be read."""
    if link is None or link.kind not in SAMPLED:
        return None
    platform = SAMPLED[link.kind]
    return Video(platform, link.id, link.host if platform is Provider.PEERTUBE else "")


def followed(
    sessions: Iterable[Session], links: Mapping[SessionSlug, Sequence[Link]], now: Instant
) -> tuple[Followed, ...]:
    """Every video that is to be read now, each once, as often as the nearest of its sessions asks."""
    phases = {session.slug: phase_of(session, now) for session in sessions}
    found = []
    for video, covers in sorted(covers_of(links).items()):
        near = [phase for phase in map(phases.get, covers) if phase is not None]
        if near:
            found.append(Followed(video, min(near, key=CADENCE_MS.__getitem__)))
    return tuple(found)


def covers_of(links: Mapping[SessionSlug, Sequence[Link]]) -> dict[Video, tuple[SessionSlug, ...]]:
    """Each video of the programme with the sessions that show it, in the order of the programme."""
    covers: dict[Video, tuple[SessionSlug, ...]] = {}
    for slug, given in links.items():
        for video in {video for link in given if (video := video_of(link)) is not None}:
            covers[video] = (*covers.get(video, ()), slug)
    return covers


def phase_of(session: Session, now: Instant) -> Phase | None:
    """How often this session's videos are read; None: not yet, or no longer."""
    if session.cancelled:
        return None
    if session.state in {SessionState.LIVE, SessionState.PAUSED}:
        return Phase.LIVE
    if session.state is SessionState.DOORS:
        return Phase.OPEN
    if session.state is SessionState.ENDED and now - session.ends_at < FOLLOWED_MS:
        return Phase.RECENT if now - session.ends_at < DAY else Phase.OVER
    return None


def due(
    plan: Iterable[Followed], tried: Mapping[Video, Instant], now: Instant, spread: float
) -> tuple[Video, ...]:
    """The videos to read together now: once one is due, all that would be within half their time.

    ``spread`` lengthens or shortens every wait by its share, so that servers do not ask in step.
    """
    waits = [(one, now - tried[one.video] if one.video in tried else None) for one in plan]
    late = [one for one, waited in waits if waited is None or waited >= one.cadence_ms * (1 + spread)]
    if not late:
        return ()
    near = [one for one, waited in waits if waited is not None and waited * 2 >= one.cadence_ms]
    return tuple(sorted({one.video for one in (*late, *near)}))


def pause_after(faults: int) -> int:
    """Milliseconds to wait after so many failures in a row: longer each time, up to a bound."""
    doublings = max(0, min(faults - 1, 10))
    return min(SHORTEST_PAUSE_MS << doublings, LONGEST_PAUSE_MS)


def pacific_day(now: Instant) -> str:
    """The day by which YouTube counts, such as ``2021-11-04``."""
    return to_datetime(now).astimezone(PACIFIC).date().isoformat()


def pacific_midnight(now: Instant) -> Instant:
    """When YouTube's next day begins."""
    tomorrow = to_datetime(now).astimezone(PACIFIC).date() + timedelta(days=1)
    return from_datetime(datetime.combine(tomorrow, time(), PACIFIC))


def budgeted(now: Instant, calls: int, budget: int) -> int:
    """Milliseconds between two calls so that the day's budget lasts until midnight in the Pacific zone.

    0 as long as more than half of it is left: nothing has to be saved.
    """
    left, until = budget - calls, pacific_midnight(now) - now
    if left <= 0:
        return until
    return 0 if left * 2 > budget else until // left


def figures_of(
    samples: Iterable[Sample], covers: Mapping[Video, tuple[SessionSlug, ...]]
) -> list[PlatformFigure]:
    """What the samples amount to: for each video its last count of views, and its most viewers at once."""
    views: dict[Video, Sample] = {}
    peaks: dict[Video, Sample] = {}
    for sample in sorted(samples, key=lambda sample: sample.at):
        if sample.views is not None:
            views[sample.video] = sample
        highest = peaks.get(sample.video)
        if sample.viewers is not None and (highest is None or sample.viewers > (highest.viewers or 0)):
            peaks[sample.video] = sample
    found = [_figure("views", s, s.views, covers) for s in views.values()]
    found += [_figure("peak_viewers", s, s.viewers, covers) for s in peaks.values()]
    return [figure for figure in found if figure is not None]


def _figure(
    metric: str, sample: Sample, value: int | None, covers: Mapping[Video, tuple[SessionSlug, ...]]
) -> PlatformFigure | None:
    """None for a video that no session shows any more."""
    sessions = covers.get(sample.video)
    if value is None or not sessions:
        return None
    return PlatformFigure(
        id=0,
        platform=sample.video.platform,
        metric=metric,
        value=value,
        kind=FigureKind.REPORTED,
        at=sample.at,
        source=f"{READ_FROM[sample.video.platform]}, {sample.video.id}",
        author=None,
        covers=sessions,
    )
