"""A report as a file: the same bytes by HTTP and on the command line."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from streamhub.handlers.views.report import as_html
from streamhub.kit.templates import Pages
from streamhub.reports.documents import as_json, fingerprint
from streamhub.reports.model import Report, SessionReport
from streamhub.reports.render_csv import as_csv

LIVE = "live"
"""Stands for the version of a report that is not frozen."""


@dataclass(frozen=True, slots=True)
class Format:
    """One form of a report."""

    content_type: str
    render: Callable[[Report, Pages], bytes]


FORMATS: Mapping[str, Format] = {
    "json": Format("application/json", lambda report, _pages: as_json(report)),
    "csv": Format("text/csv", lambda report, _pages: as_csv(report)),
    "html": Format("text/html", as_html),
}


def file_name(report: Report, kind: str) -> str:
    """``sommet-ouverture-public-fr.csv``."""
    about = report.about
    subject = (report.session.slug,) if isinstance(report, SessionReport) else ()
    return "-".join((about.summit.slug, *subject, report.audience, about.lang)) + f".{kind}"


def entity_tag(report: Report, kind: str) -> str:
    """Version, hash, language and format; the hash does not know when the report was made."""
    version = LIVE if report.about.version is None else report.about.version
    return f"{version}-{fingerprint(report)[:32]}-{report.about.lang}-{kind}"
