"""The figures of a session and of the summit: measured, reported, declared, each apart."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from streamhub.audience.model import METRICS, PLATFORMS, FigureKind
from streamhub.handlers.views.programme import Reader, SessionRow, row
from streamhub.handlers.views.shapes import Band, Curve, Point, Top, band, curve
from streamhub.handlers.views.wall import official
from streamhub.kit.clock import SECOND
from streamhub.kit.ids import DelegationCode, SessionSlug
from streamhub.kit.times import Moment, Times, duration, number
from streamhub.programme.clock import WindowKind
from streamhub.programme.model import Delegation, DelegationKind, Session
from streamhub.relay.providers import PROVIDERS
from streamhub.reports.model import Rule
from streamhub.statistics.results import (
    ByChannel,
    DelegationCount,
    Peak,
    PlatformNumber,
    Represented,
    SessionStatistics,
    ShownSource,
    Timeline,
    Viewers,
)

PUBLIC = "public"
INTERNAL = "internal"
OFFICIAL = frozenset({DelegationKind.COUNTRY, DelegationKind.REGION, DelegationKind.ORGANISATION})

Shown = str | None
"""A number as it is written; None where it is hidden for publication."""


@dataclass(frozen=True, slots=True)
class PlatformRow:
    """A number that a platform or a person gave. ``covers`` are titles, empty for the whole summit.

    ``shared`` where it speaks of more than the session on whose page it stands.
    """

    platform: str
    metric: str
    value: Shown
    at: Moment
    source: str
    covers: tuple[str, ...]
    shared: bool


@dataclass(frozen=True, slots=True)
class RepresentedView:
    """Official delegations with at least one person counted; ``seated`` are countries and regions."""

    countries: int
    regions: int
    organisations: int

    @property
    def seated(self) -> int:
        """Countries and regions, which have a seat in the gauge."""
        return self.countries + self.regions


@dataclass(frozen=True, slots=True)
class ChannelsView:
    """Each person in one channel; ``band`` is None where a part is hidden."""

    hall: Shown
    zoom: Shown
    web: Shown
    band: Band | None


@dataclass(frozen=True, slots=True)
class ViewersView:
    """Openings of the public page: not people."""

    openings: Shown
    peak: Shown
    peak_at: Moment | None


@dataclass(frozen=True, slots=True)
class DelegationRow:
    """One delegation. ``share`` is the length of its bar, per mille of the largest.

    ``attended`` is None where hidden; ``counted`` is False where there must be no count at all.
    ``represented`` is None for the press and others: they are never said to be there or absent.
    """

    name: str
    kind: str
    represented: bool | None
    counted: bool
    attended: Shown
    share: int


@dataclass(frozen=True, slots=True)
class Measured:
    """What we counted ourselves."""

    attended: Shown
    registered: Shown
    represented: RepresentedView
    invited: RepresentedView
    peak: Shown
    peak_at: Moment | None
    median: Shown
    total: Shown
    percent: int
    followed: Shown
    channels: ChannelsView
    viewers: ViewersView | None


@dataclass(frozen=True, slots=True)
class StreamRow:
    """What was on everybody's screen during some time of the session; without a name it was a text."""

    name: str
    link: str
    since: Moment
    until: Moment


@dataclass(frozen=True, slots=True)
class FiguresPage:
    """The figures of one session, on the staff's page and in the printed report.

    ``closed`` lists no figure: the session has not begun. ``hidden`` says that numbers were
    hidden for publication. ``picture`` is the curve as SVG, for paper.
    """

    session: SessionRow
    audience: str
    threshold: int
    since: Moment | None
    until: Moment | None
    scheduled_window: bool
    final: bool
    version: int | None
    made: Moment
    measured: Measured
    reported: tuple[PlatformRow, ...]
    declared: tuple[PlatformRow, ...]
    curve: Curve | None
    delegations: tuple[DelegationRow, ...]
    there: int
    absent: int
    hidden: bool
    sentences: tuple[str, ...]
    rules: tuple[Rule, ...]
    picture: str
    streams: tuple[StreamRow, ...]
    island: dict[str, Any]


@dataclass(frozen=True, slots=True)
class FiguresInput:
    """What the page of one session is made of."""

    session: Session
    statistics: SessionStatistics
    timeline: Timeline
    delegations: Sequence[Delegation]
    titles: Mapping[SessionSlug, str]
    audience: str
    threshold: int
    sentences: tuple[str, ...]
    rules: tuple[Rule, ...]
    picture: str
    version: int | None = None


@dataclass(frozen=True, slots=True)
class FigureData:
    """What the form for declared figures starts from."""

    slug: SessionSlug | None
    platforms: tuple[str, ...]
    metrics: tuple[str, ...]


def figures_page(given: FiguresInput, reader: Reader) -> FiguresPage:
    """The figures of one session."""
    stats, times = given.statistics, reader.times
    window = stats.window
    platforms = [platform_row(p, given.titles, times, given.session.slug) for p in stats.platforms]
    kinds = [p.kind for p in stats.platforms]
    delegations = delegation_rows(given.delegations, stats.represented.codes, stats.by_delegation, times.lang)
    return FiguresPage(
        session=row(given.session, reader),
        audience=given.audience,
        threshold=given.threshold,
        since=times.moment(window.since) if window else None,
        until=times.moment(window.until) if window else None,
        scheduled_window=window is not None and window.kind is WindowKind.SCHEDULED,
        final=stats.final,
        version=given.version,
        made=times.moment(reader.now),
        measured=measured(stats, given.delegations, times),
        reported=tuple(p for p, kind in zip(platforms, kinds, strict=True) if kind is FigureKind.REPORTED),
        declared=tuple(p for p, kind in zip(platforms, kinds, strict=True) if kind is FigureKind.DECLARED),
        curve=curve(
            [point(p.at, p.present, p.hall, p.zoom, p.web) for p in given.timeline.points],
            times,
            top_of(stats.peak),
        ),
        delegations=delegations,
        there=sum(d.represented is True for d in delegations),
        absent=sum(d.represented is False for d in delegations),
        hidden=given.audience == PUBLIC and given.threshold > 0,
        sentences=given.sentences,
        rules=given.rules,
        picture=given.picture,
        streams=tuple(_stream(source, times) for source in stats.sources),
        island=msgspec.to_builtins(FigureData(given.session.slug, PLATFORMS, METRICS)),
    )


def _stream(source: ShownSource, times: Times) -> StreamRow:
    provider = next((row for kind, row in PROVIDERS.items() if kind == source.provider), None)
    name = provider.name if provider else ""
    return StreamRow(name, source.link, times.moment(source.since), times.moment(source.until))


def top_of(peak: Peak) -> Top | None:
    """The exact peak for the curve; None where it is hidden or there is none."""
    return Top(peak.at, peak.present) if peak.at is not None and peak.present is not None else None


def measured(stats: SessionStatistics, delegations: Sequence[Delegation], times: Times) -> Measured:
    """The frame of what we counted."""
    lang = times.lang
    return Measured(
        attended=shown(stats.attended, lang),
        registered=shown(stats.registered, lang),
        represented=represented_view(stats.represented),
        invited=invited(delegations),
        peak=shown(stats.peak.present, lang),
        peak_at=times.maybe(stats.peak.at),
        median=lasting(stats.duration.median_seconds),
        total=lasting(stats.duration.total_seconds),
        percent=stats.attended_threshold.percent,
        followed=shown(stats.attended_threshold.people, lang),
        channels=channels_view(stats.by_channel, lang),
        viewers=viewers_view(stats.viewers, times) if stats.viewers.openings != 0 else None,
    )


def platform_row(
    figure: PlatformNumber, titles: Mapping[SessionSlug, str], times: Times, here: SessionSlug | None
) -> PlatformRow:
    """A figure that is not ours, with its time, its source and what else it covers."""
    others = tuple(titles.get(slug, slug) for slug in figure.covers if slug != here)
    return PlatformRow(
        platform=figure.platform,
        metric=figure.metric,
        value=shown(figure.value, times.lang),
        at=times.moment(figure.at),
        source=figure.source,
        covers=others,
        shared=here is not None and (bool(others) or not figure.covers),
    )


def delegation_rows(
    delegations: Sequence[Delegation],
    represented: Sequence[DelegationCode],
    counts: Sequence[DelegationCount] | None,
    lang: str,
) -> tuple[DelegationRow, ...]:
    """Every delegation in protocol order, then the people without one."""
    found = {count.code: count.attended for count in counts or ()}
    most = max((n for n in found.values() if n), default=1)
    rows = [
        DelegationRow(
            name=d.names.get(lang),
            kind=d.kind.value,
            represented=d.code in represented if d.kind in OFFICIAL else None,
            counted=counts is not None,
            attended=shown(found.get(d.code, 0), lang),
            share=(found.get(d.code, 0) or 0) * 1000 // most,
        )
        for d in official(delegations)
    ]
    if None in found:
        people = found[None]
        share = (people or 0) * 1000 // most
        rows.append(
            DelegationRow(
                "", "none", represented=None, counted=True, attended=shown(people, lang), share=share
            )
        )
    return tuple(rows)


def invited(delegations: Sequence[Delegation]) -> RepresentedView:
    """How many official delegations there are in all."""
    kinds = [d.kind for d in official(delegations)]
    return RepresentedView(
        kinds.count(DelegationKind.COUNTRY),
        kinds.count(DelegationKind.REGION),
        kinds.count(DelegationKind.ORGANISATION),
    )


def represented_view(found: Represented) -> RepresentedView:
    """How many official delegations were represented."""
    return RepresentedView(found.countries, found.regions, found.organisations)


def channels_view(found: ByChannel, lang: str) -> ChannelsView:
    """The three channels with their ribbon."""
    hall, zoom, web = found.hall, found.zoom, found.web
    ribbon = None if hall is None or zoom is None or web is None else band(hall=hall, zoom=zoom, online=web)
    return ChannelsView(shown(hall, lang), shown(zoom, lang), shown(web, lang), ribbon)


def viewers_view(found: Viewers, times: Times) -> ViewersView:
    """The public page."""
    peak_at = times.maybe(found.peak.at)
    return ViewersView(shown(found.openings, times.lang), shown(found.peak.present, times.lang), peak_at)


def point(at: int, present: int | None, hall: int | None, zoom: int | None, web: int | None) -> Point:
    """A point of the timeline with Zoom and page together."""
    return Point(at, present, hall, None if zoom is None or web is None else zoom + web)


def shown(value: int | None, lang: str) -> Shown:
    """A number in the reader's language; None stays None: hidden, not nought."""
    return None if value is None else number(value, lang)


def lasting(seconds: int | None) -> Shown:
    """A duration; None stays None."""
    return None if seconds is None else duration(seconds * SECOND)
