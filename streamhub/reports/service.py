"""Reports, made from the figures of the moment."""

from streamhub.kit.clock import Clock
from streamhub.kit.errors import FieldInvalid, FieldProblem
from streamhub.kit.i18n import languages
from streamhub.kit.ids import SessionSlug
from streamhub.programme.clock import WindowKind
from streamhub.programme.service import ProgrammeService
from streamhub.reports import method, sentences
from streamhub.reports.model import About, SessionReport, SummitReport, printed_step
from streamhub.reports.pictures import session_picture
from streamhub.reports.wording import Wording
from streamhub.statistics.disclosure import Audience
from streamhub.statistics.service import StatisticsService


class ReportsService:
    """The report of a session and of the summit, for publication or internal, in one language."""

    def __init__(self, clock: Clock, programme: ProgrammeService, statistics: StatisticsService) -> None:
        self._clock = clock
        self._programme = programme
        self._statistics = statistics

    async def session_report(
        self, slug: SessionSlug, audience: Audience, lang: str, kind: WindowKind = WindowKind.ACTUAL
    ) -> SessionReport:
        """The report of one session. Raises UnknownSession, and FieldInvalid for the language."""
        about = await self._about(lang)
        session = await self._programme.session(slug)
        statistics = await self._statistics.of_session(slug, audience, kind)
        step = printed_step(statistics.value.window)
        timeline = await self._statistics.timeline(slug, step, audience, kind)
        words = Wording(lang, about.summit.timezone)
        percent = statistics.value.attended_threshold.percent
        return SessionReport(
            about=about,
            session=session,
            statistics=statistics,
            timeline=timeline,
            picture=session_picture(statistics.value, timeline.value, words),
            sentences=sentences.of_session(statistics.value, words),
            method=method.of_session(
                percent, audience, statistics.suppression, words, statistics.value.kept_at
            ),
        )

    async def summit_report(self, audience: Audience, lang: str) -> SummitReport:
        """The report of the summit. Raises FieldInvalid for the language."""
        about = await self._about(lang)
        statistics = await self._statistics.of_summit(audience)
        words = Wording(lang, about.summit.timezone)
        titles = {session.slug: session.titles.get(lang) for session in about.sessions}
        return SummitReport(
            about=about,
            statistics=statistics,
            sentences=sentences.of_summit(statistics.value, titles, words),
            method=method.of_summit(audience, statistics.suppression, words, statistics.value.kept_at),
        )

    async def _about(self, lang: str) -> About:
        if lang not in languages():
            raise FieldInvalid(FieldProblem("lang", f"must be one of: {', '.join(languages())}"))
        return About(
            summit=await self._programme.summit(),
            sessions=await self._programme.sessions(),
            delegations=await self._programme.delegations(),
            lang=lang,
            generated_at=self._clock.now(),
        )
