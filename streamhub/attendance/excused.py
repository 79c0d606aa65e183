"""Excuses of a session: written and taken back by moderators."""

from streamhub.attendance import excused_store
from streamhub.attendance.excused_model import Excused, ExcuseOrder
from streamhub.kit.clock import Clock
from streamhub.kit.db import Database, WriteTx
from streamhub.kit.ids import ParticipantId, SessionSlug
from streamhub.kit.log import get_logger
from streamhub.programme.service import ProgrammeService

log = get_logger(__name__)

TOPIC = "excused"
"""What is noticed, with the slug, when somebody was excused or no longer is."""


class ExcusedService:
    """Who is excused from which session. Whoever calls has checked that the person was invited."""

    def __init__(self, db: Database, clock: Clock, programme: ProgrammeService) -> None:
        self._db = db
        self._clock = clock
        self._programme = programme

    async def of_session(self, slug: SessionSlug) -> tuple[Excused, ...]:
        """Everybody who is excused from the present holding. Raises UnknownSession."""
        run = (await self._programme.session(slug)).run
        return await self._db.read(lambda tx: excused_store.of_session(tx, slug, run))

    async def set(self, slug: SessionSlug, order: ExcuseOrder, by: str) -> Excused:
        """Excuse a person; the same words again change nothing. Raises UnknownSession."""
        run = (await self._programme.session(slug)).run

        def command(tx: WriteTx) -> Excused:
            known = excused_store.one(tx, slug, run, order.participant)
            if known is not None and _says(known, order):
                return known
            row = Excused(
                session=slug,
                run=run,
                participant=order.participant,
                reason=order.reason,
                represented_by=order.represented_by,
                by=by,
                at=self._clock.now(),
            )
            excused_store.put(tx, row)
            tx.notice(TOPIC, slug)
            return row

        row = await self._db.write(command)
        log.info("participant excused", session=slug, participant=order.participant, by=by)
        return row

    async def take_back(self, slug: SessionSlug, participant: ParticipantId, by: str) -> None:
        """The person is expected again; nothing happens to who was not excused."""
        run = (await self._programme.session(slug)).run

        def command(tx: WriteTx) -> None:
            if excused_store.drop(tx, slug, run, participant):
                tx.notice(TOPIC, slug)

        await self._db.write(command)
        log.info("excuse taken back", session=slug, participant=participant, by=by)


def _says(known: Excused, order: ExcuseOrder) -> bool:
    return (known.reason, known.represented_by) == (order.reason, order.represented_by)
