"""The figures of a session, of the summit and of a curve, as values named like their JSON.

A number is None only where it was hidden for publication; the object that holds it then says
``suppressed``. What the counting rules make never holds None but for an unreached peak.
"""

from dataclasses import dataclass

from streamhub.audience.model import FigureKind
from streamhub.kit.clock import Instant
from streamhub.kit.ids import DelegationCode, ParticipantId, SessionSlug
from streamhub.programme.clock import Window


@dataclass(frozen=True, slots=True)
class Represented:
    """Official delegations of which at least one person attended: yes or no is public."""

    countries: int
    regions: int
    organisations: int
    codes: tuple[DelegationCode, ...]


@dataclass(frozen=True, slots=True)
class AttendedThreshold:
    """How many attended at least ``percent`` of the window."""

    percent: int
    people: int | None
    suppressed: bool = False


@dataclass(frozen=True, slots=True)
class Peak:
    """The most at one instant, and the first instant of it; ``at`` is None without a window."""

    present: int | None
    at: Instant | None
    suppressed: bool = False


@dataclass(frozen=True, slots=True)
class Duration:
    """Attended time inside the window: of all people together, and the median person's."""

    total_seconds: int | None
    median_seconds: int | None
    suppressed: bool = False


@dataclass(frozen=True, slots=True)
class ByChannel:
    """Each person in one channel."""

    hall: int | None
    zoom: int | None
    web: int | None
    suppressed: bool = False


@dataclass(frozen=True, slots=True)
class DelegationCount:
    """People of one delegation; ``code`` None are people without one."""

    code: DelegationCode | None
    attended: int | None
    suppressed: bool = False


@dataclass(frozen=True, slots=True)
class CountryCount:
    """People of one country; ``code`` None are organisations and people without delegation."""

    code: str | None
    attended: int | None
    suppressed: bool = False


@dataclass(frozen=True, slots=True)
class Viewers:
    """Openings of a public page: openings, not people."""

    openings: int | None
    peak: Peak
    total_seconds: int | None
    suppressed: bool = False


@dataclass(frozen=True, slots=True)
class WebTime:
    """Time of invited people with our page open, and with its player opened."""

    page_seconds: int
    player_seconds: int


@dataclass(frozen=True, slots=True)
class ShownSource:
    """A stream that was live in the session, and when."""

    provider: str
    link: str
    since: Instant
    until: Instant


@dataclass(frozen=True, slots=True)
class PlatformNumber:
    """A platform's or a person's count, printed beside ours and added to nothing."""

    platform: str
    metric: str
    value: int | None
    kind: FigureKind
    at: Instant
    source: str
    author: ParticipantId | None
    covers: tuple[SessionSlug, ...]
    suppressed: bool = False


@dataclass(frozen=True, slots=True)
class Level:
    """For how long exactly ``present`` people were there together."""

    present: int
    milliseconds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionStatistics:
    """Every figure of one session.

    ``window`` is None for a session that has not begun. ``by_delegation`` and ``by_country``
    are None where there must be no delegation × session counts. ``levels`` stands in no JSON:
    the hiding rule needs it to know what the total time would tell. ``kept_at`` is when the
    stays behind the figures were erased; None while they can be counted anew.
    """

    session: SessionSlug
    window: Window | None
    registered: int | None
    represented: Represented
    attended: int | None
    attended_threshold: AttendedThreshold
    peak: Peak
    duration: Duration
    by_channel: ByChannel
    by_delegation: tuple[DelegationCount, ...] | None
    by_country: tuple[CountryCount, ...] | None
    viewers: Viewers
    web: WebTime | None
    sources: tuple[ShownSource, ...] = ()
    platforms: tuple[PlatformNumber, ...] = ()
    levels: tuple[Level, ...] = ()
    kept_at: Instant | None = None
    suppressed: bool = False

    @property
    def final(self) -> bool:
        """Whether the session can no longer change its window."""
        return self.window is not None and self.window.final


@dataclass(frozen=True, slots=True)
class DelegationPresence:
    """One row of the matrix: in which sessions a delegation was represented, in their order."""

    code: DelegationCode
    sessions: tuple[bool, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SummitStatistics:
    """Every figure of the summit; people who attended several sessions stand once.

    ``matrix`` has the official delegations in protocol order over ``sessions`` in theirs.
    ``represented_declared`` is the organiser's own count, never computed. ``kept_at`` is as
    with a session.
    """

    registered: int | None
    attended: int | None
    represented: Represented
    by_delegation: tuple[DelegationCount, ...]
    by_country: tuple[CountryCount, ...]
    sessions: tuple[SessionStatistics, ...]
    matrix: tuple[DelegationPresence, ...]
    platforms: tuple[PlatformNumber, ...] = ()
    represented_declared: int | None = None
    kept_at: Instant | None = None
    suppressed: bool = False


@dataclass(frozen=True, slots=True)
class Point:
    """Who was there at the instant ``at``, each in one channel, and the most until the next point."""

    at: Instant
    present: int | None
    hall: int | None
    zoom: int | None
    web: int | None
    peak_in_step: int | None
    suppressed: bool = False


@dataclass(frozen=True, slots=True)
class Timeline:
    """The curve of a session: a point every ``step`` seconds from the window's first instant."""

    step: int
    points: tuple[Point, ...]
