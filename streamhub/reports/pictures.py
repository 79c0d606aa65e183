"""The picture of a session's curve, with its words."""

from streamhub.programme.clock import Window
from streamhub.reports.charts import ChartWords, presence_chart
from streamhub.reports.wording import Wording
from streamhub.statistics.results import Peak, SessionStatistics, Timeline


def session_picture(stats: SessionStatistics, timeline: Timeline, words: Wording) -> str:
    """The curve as SVG; empty where there is nothing to draw: not begun, or all of it hidden."""
    if stats.window is None or all(point.present is None for point in timeline.points):
        return ""
    return presence_chart(
        timeline, stats.window, stats.peak, _words(stats.window, stats.peak, words), words.zone
    )


def _words(window: Window, peak: Peak, words: Wording) -> ChartWords:
    since, until = words.time(window.since), words.time(window.until)
    return ChartWords(
        title=words.gettext("Présence pendant la séance"),
        description=words.gettext("Présents de %(since)s à %(until)s", since=since, until=until),
        present=words.gettext("présents"),
        hall=words.gettext("en salle"),
        remote=words.gettext("à distance"),
        peak=_peak(peak, words),
    )


def _peak(peak: Peak, words: Wording) -> str:
    if not peak.present or peak.at is None:
        return ""
    at = words.time(peak.at)
    return words.ngettext(
        "%(num)s personne à %(time)s", "%(num)s personnes à %(time)s", peak.present, time=at
    )
