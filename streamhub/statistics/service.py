"""The figures, from the ledger: by the rollup of what came since they were last asked for."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace

from streamhub.access.model import Participant
from streamhub.access.service import AccessService
from streamhub.attendance.door import DoorService
from streamhub.attendance.door_model import CheckIn, Scope
from streamhub.attendance.imports_service import ImportsService
from streamhub.attendance.model import Stay
from streamhub.attendance.openings import OpeningsService
from streamhub.attendance.openings_model import OpeningKind
from streamhub.attendance.service import AttendanceService
from streamhub.audience.service import AudienceService
from streamhub.kit.clock import SECOND, Clock, Instant
from streamhub.kit.db import Database
from streamhub.kit.errors import FieldInvalid, FieldProblem, StateConflict
from streamhub.kit.ids import ParticipantId, SessionSlug, ViewerId
from streamhub.kit.settings import Settings
from streamhub.programme.clock import Window, WindowKind, window_of
from streamhub.programme.model import Session, SessionState
from streamhub.programme.service import ProgrammeService
from streamhub.relay.service import RelayService
from streamhub.statistics import disclosure, kept, kept_store, model
from streamhub.statistics.corrections import apply_corrections
from streamhub.statistics.disclosure import Audience, Protected
from streamhub.statistics.keeping import FiguresToKeep, Holding
from streamhub.statistics.kept import KeptFigures
from streamhub.statistics.model import Attendance, Attendee, Belonging, Opening, PlayerTime
from streamhub.statistics.results import SessionStatistics, ShownSource, SummitStatistics, Timeline
from streamhub.statistics.rollups import Asked, Rolled, Rollups, rolled
from streamhub.statistics.roster import Rosters
from streamhub.statistics.summary import (
    CountedSession,
    SessionMaterial,
    SummitMaterial,
    count_session,
    count_summit,
    platform_numbers,
    with_counts,
)
from streamhub.statistics.timeline import timeline

RUNNING = frozenset({SessionState.DOORS, SessionState.LIVE, SessionState.PAUSED})

KEEP_SECONDS = 15
"""How often the rollup of a session that runs is brought up to date, asked for or not."""

MAX_POINTS = 10_000
"""Points of one curve: a week by the minute, three hours by the second."""


@dataclass(frozen=True, slots=True)
class Parts:
    """Where the figures come from."""

    db: Database
    clock: Clock
    settings: Settings
    programme: ProgrammeService
    access: AccessService
    relay: RelayService
    attendance: AttendanceService
    door: DoorService
    openings: OpeningsService
    imports: ImportsService
    audience: AudienceService


class StatisticsService:
    """Figures leave as ``Protected``: exact ones are marked internal.

    They follow the ledger, until the stays were erased: then those that were kept answer.
    """

    def __init__(self, parts: Parts) -> None:
        self._use = parts
        self._rosters = Rosters(parts.db, parts.access, parts.imports)
        self._rollups = Rollups()

    async def of_session(
        self, slug: SessionSlug, audience: Audience, kind: WindowKind = WindowKind.ACTUAL
    ) -> Protected[SessionStatistics]:
        """Every figure of a session. Raises UnknownSession."""
        session = await self._use.programme.session(slug)
        await self._check_window(session, audience, kind)
        held = await self._kept(session, kind)
        exact = (await self._counted(session, kind)).statistics if held is None else held.statistics
        threshold = self._use.settings.disclosure_threshold
        if audience is Audience.INTERNAL:
            return disclosure.internal(exact, threshold)
        return disclosure.protect_session(exact, threshold)

    async def timeline(
        self, slug: SessionSlug, step: int, audience: Audience, kind: WindowKind = WindowKind.ACTUAL
    ) -> Protected[Timeline]:
        """The curve of a session, a point every ``step`` seconds.

        A kept curve has a point a minute: its step is a whole number of them. Raises UnknownSession,
        and FieldInvalid for a step so small that nobody could read the curve.
        """
        session = await self._use.programme.session(slug)
        await self._check_window(session, audience, kind)
        held = await self._kept(session, kind) or await self._curve(session, kind, step)
        curve = kept.thinned(held.curve, step)
        threshold = self._use.settings.disclosure_threshold
        if audience is Audience.INTERNAL:
            return disclosure.internal(curve, threshold)
        return disclosure.protect_timeline(curve, held.statistics, threshold)

    async def of_summit(self, audience: Audience) -> Protected[SummitStatistics]:
        """Every figure of the summit: a person once, however many sessions they attended."""
        exact = await self._kept_summit() or await self._count_summit()
        threshold = self._use.settings.disclosure_threshold
        if audience is Audience.INTERNAL:
            return disclosure.internal(exact, threshold)
        return disclosure.protect_summit(exact, await self._use.programme.delegations(), threshold)

    async def is_kept(self) -> bool:
        """Whether the stays were erased: the figures are final, nothing new is counted."""
        return await self._use.db.read(kept_store.summit) is not None

    async def check_open(self) -> None:
        """Raise StateConflict once the figures are final: what is written now would be counted nowhere."""
        if await self.is_kept():
            raise StateConflict("single stays were erased: the figures of this summit are final")

    async def to_keep(self) -> FiguresToKeep:
        """Count everything a last time, before the stays go; what is kept already stays."""
        now = self._use.clock.now()
        holdings = [
            Holding(session.run, kind, await self._final(session, kind, now))
            for session in await self._use.programme.sessions()
            for kind in WindowKind
        ]
        summit = kept.final_summit(await self._count_summit(), now)
        return FiguresToKeep(tuple(holdings), summit, now)

    async def _final(self, session: Session, kind: WindowKind, now: Instant) -> KeptFigures:
        counted = _figures(await self._material(session, kind), kept.STEP_SECONDS)
        return KeptFigures(kept.final(counted.statistics, now), counted.curve)

    async def _kept(self, session: Session, kind: WindowKind) -> KeptFigures | None:
        """What was kept of a session; what platforms and people counted is always what stands now."""
        found = await self._use.db.read(lambda tx: kept_store.session(tx, session.slug, session.run, kind))
        if found is None:
            return None
        return KeptFigures(await self._with_platforms(found.statistics), found.curve)

    async def _kept_summit(self) -> SummitStatistics | None:
        found = await self._use.db.read(kept_store.summit)
        if found is None:
            return None
        sessions = tuple([await self._with_platforms(session) for session in found.sessions])
        platforms = platform_numbers(await self._use.audience.figures())
        declared = (await self._use.programme.summit()).represented
        return replace(found, sessions=sessions, platforms=platforms, represented_declared=declared)

    async def _with_platforms(self, statistics: SessionStatistics) -> SessionStatistics:
        figures = await self._use.audience.of_session(statistics.session)
        return replace(statistics, platforms=platform_numbers(figures))

    async def _count_summit(self) -> SummitStatistics:
        use = self._use
        roster = await self._rosters.now()
        counted = [
            await self._counted(session, WindowKind.ACTUAL) for session in await use.programme.sessions()
        ]
        material = SummitMaterial(
            registered=roster.registered(),
            delegations=await use.programme.delegations(),
            sessions=tuple(counted),
            check_ins=_attendees(await use.door.check_ins(), roster.people),
            platforms=tuple(await use.audience.figures()),
            represented_declared=(await use.programme.summit()).represented,
        )
        return count_summit(material)

    async def counted(self, slug: SessionSlug) -> CountedSession:
        """A session's figures by the sweep, with the people behind them: the rollup's proof."""
        session = await self._use.programme.session(slug)
        return count_session(await self._material(session, WindowKind.ACTUAL))

    async def keep_rolled(self) -> None:
        """Have every session's figures at hand, and follow those that run.

        Not at once: after a start everybody comes, and they come first. Who asks is answered.
        """
        await asyncio.sleep(KEEP_SECONDS)
        for session in sorted(await self._use.programme.sessions(), key=lambda s: s.state not in RUNNING):
            await self._rolled(session, WindowKind.ACTUAL)
        while True:
            await asyncio.sleep(KEEP_SECONDS)
            for session in await self._use.programme.sessions():
                if session.state in RUNNING:
                    await self._rolled(session, WindowKind.ACTUAL)

    async def _counted(self, session: Session, kind: WindowKind) -> CountedSession:
        """From the rollup; by the sweep in the rare cases where only that can say."""
        rolled = await self._rolled(session, kind)
        if rolled is None:
            return count_session(await self._material(session, kind))
        return with_counts(await self._frame(session, rolled.window), rolled.counts)

    async def _curve(self, session: Session, kind: WindowKind, step: int) -> KeptFigures:
        """The figures and the curve: only a step that is no whole minutes needs the sweep."""
        window = window_of(
            session, await self._use.programme.history(session.slug), self._use.clock.now(), kind
        )
        if window is not None and window.until - window.since > MAX_POINTS * step * SECOND:
            fewest = -(-(window.until - window.since) // (MAX_POINTS * SECOND))
            raise FieldInvalid(
                FieldProblem("step", f"more than {MAX_POINTS} points: at least {fewest} for this session")
            )
        rolled = None if step % kept.STEP_SECONDS else await self._rolled(session, kind)
        if rolled is None:
            return _figures(await self._material(session, kind), step)
        counted = with_counts(await self._frame(session, rolled.window), rolled.counts)
        return KeptFigures(counted.statistics, rolled.curve)

    async def _rolled(self, session: Session, kind: WindowKind) -> Rolled | None:
        use, roster = self._use, await self._rosters.now()
        history = await use.programme.history(session.slug)
        asked = Asked(session, history, kind, roster, use.settings.attended_percent)
        held = self._rollups.holding(session, roster)
        async with held.lock:
            return await use.db.read(lambda tx: rolled(tx, held, asked, use.clock))

    async def _check_window(self, session: Session, audience: Audience, kind: WindowKind) -> None:
        """Publish one window only: two that differ would tell what each of them hides."""
        if audience is Audience.INTERNAL or kind is WindowKind.ACTUAL:
            return
        history, now = await self._use.programme.history(session.slug), self._use.clock.now()
        windows = [window_of(session, history, now, one) for one in WindowKind]
        if len({(w.since, w.until) if w else None for w in windows}) > 1:
            raise FieldInvalid(
                FieldProblem("window", "figures of the scheduled window are internal: audience=internal")
            )

    async def _frame(self, session: Session, window: Window | None) -> SessionMaterial:
        """What figures are counted from, but people's times."""
        use, roster = self._use, await self._rosters.now()
        return SessionMaterial(
            session=session.slug,
            window=window,
            registered=roster.registered(session.slug),
            percent=use.settings.attended_percent,
            delegations=await use.programme.delegations(),
            sources=await self._sources(session, window),
            platforms=tuple(await use.audience.of_session(session.slug)),
        )

    async def _material(self, session: Session, kind: WindowKind) -> SessionMaterial:
        now = self._use.clock.now()
        window = window_of(session, await self._use.programme.history(session.slug), now, kind)
        frame = await self._frame(session, window)
        if window is None:
            return frame
        return replace(
            frame,
            stays=await self._stays(session, now),
            openings=await self._openings(session, now),
            players=await self._players(session, now),
        )

    async def _stays(self, session: Session, now: Instant) -> tuple[Attendance, ...]:
        """Corrected, of audience and of unmatched people only, and cut at now."""
        belonging = (await self._rosters.now()).belonging
        stays, corrections = await self._use.attendance.stays_of_session(session)
        counted = [_attendance(s, belonging, now) for s in stays if s.key.participant in belonging]
        known = [c for c in corrections if c.participant in belonging]
        return apply_corrections(counted, known, belonging)

    async def _openings(self, session: Session, now: Instant) -> tuple[Opening, ...]:
        found = await self._use.openings.of_session(OpeningKind.PAGE, session)
        return tuple(Opening(ViewerId(o.who), o.since, _end(o.until, now)) for o in found)

    async def _players(self, session: Session, now: Instant) -> tuple[PlayerTime, ...]:
        found = await self._use.openings.of_session(OpeningKind.PLAYER, session)
        return tuple(PlayerTime(ParticipantId(o.who), o.since, _end(o.until, now)) for o in found)

    async def _sources(self, session: Session, window: Window | None) -> tuple[ShownSource, ...]:
        """The streams that were active inside the window, by their times in it."""
        if window is None:
            return ()
        shown = [
            ShownSource(
                period.provider,
                period.link or "",
                max(period.since, window.since),
                min(window.until if period.until is None else period.until, window.until),
            )
            for period in await self._use.relay.periods(session.slug)
        ]
        return tuple(source for source in shown if source.since < source.until)


def _figures(material: SessionMaterial, step: int) -> KeptFigures:
    """A session's figures and its curve, counted now."""
    curve = timeline(material.stays, material.window, step)
    return KeptFigures(count_session(material).statistics, curve)


def _attendance(stay: Stay, belonging: Belonging, now: Instant) -> Attendance:
    who = stay.key.participant
    return Attendance(who, belonging[who], stay.key.channel, stay.since, _end(stay.until, now))


def _end(until: Instant | None, now: Instant) -> Instant:
    return now if until is None else until


def _attendees(check_ins: Sequence[CheckIn], roster: Sequence[Participant]) -> tuple[Attendee, ...]:
    """Audience that checked in at a venue or at the summit."""
    people = {p.id: p for p in roster if model.is_audience(p)}
    return tuple(
        Attendee(c.participant, people[c.participant].delegation)
        for c in check_ins
        if c.participant in people and c.place.scope is not Scope.SESSION
    )
