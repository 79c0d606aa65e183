"""A report as CSV (RFC 4180): one long table, a figure a line, that a spreadsheet opens as it is.

A hidden number is an empty ``value`` with ``hidden`` saying yes. The points of the curve are
lines ``present`` with the channels beside them. No cell can be a formula (OWASP, CSV injection).
"""

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, fields

from streamhub.audience.model import FigureKind
from streamhub.kit.clock import Instant, rfc3339
from streamhub.kit.ids import SessionSlug
from streamhub.programme.clock import Window
from streamhub.reports.model import Report, SessionReport, SummitReport
from streamhub.reports.wording import Wording
from streamhub.statistics.disclosure import Audience
from streamhub.statistics.model import OFFICIAL
from streamhub.statistics.results import (
    CountryCount,
    DelegationCount,
    PlatformNumber,
    Represented,
    SessionStatistics,
    ShownSource,
    Timeline,
    WebTime,
)

BOM = "\ufeff"
"""Without it some spreadsheets read UTF-8 as something else."""

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
PEOPLE, SECONDS, OPENINGS = "people", "seconds", "openings"

Value = int | str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line. ``figure``, ``unit`` and ``kind`` are words for programs, ``label`` is for people.

    ``code`` is a delegation, a country, a channel, a provider or a platform.
    """

    figure: str
    session: str = ""
    code: str = ""
    label: str = ""
    value: Value = ""
    unit: str = ""
    kind: str = ""
    at: str = ""
    until: str = ""
    source: str = ""
    covers: str = ""
    hidden: str = ""
    hall: Value = ""
    zoom: Value = ""
    web: Value = ""
    peak_in_step: Value = ""


COLUMNS = tuple(field.name for field in fields(Line))


def as_csv(report: Report) -> bytes:
    """The report as a file: UTF-8 with its mark, comma, CRLF."""
    words = Wording(report.about.lang, report.about.summit.timezone)
    lines = (
        _session_lines(report, words) if isinstance(report, SessionReport) else _summit_lines(report, words)
    )
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for line in lines:
        writer.writerow(_cell(cell) for cell in asdict(line).values())
    return (BOM + out.getvalue()).encode()


def _session_lines(report: SessionReport, words: Wording) -> Iterator[Line]:
    stats = report.statistics.value
    names = _names(report)
    yield from _head(report, words)
    yield Line(figure="session", session=stats.session, label=report.session.titles.get(report.about.lang))
    yield from _window(stats, words)
    yield from _measured(stats, words)
    for delegation in report.about.delegations:
        if delegation.kind in OFFICIAL:
            there = delegation.code in stats.represented.codes
            yield _presence(stats.session, delegation.code, names, there=there)
    yield from _delegations(stats.by_delegation or (), names, stats.session)
    yield from _countries(stats.by_country or (), stats.session)
    yield from (_source(source, stats.session) for source in stats.sources)
    yield from (_platform(number, stats.session) for number in stats.platforms)
    yield from _points(report.timeline.value, stats.session)
    yield from _words(report)


def _summit_lines(report: SummitReport, words: Wording) -> Iterator[Line]:
    stats = report.statistics.value
    names = _names(report)
    yield from _head(report, words)
    yield _number("registered", words.gettext("inscrits"), stats.registered)
    yield _number("attended", words.gettext("personnes comptées"), stats.attended)
    yield from _represented(stats.represented, words)
    if stats.represented_declared is not None:
        yield Line(
            figure="represented_declared",
            label=words.gettext("pays et régions représentés"),
            value=stats.represented_declared,
            kind=FigureKind.DECLARED,
        )
    yield from _delegations(stats.by_delegation, names)
    yield from _countries(stats.by_country)
    yield from (_platform(number) for number in stats.platforms)
    for session in stats.sessions:
        yield Line(figure="session", session=session.session, label=report.about.title_of(session.session))
        yield from _window(session, words)
        yield from _measured(session, words)
    slugs = [session.session for session in stats.sessions]
    for row in stats.matrix:
        for slug, there in zip(slugs, row.sessions, strict=True):
            yield _presence(slug, row.code, names, there=there)
    yield from _words(report)


def _head(report: Report, words: Wording) -> Iterator[Line]:
    about, suppression = report.about, report.statistics.suppression
    yield Line(figure="summit", code=about.summit.slug, label=about.summit.titles.get(about.lang))
    marked = words.gettext("Usage interne") if report.audience is Audience.INTERNAL else ""
    yield Line(figure="audience", label=marked, value=report.audience)
    yield Line(figure="version", value="" if about.version is None else about.version)
    yield Line(figure="generated_at", at=rfc3339(about.generated_at))
    yield Line(figure="threshold", value=suppression.threshold)


def _window(stats: SessionStatistics, words: Wording) -> Iterator[Line]:
    window: Window | None = stats.window
    if window is None:
        yield Line(figure="window", session=stats.session, label=words.gettext("pas commencée"))
        return
    yield Line(
        figure="window",
        session=stats.session,
        value=window.kind,
        at=rfc3339(window.since),
        until=rfc3339(window.until),
    )
    yield Line(figure="final", session=stats.session, value=int(window.final))


def _measured(stats: SessionStatistics, words: Wording) -> Iterator[Line]:
    slug, _ = stats.session, words.gettext
    yield _number("registered", _("inscrits"), stats.registered, session=slug)
    yield _number("attended", _("personnes comptées"), stats.attended, session=slug)
    yield _number(
        "attended_threshold",
        _("ont suivi au moins %(percent)s %%", percent=stats.attended_threshold.percent),
        stats.attended_threshold.people,
        session=slug,
    )
    yield _number(
        "peak", _("personnes ensemble au plus fort"), stats.peak.present, session=slug, at=stats.peak.at
    )
    yield _number("total", _("durée totale"), stats.duration.total_seconds, unit=SECONDS, session=slug)
    yield _number("median", _("durée médiane"), stats.duration.median_seconds, unit=SECONDS, session=slug)
    yield from _represented(stats.represented, words, slug)
    channels = stats.by_channel
    yield _number("by_channel", _("en salle"), channels.hall, session=slug, code="hall")
    yield _number("by_channel", _("par Zoom, confirmés"), channels.zoom, session=slug, code="zoom")
    yield _number("by_channel", _("sur notre page"), channels.web, session=slug, code="web")
    yield from _viewers(stats, words)
    if stats.web is not None:
        yield from _web(stats.web, words, slug)


def _viewers(stats: SessionStatistics, words: Wording) -> Iterator[Line]:
    viewers, slug, _ = stats.viewers, stats.session, words.gettext
    openings = _("ouvertures de la page publique")
    yield _number("viewers", openings, viewers.openings, unit=OPENINGS, session=slug)
    yield _number(
        "viewers_peak",
        _("ouvertures ensemble au plus fort"),
        viewers.peak.present,
        unit=OPENINGS,
        session=slug,
        at=viewers.peak.at,
    )
    total = _("durée totale des ouvertures")
    yield _number("viewers_total", total, viewers.total_seconds, unit=SECONDS, session=slug)


def _web(web: WebTime, words: Wording, slug: SessionSlug) -> Iterator[Line]:
    page, player = words.gettext("temps sur notre page"), words.gettext("dont la vidéo chargée")
    yield _number("web_page", page, web.page_seconds, unit=SECONDS, session=slug)
    yield _number("web_player", player, web.player_seconds, unit=SECONDS, session=slug)


def _represented(found: Represented, words: Wording, slug: str = "") -> Iterator[Line]:
    for figure, label, count in (
        ("represented_countries", words.gettext("pays représentés"), found.countries),
        ("represented_regions", words.gettext("régions représentées"), found.regions),
        ("represented_organisations", words.gettext("organisations représentées"), found.organisations),
    ):
        yield _number(figure, label, count, unit="", session=slug)


def _presence(slug: str, code: str, names: dict[str, str], *, there: bool) -> Line:
    kind = FigureKind.MEASURED
    label = names.get(code, code)
    return Line(figure="represented", session=slug, code=code, label=label, value=int(there), kind=kind)


def _delegations(rows: Iterable[DelegationCount], names: dict[str, str], slug: str = "") -> Iterator[Line]:
    for row in rows:
        code = row.code or ""
        yield _number("by_delegation", names.get(code, code), row.attended, session=slug, code=code)


def _countries(rows: Iterable[CountryCount], slug: str = "") -> Iterator[Line]:
    for row in rows:
        yield _number("by_country", "", row.attended, session=slug, code=row.code or "")


def _source(shown: ShownSource, slug: str) -> Line:
    since, until = rfc3339(shown.since), rfc3339(shown.until)
    return Line(figure="source", session=slug, code=shown.provider, value=shown.link, at=since, until=until)


def _platform(number: PlatformNumber, slug: str = "") -> Line:
    return Line(
        figure=number.metric,
        session=slug,
        code=number.platform,
        value=number.value,
        kind=number.kind,
        at=rfc3339(number.at),
        source=number.source,
        covers=" ".join(number.covers),
        hidden=_is_hidden(number.value),
    )


def _points(timeline: Timeline, slug: str) -> Iterator[Line]:
    for point in timeline.points:
        yield Line(
            figure="present",
            session=slug,
            value=point.present,
            unit=PEOPLE,
            kind=FigureKind.MEASURED,
            at=rfc3339(point.at),
            hidden="yes" if point.suppressed else "",
            hall=point.hall,
            zoom=point.zoom,
            web=point.web,
            peak_in_step=point.peak_in_step,
        )


def _words(report: Report) -> Iterator[Line]:
    yield from (Line(figure="sentence", value=sentence) for sentence in report.sentences)
    yield from (Line(figure="method", label=rule.term, value=rule.text) for rule in report.method)


def _number(
    figure: str,
    label: str,
    value: int | None,
    *,
    unit: str = PEOPLE,
    session: str = "",
    code: str = "",
    at: Instant | None = None,
) -> Line:
    """A number that we measured."""
    return Line(
        figure=figure,
        session=session,
        code=code,
        label=label,
        value=value,
        unit=unit,
        kind=FigureKind.MEASURED,
        at="" if at is None else rfc3339(at),
        hidden=_is_hidden(value),
    )


def _names(report: Report) -> dict[str, str]:
    """The names of the delegations; people without one have none."""
    names: dict[str, str] = {d.code: d.names.get(report.about.lang) for d in report.about.delegations}
    return names


def _is_hidden(value: int | None) -> str:
    return "yes" if value is None else ""


def _cell(value: Value) -> Value:
    if isinstance(value, str) and value.startswith(_FORMULA):
        return f"'{value}"
    return value
