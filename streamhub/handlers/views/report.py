"""The report as a page: in the browser, on paper, and as one file that stands alone."""

from typing import Any

from streamhub.handlers.views import summit as summit_views
from streamhub.handlers.views.figures import FiguresInput, FiguresPage, figures_page
from streamhub.handlers.views.frame import Links, summit_view
from streamhub.handlers.views.programme import Reader
from streamhub.kit.templates import Pages
from streamhub.kit.times import times_of
from streamhub.reports.model import Report, SessionReport, SummitReport

SESSION_TEMPLATE = "report.html"
SUMMIT_TEMPLATE = "report_summit.html"


def session_page(report: SessionReport, reader: Reader) -> FiguresPage:
    """The report of a session as its templates show it."""
    about = report.about
    given = FiguresInput(
        session=report.session,
        statistics=report.statistics.value,
        timeline=report.timeline.value,
        delegations=about.delegations,
        titles={session.slug: session.titles.get(about.lang) for session in about.sessions},
        audience=report.audience,
        threshold=report.statistics.suppression.threshold,
        sentences=report.sentences,
        rules=report.method,
        picture=report.picture,
        version=about.version,
    )
    return figures_page(given, reader)


def summit_page(report: SummitReport, reader: Reader) -> summit_views.SummitReport:
    """The report of the summit as its template shows it."""
    about, protected = report.about, report.statistics
    figures = summit_views.summit_figures(
        protected.value,
        about.sessions,
        about.delegations,
        reader,
        hidden=protected.suppression.applied,
    )
    return summit_views.SummitReport(
        audience=report.audience,
        made=reader.times.moment(about.generated_at),
        figures=figures,
        sentences=report.sentences,
        rules=report.method,
        version=about.version,
    )


def as_html(report: Report, pages: Pages) -> bytes:
    """The report as one file: its style inside, no script, nothing that is fetched."""
    about = report.about
    reader = Reader(None, times_of(about.summit.timezone, about.lang), about.generated_at, 0)
    values: dict[str, Any] = {
        "summit": summit_view(about.summit, about.lang),
        "grant": None,
        "nav": (),
        "url": Links(),
        "now": about.generated_at,
        "lang": about.lang,
        "other_lang": about.lang,  # a file has no address under which it is there in another language
        "standalone": True,
    }
    if isinstance(report, SessionReport):
        page: Any = session_page(report, reader)
        return pages.text(SESSION_TEMPLATE, about.lang, values | {"page": page}).encode()
    page = summit_page(report, reader)
    return pages.text(SUMMIT_TEMPLATE, about.lang, values | {"page": page}).encode()
