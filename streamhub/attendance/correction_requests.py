"""What people say of their own attendance: asked from their own link, decided by a moderator."""

from collections.abc import Sequence
from dataclasses import replace

from streamhub.attendance import correction_requests_store as requests_store
from streamhub.attendance import store
from streamhub.attendance.correction_requests_model import (
    MAX_WAITING,
    CorrectionRequest,
    RequestOrder,
    RequestState,
)
from streamhub.attendance.model import Event, EventKind
from streamhub.kit.channel import Channel
from streamhub.kit.clock import Clock, Instant
from streamhub.kit.db import Database, WriteTx
from streamhub.kit.errors import NotFound, StateConflict
from streamhub.kit.ids import ParticipantId, SessionSlug, new_id
from streamhub.kit.log import get_logger
from streamhub.programme.service import ProgrammeService

log = get_logger(__name__)


class CorrectionRequestsService:
    """Requests for corrections. Whoever calls has checked who may ask and who may decide."""

    def __init__(self, db: Database, clock: Clock, programme: ProgrammeService) -> None:
        self._db = db
        self._clock = clock
        self._programme = programme

    async def ask(self, slug: SessionSlug, order: RequestOrder) -> CorrectionRequest:
        """Ask for a correction of one's own attendance; nothing changes before somebody decides.

        Raises UnknownSession, FieldInvalid, and StateConflict for who waits for too many answers.
        """
        session = await self._programme.session(slug)
        now = self._clock.now()
        order.check(now)
        request = CorrectionRequest(
            id=new_id("cr"),
            participant=order.participant,
            session=slug,
            run=session.run,
            since=order.since,
            until=order.until,
            present=order.present,
            reason=order.reason,
            state=RequestState.WAITING,
            asked_at=now,
        )
        await self._db.write(lambda tx: _add(tx, request))
        log.info("correction asked", request=request.id, session=slug)
        return request

    async def waiting(self) -> Sequence[CorrectionRequest]:
        """Those that nobody decided yet, oldest first."""
        return await self._db.read(requests_store.waiting)

    async def of(self, participant: ParticipantId) -> Sequence[CorrectionRequest]:
        """Every request of one person, oldest first."""
        return await self._db.read(lambda tx: requests_store.of(tx, participant))

    async def request(self, request_id: str) -> CorrectionRequest:
        """One request; raises NotFound."""
        return _required(await self._db.read(lambda tx: requests_store.one(tx, request_id)))

    async def accept(self, request_id: str, channel: Channel, by: str) -> CorrectionRequest:
        """Write the correction, with who decided and the person's own reason.

        A second time changes nothing. Raises NotFound, and StateConflict for a refused one.
        """
        return await self._decide(request_id, RequestState.ACCEPTED, by, channel)

    async def refuse(self, request_id: str, by: str) -> CorrectionRequest:
        """Leave what was recorded; a second time changes nothing. Raises as ``accept`` does."""
        return await self._decide(request_id, RequestState.REFUSED, by, None)

    async def _decide(
        self, request_id: str, state: RequestState, by: str, channel: Channel | None
    ) -> CorrectionRequest:
        now = self._clock.now()

        def command(tx: WriteTx) -> CorrectionRequest:
            known = _required(requests_store.one(tx, request_id))
            if known.state is state:
                return known
            if known.state is not RequestState.WAITING:
                raise StateConflict(f"this request was {known.state} already")
            requests_store.decide(tx, request_id, state, now, by)
            if channel is not None:
                store.append(tx, [_correction(known, channel, now, by)], now)
                tx.notice("ledger", known.session)
            return replace(known, state=state, decided_at=now, decided_by=by)

        decided = await self._db.write(command)
        log.info("correction decided", request=request_id, state=state, by=by)
        return decided


def _add(tx: WriteTx, request: CorrectionRequest) -> None:
    own = requests_store.of(tx, request.participant)
    if sum(one.state is RequestState.WAITING for one in own) >= MAX_WAITING:
        raise StateConflict(f"{MAX_WAITING} requests wait for an answer already")
    requests_store.add(tx, request)


def _correction(request: CorrectionRequest, channel: Channel, at: Instant, by: str) -> Event:
    return Event(
        kind=EventKind.CORRECT,
        at=at,
        participant=request.participant,
        session=request.session,
        run=request.run,
        channel=channel,
        since=request.since,
        until=request.until,
        present=request.present,
        by=by,
        reason=request.reason,
    )


def _required(found: CorrectionRequest | None) -> CorrectionRequest:
    if found is None:
        raise NotFound("no such request")
    return found
