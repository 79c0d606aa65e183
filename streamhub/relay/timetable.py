"""The timetable of sources: at a planned instant it proposes a switch, or makes it where it may."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

from streamhub.kit import audit
from streamhub.kit.audit import CLOCK, Act
from streamhub.kit.clock import DAY, Clock, Instant
from streamhub.kit.db import Database, ReadTx, WriteTx
from streamhub.kit.errors import FieldInvalid, FieldProblem, NotFound
from streamhub.kit.ids import SessionSlug, SourceId
from streamhub.kit.log import get_logger
from streamhub.kit.tasks import every
from streamhub.programme import store as programme_store
from streamhub.programme.model import Session
from streamhub.programme.service import ProgrammeService
from streamhub.relay import store, timetable_store
from streamhub.relay.model import Source, fallback
from streamhub.relay.service import LIST_TOPIC, TOPIC, RelayService
from streamhub.relay.timetable_model import Board, Row, Verdict, held, plans_of, verdicts

LOOK_SECONDS = 1.0
"""How often it is looked whether a plan's time has come."""

T = TypeVar("T")

Listener = Callable[[str], Awaitable[None]]

log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Known:
    """The sessions that have plans, and those whose plans need nobody's agreement, as last read."""

    planned: frozenset[SessionSlug]
    automatic: frozenset[SessionSlug]


class TimetableService:
    """What is planned for the sources of sessions.

    ``forget`` must hear of every change noticed under ``source`` and ``sources``, and ``keep_time`` must run.
    """

    def __init__(self, db: Database, clock: Clock, programme: ProgrammeService, relay: RelayService) -> None:
        self._db = db
        self._clock = clock
        self._programme = programme
        self._relay = relay
        self._known: _Known | None = None
        self._forgotten = 0
        self._proposed: dict[SessionSlug, tuple[frozenset[SourceId], bool]] = {}
        self._listeners: list[Listener] = []

    async def forget(self, _key: str) -> None:
        """Read again at the next question."""
        self._forget()

    def subscribe(self, listener: Listener) -> None:
        """Call ``listener(slug)`` when a session's proposals changed with the time."""
        self._listeners.append(listener)

    async def keep_time(self) -> None:
        """Follow the clock for ever."""
        await every(LOOK_SECONDS, self.tick)

    async def tick(self) -> None:
        """Do what every plan asks for by now."""
        known = await self._read()
        if known.planned:
            await self._programme.settle()  # who is live is settled before who is in the way
        for slug in known.planned:
            await self._follow(slug)
        for slug in set(self._proposed) - known.planned:
            del self._proposed[slug]

    async def board(self, slug: SessionSlug) -> Board:
        """The sources of a session with what is planned. Raises UnknownSession."""
        session, sources = await self._programme.session(slug), await self._relay.sources(slug)
        asked, on = await self._verdicts(session), await self._relay.on_air(slug)
        showing = await self._relay.showing(slug)
        active = {source.id for source in on}
        following = {found.id for source in on if (found := fallback(sources, source.id)) is not None}
        at = {plan.source: plan.at for plan in plans_of(session, sources)}
        by_source = {one.source: one for one in showing.values()}
        rows = tuple(
            Row(
                source=source,
                active=source.id in active,
                next=source.id in following,
                since=by_source[source.id].since if source.id in by_source else None,
                by_clock=source.id in by_source and by_source[source.id].by == CLOCK,
                planned_at=at.get(source.id),
                proposed=asked.get(source.id) is Verdict.PROPOSE,
            )
            for source in sources
        )
        automatic = slug in (await self._read()).automatic
        return Board(rows, automatic, held(session, await self._programme.sessions()))

    async def plan(self, slug: SessionSlug, source: SourceId, at: Instant | None) -> None:
        """Plan when a source is to be on; None takes the plan back.

        Raises UnknownSession, NotFound for a source that the session has not, FieldInvalid for
        an instant that is over, or more than a day away from the session.
        """

        def command(tx: WriteTx) -> None:
            session = _session(tx, slug)
            if source not in {one.id for one in store.sources_of(tx, slug)}:
                raise NotFound("the session has no such source")
            if at is not None:
                _check(session, at, self._clock.now())
            timetable_store.plan(tx, source, None if at is None else at - session.starts_at)
            tx.notice(LIST_TOPIC, slug)

        await self._programme.session(slug)
        await self._write(slug, command)

    async def set_automatic(self, slug: SessionSlug, *, automatic: bool) -> None:
        """Say whether the session's plans need nobody's agreement. Raises UnknownSession."""

        def command(tx: WriteTx) -> None:
            timetable_store.set_automatic(tx, slug, automatic=automatic)
            tx.notice(LIST_TOPIC, slug)

        await self._programme.session(slug)
        await self._write(slug, command)

    async def _follow(self, slug: SessionSlug) -> None:
        session = next((one for one in await self._programme.sessions() if one.slug == slug), None)
        if session is None:
            return
        asked = await self._verdicts(session)
        if {Verdict.SWITCH, Verdict.OVER} & set(asked.values()):
            await self._write(slug, lambda tx: self._settle(tx, slug))
            asked = await self._verdicts(session)
        proposed = frozenset(source for source, verdict in asked.items() if verdict is Verdict.PROPOSE)
        stands = (proposed, bool(proposed) and held(session, await self._programme.sessions()))
        if self._proposed.get(slug, (frozenset(), False)) != stands:
            self._proposed[slug] = stands
            for listener in self._listeners:
                await listener(slug)

    def _settle(self, tx: WriteTx, slug: SessionSlug) -> None:
        """Switch to what may be switched to, and drop what is over; decided anew on what is stored."""
        now, session = self._clock.now(), _session(tx, slug)
        sources = store.sources_of(tx, slug)
        may = slug in timetable_store.automatic(tx) and not held(session, programme_store.sessions_of(tx))
        asked = verdicts(session, plans_of(session, sources), store.showing(tx, slug), now, alone=may)
        for source in sources:
            verdict = asked.get(source.id)
            if verdict is Verdict.SWITCH:
                _switch(tx, source, now)
            if verdict in {Verdict.SWITCH, Verdict.OVER}:
                timetable_store.plan(tx, source.id, None)
                tx.notice(LIST_TOPIC, slug)

    async def _verdicts(self, session: Session) -> dict[SourceId, Verdict]:
        sources = await self._relay.sources(session.slug)
        plans = plans_of(session, sources)
        if not plans:
            return {}
        automatic = session.slug in (await self._read()).automatic
        may = automatic and not held(session, await self._programme.sessions())
        showing = await self._relay.showing(session.slug)
        return verdicts(session, plans, showing, self._clock.now(), alone=may)

    async def _read(self) -> _Known:
        known = self._known
        if known is None:
            mark = self._forgotten
            known = await self._db.read(
                lambda tx: _Known(timetable_store.planned(tx), timetable_store.automatic(tx))
            )
            if mark == self._forgotten:  # else what was read may be older than the change
                self._known = known
        return known

    async def _write(self, slug: SessionSlug, command: Callable[[WriteTx], T]) -> T:
        try:
            return await self._db.write(command)
        finally:
            self._forget()
            await self._relay.forget(slug)

    def _forget(self) -> None:
        self._forgotten += 1
        self._known = None


def _session(tx: ReadTx, slug: SessionSlug) -> Session:
    return next(session for session in programme_store.sessions_of(tx) if session.slug == slug)


def _check(session: Session, at: Instant, now: Instant) -> None:
    if at <= now:
        raise FieldInvalid(FieldProblem("at", "must be an instant to come"))
    if not session.starts_at - DAY <= at <= session.ends_at + DAY:
        raise FieldInvalid(FieldProblem("at", "at most a day from the session"))


def _switch(tx: WriteTx, source: Source, now: Instant) -> None:
    """Switch in the name of the clock, and write it down."""
    store.switch(tx, source, now, CLOCK)
    detail = (("session", source.session), ("channel", source.channel))
    audit.append(tx, Act(by=CLOCK, action="source.switch", target=source.id, detail=detail), now)
    tx.notice(TOPIC, source.session)
    log.info("the timetable switched", session=source.session, source=source.id)
