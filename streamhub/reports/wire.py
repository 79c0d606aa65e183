"""The JSON of statistics and reports, to the letter of the contract.

A hidden number is null and the object that holds it says ``suppressed``; an object where
nothing is hidden does not mention it. Times are RFC 3339 in UTC with milliseconds.
"""

import msgspec
from msgspec import UNSET, UnsetType


class Part(msgspec.Struct, omit_defaults=True):
    """A piece of JSON. Only ``suppressed`` and what a public one leaves out have defaults."""


class WindowJson(Part):
    """The half-open time that the figures are about."""

    kind: str
    since: str
    until: str


class RepresentedJson(Part):
    """Official delegations of which somebody attended."""

    countries: int
    regions: int
    organisations: int
    codes: list[str]


class ThresholdJson(Part):
    """How many attended at least ``percent`` of the window."""

    percent: int
    people: int | None
    suppressed: bool = False


class PeakJson(Part):
    """The most at one instant, and the first such; ``at`` is null before it began or where hidden."""

    present: int | None
    at: str | None
    suppressed: bool = False


class DurationJson(Part):
    """Attended time, of all together and of the median person."""

    total_seconds: int | None
    median_seconds: int | None
    suppressed: bool = False


class ChannelsJson(Part):
    """Each person in one channel."""

    hall: int | None
    zoom: int | None
    web: int | None
    suppressed: bool = False


class CountJson(Part):
    """People of a delegation or of a country; ``code`` null are people without one."""

    code: str | None
    attended: int | None
    suppressed: bool = False


class ViewersJson(Part):
    """Openings of the public page, not people."""

    openings: int | None
    peak: PeakJson
    total_seconds: int | None
    suppressed: bool = False


class WebTimeJson(Part):
    """Time with our page open, and with its player opened."""

    page_seconds: int
    player_seconds: int


class SourceJson(Part):
    """A stream that was live, and when; the link holds no passcode."""

    provider: str
    link: str
    since: str
    until: str


class PlatformJson(Part):
    """A number that is not ours; ``author`` only where figures are internal and a person gave it."""

    platform: str
    metric: str
    value: int | None
    kind: str
    at: str
    source: str
    covers: list[str]
    author: str | UnsetType = UNSET
    suppressed: bool = False


class SuppressionJson(Part):
    """The threshold in force, and whether anything was hidden for it."""

    threshold: int
    applied: bool


class StatisticsJson(Part, kw_only=True):
    """The figures of a session. ``window`` is null for one that has not begun: then all is 0.

    ``by_delegation``, ``by_country`` and ``web`` stand in internal figures only. ``kept_at`` is
    there once single stays were erased: the figures were counted then and are final.
    """

    session: str
    audience: str
    window: WindowJson | None
    final: bool
    version: int | None
    registered: int | None
    represented: RepresentedJson
    attended: int | None
    attended_threshold: ThresholdJson
    peak: PeakJson
    duration: DurationJson
    by_channel: ChannelsJson
    by_delegation: list[CountJson] | UnsetType = UNSET
    by_country: list[CountJson] | UnsetType = UNSET
    viewers: ViewersJson
    web: WebTimeJson | UnsetType = UNSET
    sources: list[SourceJson]
    platforms: list[PlatformJson]
    suppression: SuppressionJson
    kept_at: str | UnsetType = UNSET
    suppressed: bool = False


class PresenceJson(Part):
    """In which sessions a delegation was represented, in the order of ``sessions``."""

    code: str
    sessions: list[bool]


class SummitStatisticsJson(Part):
    """The figures of the summit: a person once, however many sessions they attended."""

    summit: str
    audience: str
    version: int | None
    registered: int | None
    represented: RepresentedJson
    represented_declared: int | None
    attended: int | None
    by_delegation: list[CountJson]
    by_country: list[CountJson]
    sessions: list[StatisticsJson]
    matrix: list[PresenceJson]
    platforms: list[PlatformJson]
    suppression: SuppressionJson
    kept_at: str | UnsetType = UNSET
    suppressed: bool = False


class PointJson(Part):
    """Who was there at ``at``, and the most until the next point."""

    at: str
    present: int | None
    hall: int | None
    zoom: int | None
    web: int | None
    peak_in_step: int | None
    suppressed: bool = False


class TimelineJson(Part):
    """The curve of a session, a point every ``step`` seconds; no points before it has begun."""

    session: str
    audience: str
    step: int
    points: list[PointJson]
    suppression: SuppressionJson


class SummitInfoJson(Part):
    """Which summit a report is about."""

    slug: str
    title: str
    titles: dict[str, str]
    timezone: str
    starts_on: str | None
    ends_on: str | None


class SessionInfoJson(Part):
    """Which session a report is about, with the times of the timetable beside those that held."""

    slug: str
    title: str
    titles: dict[str, str]
    kind: str
    venue: str
    room: str
    access: str
    state: str
    automatic: bool
    starts_at: str
    ends_at: str
    scheduled_starts_at: str
    scheduled_ends_at: str


class RuleJson(Part):
    """One rule of how it was counted, in words."""

    term: str
    text: str


class SessionReportJson(Part):
    """The report of a session."""

    summit: SummitInfoJson
    session: SessionInfoJson
    statistics: StatisticsJson
    timeline: TimelineJson
    method: list[RuleJson]
    sentences: list[str]
    lang: str
    generated_at: str
    version: int | None


class SummitReportJson(Part):
    """The report of the summit."""

    summit: SummitInfoJson
    statistics: SummitStatisticsJson
    method: list[RuleJson]
    sentences: list[str]
    lang: str
    generated_at: str
    version: int | None
