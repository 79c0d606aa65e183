"""Who asks to speak, who speaks, who is next."""

from collections.abc import Sequence
from dataclasses import dataclass

from streamhub.floor import store
from streamhub.floor.model import OPEN, FloorRequest, Order, RequestState, queue
from streamhub.kit.clock import Clock
from streamhub.kit.db import Database, WriteTx
from streamhub.kit.errors import FieldInvalid, FieldProblem, NotFound, StateConflict
from streamhub.kit.ids import DelegationCode, ParticipantId, SessionSlug, new_id
from streamhub.programme.model import Session, SessionState
from streamhub.programme.service import ProgrammeService

MAX_MINUTES = 60


@dataclass(frozen=True, slots=True)
class FloorOrder:
    """A wish to speak: of a person, or of a delegation for which a moderator asks."""

    delegation: DelegationCode
    participant: ParticipantId | None
    subject: str = ""
    minutes: int | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """The queue of a session, who speaks first, and how it is sorted."""

    sorting: Order
    requests: Sequence[FloorRequest]


class FloorService:
    """The queues of all sessions."""

    def __init__(self, db: Database, clock: Clock, programme: ProgrammeService) -> None:
        self._db = db
        self._clock = clock
        self._programme = programme

    async def line(self, slug: SessionSlug) -> Line:
        """The queue as it stands."""
        session = await self._programme.session(slug)
        protocol = {d.code: d.order for d in await self._programme.delegations()}
        sorting, found = await self._db.read(
            lambda tx: (store.sorting(tx, slug), store.open_requests(tx, slug, session.run))
        )
        return Line(sorting, queue(found, sorting, protocol))

    async def ask(self, slug: SessionSlug, order: FloorOrder) -> FloorRequest:
        """Join the queue; somebody who waits already keeps the place and the request.

        Raises StateConflict for a session that has ended, FieldInvalid naming the field.
        """
        session = await self._programme.session(slug)
        if session.state is SessionState.ENDED:
            raise StateConflict("the session has ended")
        if order.minutes is not None and not 1 <= order.minutes <= MAX_MINUTES:
            raise FieldInvalid(FieldProblem("minutes", f"must be from 1 to {MAX_MINUTES}"))
        await self._programme.delegation(order.delegation)
        return await self._db.write(lambda tx: self._ask(tx, session, order))

    def _ask(self, tx: WriteTx, session: Session, order: FloorOrder) -> FloorRequest:
        waiting = store.open_requests(tx, session.slug, session.run)
        same = [r for r in waiting if _same(r, order)]
        if same:
            return same[0]
        request = FloorRequest(
            new_id("f"),
            session.slug,
            session.run,
            order.delegation,
            order.participant,
            order.subject,
            order.minutes,
            RequestState.WAITING,
            self._clock.now(),
        )
        store.add(tx, request)
        tx.notice("floor", session.slug)
        return request

    async def grant(self, slug: SessionSlug, request_id: str) -> None:
        """Give the floor; whoever had it is done."""
        now = self._clock.now()
        run = (await self._programme.session(slug)).run

        def command(tx: WriteTx) -> None:
            request = _wanted(store.request(tx, slug, request_id), OPEN)
            for other in store.open_requests(tx, slug, run):
                if other.state is RequestState.SPEAKING and other.id != request.id:
                    store.set_state(tx, other.id, RequestState.DONE, now)
            if request.state is RequestState.WAITING:
                store.set_state(tx, request.id, RequestState.SPEAKING, now)
            tx.notice("floor", slug)

        await self._db.write(command)

    async def end(self, slug: SessionSlug, request_id: str, state: RequestState) -> None:
        """``done`` or ``withdrawn``."""
        now = self._clock.now()

        def command(tx: WriteTx) -> None:
            request = _wanted(store.request(tx, slug, request_id), OPEN)
            store.set_state(tx, request.id, state, now)
            tx.notice("floor", slug)

        await self._db.write(command)

    async def withdraw_own(self, slug: SessionSlug, participant: ParticipantId) -> None:
        """The person does not want to speak any more; nothing happens to who did not ask."""
        run = (await self._programme.session(slug)).run
        now = self._clock.now()

        def command(tx: WriteTx) -> None:
            for request in store.open_requests(tx, slug, run):
                if request.participant == participant:
                    store.set_state(tx, request.id, RequestState.WITHDRAWN, now)
                    tx.notice("floor", slug)

        await self._db.write(command)

    async def sort(self, slug: SessionSlug, order: Order, ranked: Sequence[str]) -> None:
        """Choose how the queue is sorted; raises FieldInvalid for requests that do not wait."""
        run = (await self._programme.session(slug)).run

        def command(tx: WriteTx) -> None:
            known = {r.id for r in store.open_requests(tx, slug, run)}
            if not set(ranked) <= known:
                raise FieldInvalid(FieldProblem("requests", "names a request that does not wait"))
            store.set_sorting(tx, slug, order, list(ranked))
            tx.notice("floor", slug)

        await self._db.write(command)


def _same(request: FloorRequest, order: FloorOrder) -> bool:
    if order.participant is None:
        return request.participant is None and request.delegation == order.delegation
    return request.participant == order.participant


def _wanted(request: FloorRequest | None, states: frozenset[RequestState]) -> FloorRequest:
    if request is None:
        raise NotFound("no such request for the floor")
    if request.state not in states:
        raise StateConflict(f"the request is {request.state}")
    return request
