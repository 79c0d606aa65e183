"""Retention that runs by itself: what is due goes, and the figures are kept before it does."""

from collections.abc import Iterable

from streamhub.access import erased_store
from streamhub.kit import audit
from streamhub.kit.audit import CLOCK, Act
from streamhub.kit.clock import DAY, SECOND, Clock, Instant
from streamhub.kit.db import Database, ReadTx, WriteTx, last_change
from streamhub.kit.errors import NotConfigured, StateConflict
from streamhub.kit.log import get_logger
from streamhub.kit.scrub import scrub
from streamhub.kit.settings import Settings
from streamhub.kit.tasks import every
from streamhub.privacy import store
from streamhub.privacy.model import Deadlines, Dropped, Kept, RetentionReport
from streamhub.privacy.schema import TABLES
from streamhub.programme.service import ProgrammeService
from streamhub.statistics.service import StatisticsService

log = get_logger(__name__)


class RetentionService:
    """The run of every day. ``schema`` says how long each table is kept: nothing else does."""

    def __init__(
        self,
        db: Database,
        clock: Clock,
        settings: Settings,
        programme: ProgrammeService,
        statistics: StatisticsService,
    ) -> None:
        self._db = db
        self._clock = clock
        self._settings = settings
        self._programme = programme
        self._statistics = statistics
        self._noticed = 0

    async def keep_clean(self) -> None:
        """Run at once and every day, for ever."""
        await every(DAY / SECOND, self._daily)

    async def _daily(self) -> None:
        await self.run()
        noticed, self._noticed = self._noticed, await self._db.read(last_change)
        await self._db.write(lambda tx: store.drop_changes(tx, noticed))

    async def planned(self) -> RetentionReport:
        """What a run would do now; nothing is written."""
        deadlines, now = await self._deadlines(), self._clock.now()
        dropped = await self._db.read(lambda tx: _due(tx, deadlines, now))
        keeps = _takes_stays(dropped) and not await self._statistics.is_kept()
        return _report(deadlines, now, dropped, len(await self._programme.sessions()) if keeps else 0)

    async def run(self, by: str = CLOCK) -> RetentionReport:
        """Erase what is due, in one transaction, and write down that it was done and how much it was.

        Before single stays go, every figure is counted a last time and kept. Raises StateConflict
        when attendance was written meanwhile: then nothing goes before the next run.
        """
        planned, deadlines = await self.planned(), await self._deadlines()
        events = await self._db.read(lambda tx: store.count(tx, "ledger"))
        to_keep = await self._statistics.to_keep() if planned.figures_kept else None

        def command(tx: WriteTx) -> RetentionReport:
            if to_keep is not None and store.count(tx, "ledger") != events:
                raise StateConflict("attendance was written while the figures were counted")
            if to_keep is not None:
                to_keep.write(tx)
            dropped = _drop(tx, _due(tx, deadlines, planned.at), deadlines, planned.at)
            report = _report(deadlines, planned.at, dropped, planned.figures_kept)
            audit.append(tx, _act(report, by), planned.at)
            return report

        report = await self._db.write(command)
        if report.dropped:
            await scrub(self._db.path)
        log.info("retention", figures_kept=report.figures_kept, **{d.table: d.rows for d in report.dropped})
        return report

    async def _deadlines(self) -> Deadlines:
        now = self._clock.now()
        try:
            summit = await self._programme.summit()
        except NotConfigured:
            return Deadlines.of(self._settings, None, "UTC", now)
        return Deadlines.of(self._settings, summit.ends_on, summit.timezone, now)


def _due(tx: ReadTx, deadlines: Deadlines, now: Instant) -> tuple[Dropped, ...]:
    """What is over its time, without tables where there is nothing."""
    found: list[Dropped] = []
    if _is_over(deadlines.identities, now):
        found += [Dropped(name, store.count(tx, name)) for name in _tables(Kept.IDENTITIES)]
    if _is_over(deadlines.stays, now):
        found += [Dropped(name, store.count(tx, name)) for name in _tables(Kept.STAYS)]
        found.append(Dropped("invitations", erased_store.count_ended(tx, now)))
    found.append(Dropped("audit", audit.count(tx, deadlines.log)))
    return tuple(one for one in found if one.rows)


def _drop(tx: WriteTx, due: Iterable[Dropped], deadlines: Deadlines, now: Instant) -> tuple[Dropped, ...]:
    """Invitations first: their links are found through what goes after them."""
    done = []
    for one in sorted(due, key=lambda one: one.table != "invitations"):
        if one.table == "invitations":
            rows = erased_store.drop_ended(tx, now)
        elif one.table == "audit":
            rows = audit.drop(tx, deadlines.log)
        else:
            rows = store.empty(tx, one.table)
        done.append(Dropped(one.table, rows))
    return tuple(done)


def _takes_stays(due: Iterable[Dropped]) -> bool:
    """Whether something goes from which figures are counted."""
    return bool({one.table for one in due} & {*_tables(Kept.STAYS), "invitations"})


def _tables(kept: Kept) -> list[str]:
    return [table.name for table in TABLES if table.kept is kept]


def _is_over(deadline: Instant | None, now: Instant) -> bool:
    return deadline is not None and deadline <= now


def _report(
    deadlines: Deadlines, at: Instant, dropped: tuple[Dropped, ...], figures_kept: int
) -> RetentionReport:
    return RetentionReport(at, deadlines.identities, deadlines.stays, dropped, figures_kept)


def _act(report: RetentionReport, by: str) -> Act:
    counts = tuple((one.table, one.rows) for one in report.dropped)
    return Act(by=by, action="retention.run", detail=(*counts, ("figures_kept", report.figures_kept)))
