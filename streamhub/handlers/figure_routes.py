"""The routes of figures and reports."""

from streamhub.access import roles
from streamhub.handlers import api_hooks, api_platforms, api_statistics
from streamhub.handlers.report_files import FORMATS
from streamhub.handlers.routing import API, NOT_AUDITED, PUBLIC, Route
from streamhub.reports import wire

STATISTICS = (
    Route(
        method="GET",
        path=f"{API}/sessions/{{slug}}/statistics",
        handler=api_statistics.session_statistics,
        allow=roles.FIGURES,
        summary="The figures of a session",
        answer=wire.StatisticsJson,
        query=("audience", "window", "version"),
    ),
    Route(
        method="GET",
        path=f"{API}/statistics",
        handler=api_statistics.summit_statistics,
        allow=roles.FIGURES,
        summary="The figures of the summit",
        answer=wire.SummitStatisticsJson,
        query=("audience", "version"),
    ),
    Route(
        method="GET",
        path=f"{API}/sessions/{{slug}}/timeline",
        handler=api_statistics.timeline,
        allow=roles.FIGURES,
        summary="Who was there when",
        answer=wire.TimelineJson,
        query=("step", "audience", "window"),
    ),
)

ZOOM = (
    Route(
        method="POST",
        path="/hooks/zoom",
        handler=api_hooks.zoom,
        allow=PUBLIC,
        summary="Zoom's events, signed by an account of ours",
        status=204,
        action=NOT_AUDITED,
        signed=True,
    ),
    Route(
        method="GET",
        path=f"{API}/zoom",
        handler=api_hooks.standings,
        allow=roles.FIGURES,
        summary="How hearing Zoom goes, for each account",
        answer=api_hooks.ZoomAnswer,
    ),
)

PLATFORMS = (
    Route(
        method="GET",
        path=f"{API}/platforms",
        handler=api_platforms.platforms,
        allow=roles.FIGURES,
        summary="How reading the counts of platforms goes",
        answer=api_platforms.PlatformsAnswer,
    ),
    Route(
        method="GET",
        path=f"{API}/sessions/{{slug}}/viewers",
        handler=api_platforms.viewers,
        allow=roles.FIGURES,
        summary="What platforms counted while the session ran",
        answer=api_platforms.ViewersAnswer,
    ),
)

REPORTS = tuple(
    Route(
        method="GET",
        path=f"{API}{path}/report.{kind}",
        handler=handler,
        allow=roles.FIGURES,
        summary=f"The report of {subject} as {kind.upper()}",
        answer=answer if kind == "json" else None,
        query=("audience", "lang"),
    )
    for path, handler, subject, answer in (
        ("/sessions/{slug}", api_statistics.session_report, "a session", wire.SessionReportJson),
        ("", api_statistics.summit_report, "the summit", wire.SummitReportJson),
    )
    for kind in FORMATS
)

FIGURES = (*STATISTICS, *PLATFORMS, *ZOOM, *REPORTS)
