"""From figures that may leave to their JSON: nothing but ``Protected`` comes in here."""

import hashlib
from collections.abc import Iterable

import msgspec

from streamhub.kit.clock import Instant, rfc3339
from streamhub.programme.clock import Window
from streamhub.programme.model import Session
from streamhub.reports import wire
from streamhub.reports.model import About, Report, Rule, SessionReport
from streamhub.statistics.disclosure import Audience, Protected, Suppression
from streamhub.statistics.results import (
    CountryCount,
    DelegationCount,
    Peak,
    PlatformNumber,
    Represented,
    SessionStatistics,
    ShownSource,
    SummitStatistics,
    Timeline,
    Viewers,
)


def statistics_document(protected: Protected[SessionStatistics]) -> wire.StatisticsJson:
    """The figures of a session."""
    return _statistics(protected.value, protected.audience, protected.suppression)


def summit_document(protected: Protected[SummitStatistics], slug: str) -> wire.SummitStatisticsJson:
    """The figures of the summit, those of its sessions among them."""
    summit, audience, suppression = protected.value, protected.audience, protected.suppression
    return wire.SummitStatisticsJson(
        summit=slug,
        audience=audience,
        version=None,
        registered=summit.registered,
        represented=_represented(summit.represented),
        represented_declared=summit.represented_declared,
        attended=summit.attended,
        by_delegation=_counts(summit.by_delegation),
        by_country=_counts(summit.by_country),
        sessions=[
            _statistics(one, audience, Suppression(suppression.threshold, applied=_hides(one)))
            for one in summit.sessions
        ],
        matrix=[wire.PresenceJson(code=row.code, sessions=list(row.sessions)) for row in summit.matrix],
        platforms=[_platform(number) for number in summit.platforms],
        suppression=_suppression(suppression),
        kept_at=_maybe(summit.kept_at) or msgspec.UNSET,
        suppressed=summit.suppressed,
    )


def timeline_document(protected: Protected[Timeline], slug: str) -> wire.TimelineJson:
    """The curve of a session."""
    return wire.TimelineJson(
        session=slug,
        audience=protected.audience,
        step=protected.value.step,
        points=[
            wire.PointJson(
                at=rfc3339(point.at),
                present=point.present,
                hall=point.hall,
                zoom=point.zoom,
                web=point.web,
                peak_in_step=point.peak_in_step,
                suppressed=point.suppressed,
            )
            for point in protected.value.points
        ],
        suppression=_suppression(protected.suppression),
    )


def report_document(report: Report) -> wire.SessionReportJson | wire.SummitReportJson:
    """A whole report."""
    about = report.about
    if isinstance(report, SessionReport):
        return wire.SessionReportJson(
            summit=_summit_info(about),
            session=_session_info(report.session, about.lang),
            statistics=statistics_document(report.statistics),
            timeline=timeline_document(report.timeline, report.session.slug),
            method=_method(report.method),
            sentences=list(report.sentences),
            lang=about.lang,
            generated_at=rfc3339(about.generated_at),
            version=about.version,
        )
    return wire.SummitReportJson(
        summit=_summit_info(about),
        statistics=summit_document(report.statistics, about.summit.slug),
        method=_method(report.method),
        sentences=list(report.sentences),
        lang=about.lang,
        generated_at=rfc3339(about.generated_at),
        version=about.version,
    )


def as_json(report: Report) -> bytes:
    """A report as JSON, in the order of the contract."""
    return msgspec.json.encode(report_document(report))


def fingerprint(report: Report) -> str:
    """The same for two reports that say the same, whenever they were made."""
    document = msgspec.structs.replace(report_document(report), generated_at="")
    return hashlib.sha256(msgspec.json.encode(document)).hexdigest()


def _statistics(
    stats: SessionStatistics, audience: Audience, suppression: Suppression
) -> wire.StatisticsJson:
    threshold, duration, channels = stats.attended_threshold, stats.duration, stats.by_channel
    return wire.StatisticsJson(
        session=stats.session,
        audience=audience,
        window=_window(stats.window),
        final=stats.final,
        version=None,
        registered=stats.registered,
        represented=_represented(stats.represented),
        attended=stats.attended,
        attended_threshold=wire.ThresholdJson(
            percent=threshold.percent, people=threshold.people, suppressed=threshold.suppressed
        ),
        peak=_peak(stats.peak),
        duration=wire.DurationJson(
            total_seconds=duration.total_seconds,
            median_seconds=duration.median_seconds,
            suppressed=duration.suppressed,
        ),
        by_channel=wire.ChannelsJson(
            hall=channels.hall, zoom=channels.zoom, web=channels.web, suppressed=channels.suppressed
        ),
        by_delegation=msgspec.UNSET if stats.by_delegation is None else _counts(stats.by_delegation),
        by_country=msgspec.UNSET if stats.by_country is None else _counts(stats.by_country),
        viewers=_viewers(stats.viewers),
        web=msgspec.UNSET
        if stats.web is None
        else wire.WebTimeJson(page_seconds=stats.web.page_seconds, player_seconds=stats.web.player_seconds),
        sources=[_source(source) for source in stats.sources],
        platforms=[_platform(number) for number in stats.platforms],
        suppression=_suppression(suppression),
        kept_at=_maybe(stats.kept_at) or msgspec.UNSET,
        suppressed=stats.suppressed,
    )


def _hides(stats: SessionStatistics) -> bool:
    return (
        stats.suppressed
        or stats.attended_threshold.suppressed
        or stats.peak.suppressed
        or stats.duration.suppressed
        or stats.by_channel.suppressed
        or stats.viewers.suppressed
        or any(number.suppressed for number in stats.platforms)
    )


def _window(window: Window | None) -> wire.WindowJson | None:
    if window is None:
        return None
    return wire.WindowJson(kind=window.kind, since=rfc3339(window.since), until=rfc3339(window.until))


def _represented(found: Represented) -> wire.RepresentedJson:
    return wire.RepresentedJson(
        countries=found.countries,
        regions=found.regions,
        organisations=found.organisations,
        codes=list(found.codes),
    )


def _peak(found: Peak) -> wire.PeakJson:
    return wire.PeakJson(present=found.present, at=_maybe(found.at), suppressed=found.suppressed)


def _viewers(found: Viewers) -> wire.ViewersJson:
    return wire.ViewersJson(
        openings=found.openings,
        peak=_peak(found.peak),
        total_seconds=found.total_seconds,
        suppressed=found.suppressed,
    )


def _counts(rows: Iterable[DelegationCount | CountryCount]) -> list[wire.CountJson]:
    return [wire.CountJson(code=r.code, attended=r.attended, suppressed=r.suppressed) for r in rows]


def _source(shown: ShownSource) -> wire.SourceJson:
    return wire.SourceJson(
        provider=shown.provider, link=shown.link, since=rfc3339(shown.since), until=rfc3339(shown.until)
    )


def _platform(number: PlatformNumber) -> wire.PlatformJson:
    return wire.PlatformJson(
        platform=number.platform,
        metric=number.metric,
        value=number.value,
        kind=number.kind,
        at=rfc3339(number.at),
        source=number.source,
        covers=list(number.covers),
        author=number.author or msgspec.UNSET,
        suppressed=number.suppressed,
    )


def _suppression(found: Suppression) -> wire.SuppressionJson:
    return wire.SuppressionJson(threshold=found.threshold, applied=found.applied)


def _summit_info(about: About) -> wire.SummitInfoJson:
    summit = about.summit
    return wire.SummitInfoJson(
        slug=summit.slug,
        title=summit.titles.get(about.lang),
        titles=summit.titles.as_dict(),
        timezone=summit.timezone,
        starts_on=summit.starts_on.isoformat() if summit.starts_on else None,
        ends_on=summit.ends_on.isoformat() if summit.ends_on else None,
    )


def _session_info(session: Session, lang: str) -> wire.SessionInfoJson:
    return wire.SessionInfoJson(
        slug=session.slug,
        title=session.titles.get(lang),
        titles=session.titles.as_dict(),
        kind=session.kind,
        venue=session.venue,
        room=session.room,
        access=session.access,
        state=session.state,
        automatic=session.automatic,
        starts_at=rfc3339(session.starts_at),
        ends_at=rfc3339(session.ends_at),
        scheduled_starts_at=rfc3339(session.scheduled_starts_at),
        scheduled_ends_at=rfc3339(session.scheduled_ends_at),
    )


def _method(rules: Iterable[Rule]) -> list[wire.RuleJson]:
    return [wire.RuleJson(term=rule.term, text=rule.text) for rule in rules]


def _maybe(instant: Instant | None) -> str | None:
    return None if instant is None else rfc3339(instant)
