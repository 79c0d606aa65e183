"""Who asks to speak, who speaks, who is next."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from streamhub.floor import store
from streamhub.floor.model import (
    MAX_MINUTES,
    MAX_SUBJECT,
    OPEN,
    FloorRequest,
    Order,
    RequestState,
    position,
    queue,
)
from streamhub.kit.clock import Clock
from streamhub.kit.db import Database, WriteTx
from streamhub.kit.errors import FieldInvalid, FieldProblem, NotFound, StateConflict
from streamhub.kit.ids import DelegationCode, ParticipantId, SessionSlug, new_id
from streamhub.kit.log import get_logger
from streamhub.kit.remembered import Kept
from streamhub.kit.text import clean
from streamhub.programme.model import Session, SessionState
from streamhub.programme.service import ProgrammeService

log = get_logger(__name__)

T = TypeVar("T")

TOPIC = "floor"
"""What is noticed, with the slug, when a session's queue changed."""


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

    def position(self, request_id: str) -> int | None:
        """The place among those who wait, from 1; 0 for who speaks, None for who is not in it."""
        return position(self.requests, request_id)

    def of(self, participant: ParticipantId) -> FloorRequest | None:
        """The request of one person, None for somebody who does not ask."""
        return next((r for r in self.requests if r.participant == participant), None)


@dataclass(frozen=True, slots=True)
class _Known:
    """The queue of one holding of a session as last read."""

    sorting: Order
    requests: tuple[FloorRequest, ...]


class FloorService:
    """The queues of all sessions. Whoever calls has checked who asks; each change is noticed."""

    def __init__(self, db: Database, clock: Clock, programme: ProgrammeService) -> None:
        self._db = db
        self._clock = clock
        self._programme = programme
        self._known: Kept[tuple[SessionSlug, int], _Known] = Kept(self._read)

    async def forget(self, _slug: str) -> None:
        """Read the queues again at the next question; subscribe this to ``TOPIC``."""
        self._known.forget()

    async def line(self, slug: SessionSlug) -> Line:
        """The queue as it stands. Raises UnknownSession."""
        session = await self._programme.session(slug)
        known = await self._known.get((slug, session.run))
        if not known.requests:
            return Line(known.sorting, [])
        return Line(known.sorting, queue(known.requests, known.sorting, await self._protocol()))

    async def request(self, slug: SessionSlug, request_id: str) -> FloorRequest:
        """One request, whatever its state. Raises UnknownSession, or NotFound."""
        run = (await self._programme.session(slug)).run
        return _found(await self._db.read(lambda tx: store.request(tx, slug, run, request_id)))

    async def ask(self, slug: SessionSlug, order: FloorOrder) -> FloorRequest:
        """Join the queue, from when the session is in the programme until it ends.

        Somebody who waits already keeps the place and the request; a subject or minutes given
        now replace those given before. Raises UnknownSession, StateConflict for a session that
        has ended, FieldInvalid naming the field.
        """
        session = await self._programme.session(slug)
        if session.state is SessionState.ENDED:
            raise StateConflict("the session has ended")
        order = replace(order, subject=" ".join(clean(order.subject).split()))
        await self._check(order)
        return await self._write(lambda tx: self._ask(tx, session, order))

    async def _check(self, order: FloorOrder) -> None:
        problems = []
        if len(order.subject) > MAX_SUBJECT:
            problems.append(FieldProblem("subject", f"must not be longer than {MAX_SUBJECT} characters"))
        if order.minutes is not None and not 1 <= order.minutes <= MAX_MINUTES:
            problems.append(FieldProblem("minutes", f"must be from 1 to {MAX_MINUTES}"))
        if order.participant is None and order.delegation not in await self._protocol():
            problems.append(FieldProblem("delegation", f"no delegation {order.delegation}"))
        if problems:
            raise FieldInvalid(*problems)

    def _ask(self, tx: WriteTx, session: Session, order: FloorOrder) -> FloorRequest:
        for known in store.open_requests(tx, session.slug, session.run):
            if _same(known, order):
                return _renewed(tx, known, order)
        request = FloorRequest(
            id=new_id("f"),
            session=session.slug,
            run=session.run,
            delegation=order.delegation,
            participant=order.participant,
            subject=order.subject,
            minutes=order.minutes,
            state=RequestState.WAITING,
            asked_at=self._clock.now(),
        )
        store.add(tx, request)
        tx.notice(TOPIC, session.slug)
        return request

    async def grant(self, slug: SessionSlug, request_id: str) -> FloorRequest:
        """Give the floor; whoever had it is done. Giving it twice changes nothing.

        Raises UnknownSession, NotFound, or StateConflict for a request that is over.
        """
        run = (await self._programme.session(slug)).run

        def command(tx: WriteTx) -> FloorRequest:
            request = _open(store.request(tx, slug, run, request_id))
            if request.state is RequestState.SPEAKING:
                return request
            now = self._clock.now()
            for other in store.open_requests(tx, slug, run):
                if other.state is RequestState.SPEAKING:
                    store.set_state(tx, other.id, RequestState.DONE, now)
            store.set_state(tx, request.id, RequestState.SPEAKING, now)
            tx.notice(TOPIC, slug)
            return replace(request, state=RequestState.SPEAKING, granted_at=now)

        granted = await self._write(command)
        log.info("floor given", session=slug, request=granted.id)
        return granted

    async def end(self, slug: SessionSlug, request_id: str, state: RequestState) -> FloorRequest:
        """The request is ``done`` or ``withdrawn``; the same a second time changes nothing.

        Raises UnknownSession, NotFound, or StateConflict for one that ended otherwise.
        """
        run = (await self._programme.session(slug)).run

        def command(tx: WriteTx) -> FloorRequest:
            request = _found(store.request(tx, slug, run, request_id))
            if request.state is state:
                return request
            store.set_state(tx, _open(request).id, state, self._clock.now())
            tx.notice(TOPIC, slug)
            return replace(request, state=state)

        return await self._write(command)

    async def withdraw_own(self, slug: SessionSlug, participant: ParticipantId) -> None:
        """The person does not want to speak any more; nothing happens to who did not ask."""
        run = (await self._programme.session(slug)).run

        def command(tx: WriteTx) -> None:
            for request in store.open_requests(tx, slug, run):
                if request.participant == participant:
                    store.set_state(tx, request.id, RequestState.WITHDRAWN, self._clock.now())
                    tx.notice(TOPIC, slug)

        await self._write(command)

    async def sort(self, slug: SessionSlug, order: Order, ranked: Sequence[str] | None = None) -> Line:
        """Choose how the queue is sorted; answers it.

        By hand without ``ranked``, it stays as it stands. Raises FieldInvalid for a list
        without that order, for a request named twice and for one that is not in the queue.
        """
        if ranked is not None and order is not Order.HAND:
            raise FieldInvalid(FieldProblem("requests", "only with the order by hand"))
        if ranked is not None and len(set(ranked)) < len(ranked):
            raise FieldInvalid(FieldProblem("requests", "names a request twice"))
        run = (await self._programme.session(slug)).run
        protocol = await self._protocol()

        def command(tx: WriteTx) -> Line:
            known = store.open_requests(tx, slug, run)
            before = [r.id for r in queue(known, store.sorting(tx, slug), protocol)]
            wanted = before if ranked is None else list(ranked)
            if not set(wanted) <= set(before):
                raise FieldInvalid(FieldProblem("requests", "names a request that is not in the queue"))
            store.set_sorting(tx, slug, order, wanted if order is Order.HAND else [])
            tx.notice(TOPIC, slug)
            return Line(order, queue(store.open_requests(tx, slug, run), order, protocol))

        return await self._write(command)

    async def _read(self, holding: tuple[SessionSlug, int]) -> "_Known":
        slug, run = holding
        return await self._db.read(
            lambda tx: _Known(store.sorting(tx, slug), tuple(store.open_requests(tx, slug, run)))
        )

    async def _write(self, command: Callable[[WriteTx], T]) -> T:
        try:
            return await self._db.write(command)
        finally:
            self._known.forget()

    async def _protocol(self) -> dict[DelegationCode, int]:
        return {d.code: d.order for d in await self._programme.delegations()}


def _renewed(tx: WriteTx, known: FloorRequest, order: FloorOrder) -> FloorRequest:
    """The request with what is said now; what is not said stays."""
    renewed = replace(known, subject=order.subject or known.subject, minutes=order.minutes or known.minutes)
    if renewed != known:
        store.set_words(tx, renewed.id, renewed.subject, renewed.minutes)
        tx.notice(TOPIC, renewed.session)
    return renewed


def _same(request: FloorRequest, order: FloorOrder) -> bool:
    if order.participant is None:
        return request.participant is None and request.delegation == order.delegation
    return request.participant == order.participant


def _found(request: FloorRequest | None) -> FloorRequest:
    if request is None:
        raise NotFound("no such request for the floor")
    return request


def _open(request: FloorRequest | None) -> FloorRequest:
    found = _found(request)
    if found.state not in OPEN:
        raise StateConflict(f"the request is {found.state}")
    return found
