"""Who comes in and who waits: decided anew whenever something may have changed the answer."""

from collections.abc import Mapping

from streamhub.access.roles import STAFF
from streamhub.attendance.model import Cause
from streamhub.attendance.who import who_of
from streamhub.kit.clock import rfc3339
from streamhub.kit.errors import StreamhubError
from streamhub.kit.ids import ParticipantId, SessionSlug
from streamhub.kit.tasks import every
from streamhub.live.close_codes import close_code
from streamhub.live.counting import Counting
from streamhub.live.frames import text_frame
from streamhub.live.messages import Waiting, encode
from streamhub.live.parts import Parts
from streamhub.live.seating import Seating
from streamhub.live.visit import Stage, Visit
from streamhub.presence.model import Diff, Summary, Who
from streamhub.programme.model import Session, SessionState

LOOK_AGAIN_SECONDS = 1.0  # between two looks for seats that nobody told us are free


class Entrance:
    """Pages come in here: one decision at a time for each, however many reasons to decide anew."""

    def __init__(self, parts: Parts, counting: Counting, seating: Seating) -> None:
        self._use = parts
        self._counting = counting
        self._seating = seating

    async def start(self) -> None:
        """Go on after a restart of ours: who was elsewhere is so still, seats wait for their people."""
        people = {p.id: who_of(p) for p in await self._use.access.participants() if p.invited}
        for session in await self._use.programme.sessions():
            if session.state not in {SessionState.SCHEDULED, SessionState.ENDED}:
                await self._find_elsewhere(session, people)
        if not self._use.settings.enforce_seats:
            return
        stays = await self._use.attendance.interrupted()
        self._seating.keep((s, people[s.key.participant]) for s in stays if s.key.participant in people)
        self._use.presence.subscribe(self._on_presence)
        self._use.tasks.spawn("seats", lambda: every(LOOK_AGAIN_SECONDS, self._look_again))

    async def decide(self, visit: Visit) -> None:
        """Let the page in or tell it to wait; once more if something happened meanwhile.

        Raises StorageUnavailable when the arrival could not be written.
        """
        if visit.deciding:
            visit.again = True
            return
        visit.deciding = visit.again = True
        try:
            while visit.again and visit.stage is not Stage.GONE:
                visit.again = False
                await self._let_in(visit)
        finally:
            visit.deciding = False

    def reconsider_waiting(self, visit: Visit) -> None:
        """Decide anew of a page that is not inside; nothing happens for one that is."""
        if visit.stage in {Stage.COMING, Stage.WAITING}:
            self.reconsider(visit)

    def reconsider(self, visit: Visit) -> None:
        """Decide anew, soon: what was true when the page was told to wait, or let in, may not be."""
        if visit.deciding:
            visit.again = True
        else:
            self._use.tasks.once("admit", self._decide_late(visit))

    def call(self, slug: SessionSlug) -> None:
        """Let in whose turn it is; the others hear their new place in line."""
        for visit, waiting in self._seating.called(slug):
            if waiting is None:
                self.reconsider(visit)
            else:
                self._wait(visit, waiting)

    async def _find_elsewhere(self, session: Session, people: Mapping[ParticipantId, Who]) -> None:
        """Show those as gone elsewhere who had left by a link-out; they keep their seat."""
        for stay in await self._use.attendance.gone_elsewhere(session):
            who = people.get(stay.key.participant)
            if (
                who is None
                or stay.until is None
                or await self._use.access.is_removed(session.slug, who.participant)
            ):
                continue
            self._use.presence.elsewhere(session.slug, who, stay.until)
            self._seating.keep([(stay, who)])

    async def _decide_late(self, visit: Visit) -> None:
        try:
            if not visit.page.closing:
                await self.decide(visit)
        except StreamhubError as error:
            visit.page.close(close_code(error), error.code)

    async def _let_in(self, visit: Visit) -> None:
        session = await self._use.programme.session(visit.session)
        waiting = await self._obstacle(visit, session)
        if waiting is not None:
            self._wait(visit, waiting)
            return
        over = session.state is SessionState.ENDED  # then nobody attends, and nobody is counted
        known = visit.stage is Stage.INSIDE and visit.counted is not over
        try:
            if not over and not known:
                await self._counting.arrive(visit, session)
        finally:
            self._seating.settle(visit.who, visit.session)
        if visit.put_out is not None:
            self._counting.untrack(visit, visit.put_out)
        elif not known and visit.stage is not Stage.GONE and not visit.page.closing:
            visit.stage, visit.told = Stage.INSIDE, None
            visit.since = visit.since or self._use.clock.now()
            told = await self._use.announcer.welcome(visit, session)
            self._use.hub.add(visit.page, visit.listener())
            await self._use.announcer.catch_up(visit, told)

    async def _obstacle(self, visit: Visit, session: Session) -> Waiting | None:
        """What keeps the page out; None takes a seat, if one is needed."""
        grant = visit.grant
        if grant is not None and await self._use.access.is_removed(session.slug, grant.participant):
            self._seating.bar(visit.who, session.slug)
            return Waiting(reason="removed")
        staff = grant is not None and grant.role in STAFF
        if session.state is SessionState.SCHEDULED and not staff:
            opens_at = None if session.cancelled else await self._use.programme.doors_at(session)
            return Waiting(reason="doors", opens_at=None if opens_at is None else rfc3339(opens_at))
        return None if session.state is SessionState.ENDED else await self._seating.sit(visit.who, session)

    def _wait(self, visit: Visit, waiting: Waiting) -> None:
        """Tell the page to wait, unless it knows or is gone; who was inside attends no more."""
        if visit.stage is Stage.GONE:
            return
        if visit.stage is Stage.INSIDE and visit.counted:
            self._counting.untrack(visit, Cause.WAITING)
            visit.counted = False
        if visit.stage is Stage.WAITING and visit.told == waiting:
            return
        visit.stage, visit.told = Stage.WAITING, waiting
        self._use.hub.add(visit.page, visit.listener())
        if visit.grant is not None:
            now = self._use.clock.now()
            self._use.presence.wait(visit.session, visit.page.id, visit.who, now, rhythm_ms=visit.rhythm_ms)
        visit.page.send(text_frame(encode(waiting)))

    def _on_presence(self, slug: SessionSlug, diff: Diff, _summary: Summary) -> None:
        """Whoever came or went may have freed a seat, or need one."""
        for visit in self._seating.moved(slug, diff):
            self.reconsider(visit)
        self.call(slug)

    async def _look_again(self) -> None:
        for slug in await self._seating.look_again():
            self.call(slug)
