"""Every open page of this node: let in or held at the door, heard, counted, let go."""

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass

from streamhub.access.model import Grant
from streamhub.access.roles import ASKING, STAFF
from streamhub.access.service import AccessService
from streamhub.attendance.door import DoorService
from streamhub.attendance.model import Cause
from streamhub.attendance.openings import OpeningsService
from streamhub.attendance.service import AttendanceService
from streamhub.attendance.who import who_is
from streamhub.floor.service import FloorOrder, FloorService
from streamhub.kit.clock import Clock, Instant, rfc3339
from streamhub.kit.errors import NotFound, StateConflict, StorageUnavailable, StreamhubError
from streamhub.kit.ids import ParticipantId, SessionSlug
from streamhub.kit.settings import Settings
from streamhub.kit.tasks import Tasks
from streamhub.live.announcer import Announcer
from streamhub.live.close_codes import CloseCode, close_code
from streamhub.live.connection import Inbound
from streamhub.live.counting import Counting
from streamhub.live.frames import text_frame
from streamhub.live.hub import Hub
from streamhub.live.messages import Beat, Bye, FloorRequest, FloorWithdraw, Resync, Waiting, encode
from streamhub.live.rows import PresenceList, presence_list
from streamhub.live.visit import Stage, Visit
from streamhub.presence.model import Departure, SourceKey
from streamhub.presence.service import PresenceService
from streamhub.programme.model import Session, SessionState
from streamhub.programme.service import ProgrammeService


@dataclass(frozen=True, slots=True)
class Parts:
    """What the live side works with."""

    clock: Clock
    settings: Settings
    tasks: Tasks
    hub: Hub
    programme: ProgrammeService
    access: AccessService
    floor: FloorService
    presence: PresenceService
    viewers: PresenceService
    attendance: AttendanceService
    door: DoorService
    openings: OpeningsService
    announcer: Announcer


class LiveService:
    """The open pages. Whoever has a page's line calls ``enter``, ``hear`` and ``leave``."""

    def __init__(self, parts: Parts) -> None:
        self._use = parts
        self._counting = Counting(
            parts.clock, parts.presence, parts.viewers, parts.attendance, parts.openings
        )
        self._visits: dict[str, Visit] = {}
        self._states: dict[SessionSlug, SessionState] = {}
        self._draining = False
        parts.presence.subscribe(parts.announcer.presence)
        parts.presence.subscribe_silence(self._on_silence)
        parts.viewers.subscribe_silence(self._on_silence)

    # Start and stop

    async def start(self) -> None:
        """Make ledger and halls agree with the programme as it stands."""
        for session in await self._use.programme.sessions():
            await self._follow(session)
        await self._use.door.show()

    async def drain(self) -> None:
        """Tell every page when to come back, and mark every open stay as our restart."""
        self._draining = True
        at = self._use.clock.now()
        self._use.hub.drain()
        await self._use.attendance.stop(at)
        await self._use.openings.stop(at)
        await self._use.hub.wait_empty(self._use.settings.drain_seconds)

    # One page

    async def enter(self, visit: Visit) -> None:
        """Let a page in, or have it wait at the door. Raises what refuses it."""
        if self._draining:
            raise StorageUnavailable("the service is stopping")
        self._use.hub.add(visit.page, visit.listener())
        self._visits[visit.page.id] = visit
        await self._admit(visit)

    async def hear(self, visit: Visit, message: Inbound) -> None:
        """Something came from a page: a sign of life, and perhaps a wish."""
        if visit.stage is not Stage.ELSEWHERE:
            self._counting.touch(visit)
        if isinstance(message, Beat):
            await self._beat(visit, message)
        elif isinstance(message, Bye):
            self.bye(visit)
        elif isinstance(message, Resync) and visit.inside:
            await self._use.announcer.welcome(visit, await self._use.programme.session(visit.session))
        elif isinstance(message, FloorRequest | FloorWithdraw) and visit.inside and visit.grant:
            await self._floor(visit.session, visit.grant, message)

    def bye(self, visit: Visit) -> None:
        """The page says goodbye: its stay ends now. Whoever has its line ends that."""
        self._counting.untrack(visit, Cause.BYE)

    def leave(self, visit: Visit) -> None:
        """A page's line is over: without a goodbye the person keeps the grace."""
        self._use.hub.discard(visit.page)
        self._visits.pop(visit.page.id, None)
        visit.stage = Stage.GONE
        if not self._draining:
            self._counting.lose(visit)

    async def gone_elsewhere(self, slug: SessionSlug, grant: Grant) -> None:
        """The person opened a link-out: our page counts no more, until it is looked at again."""
        for visit in self._of(grant.participant, slug):
            if visit.stage is Stage.INSIDE:
                visit.stage = Stage.ELSEWHERE
                self._counting.close_player(visit)
        departure = self._use.presence.elsewhere(slug, who_is(grant), self._use.clock.now())
        self._counting.depart(slug, [departure], Cause.ELSEWHERE)

    # What changed

    async def on_session(self, key: str) -> None:
        """A session's state or times changed."""
        session = await self._use.programme.session(SessionSlug(key))
        try:
            await self._follow(session)
        finally:  # the ledger first, so that nobody is told an end that is not written; but told
            self._use.announcer.state(session)

    async def on_source(self, key: str) -> None:
        """Another source is on, or the sources changed."""
        await self._use.announcer.source(SessionSlug(key))

    async def on_floor(self, key: str) -> None:
        """The queue of those who want to speak changed."""
        await self._use.announcer.floor(SessionSlug(key))

    async def on_excused(self, key: str) -> None:
        """Somebody was excused, or is expected again."""
        await self._use.announcer.excused(SessionSlug(key))

    async def on_invitation(self, key: str) -> None:
        """An invitation was revoked or replaced: the pages of its dead links close now."""
        for visit in list(self._visits.values()):
            if visit.grant is None or visit.grant.invitation != key:
                continue
            invitation = await self._use.access.invitation(visit.grant.invitation)
            if invitation.revoked_at is not None or visit.grant.generation != invitation.generation:
                self._put_out(visit, Cause.REVOKED, "invitation_revoked", CloseCode.REVOKED)
                self._expel(visit.session, visit.grant.participant, Cause.REVOKED)

    async def on_removal(self, key: str) -> None:
        """A person was removed from a session, or admitted again."""
        slug, _, participant = key.partition("/")
        session, person = SessionSlug(slug), ParticipantId(participant)
        removed = await self._use.access.is_removed(session, person)
        for visit in self._of(person, session):
            if removed:
                self._put_out(visit, Cause.REMOVED, "removed", CloseCode.REVOKED)
            elif visit.stage is Stage.WAITING:
                self._use.tasks.once("admit", self._admit_late(visit))
        if removed:
            self._expel(session, person, Cause.REMOVED)
            await self._use.floor.withdraw_own(session, person)

    async def notice(self, slug: SessionSlug, text: str, lang: str) -> tuple[int, int]:
        """Show a notice on every page; answers how many see it, and how many elsewhere do not."""
        await self._use.programme.session(slug)
        inside = [v for v in self._visits.values() if v.session == slug and v.stage is Stage.INSIDE]
        self._use.announcer.notice(slug, text, lang)
        elsewhere = self._use.presence.now(slug).summary.heads.elsewhere
        return len({v.who.participant for v in inside}), elsewhere

    async def presence_list(self, slug: SessionSlug) -> PresenceList:
        """Who is there now, as moderators see it."""
        snapshot = self._use.presence.now(slug)
        return presence_list(snapshot, await self._use.announcer.places(slug), self._use.clock.now())

    # Inside

    async def _follow(self, session: Session) -> None:
        """Do what a session's new state asks for; the same state again asks for nothing."""
        before, self._states[session.slug] = self._states.get(session.slug), session.state
        if before is session.state:
            return
        at = await self._since(session)
        if session.state is SessionState.ENDED:
            await self._end(session, at)
        elif session.state is not SessionState.SCHEDULED:
            if before not in {SessionState.DOORS, SessionState.LIVE, SessionState.PAUSED}:
                await self._use.door.open_session(session, at)
            for visit in list(self._visits.values()):
                waits = visit.stage is Stage.WAITING or (visit.stage is Stage.INSIDE and not visit.counted)
                if visit.session == session.slug and waits:
                    self._use.tasks.once("admit", self._admit_late(visit))

    async def _end(self, session: Session, at: Instant) -> None:
        """``ended`` closes every open stay at that instant; open pages stay open."""
        await self._use.attendance.end_session(session, at)
        await self._use.openings.end_session(session.slug, at)
        self._use.presence.empty_hall(session.slug, at)
        for visit in self._visits.values():
            if visit.session == session.slug:
                visit.counted = visit.player_opened = False

    async def _since(self, session: Session) -> Instant:
        """When the session came into its present state."""
        history = await self._use.programme.history(session.slug)
        return history[-1].at if history else self._use.clock.now()

    async def _admit_late(self, visit: Visit) -> None:
        try:
            await self._admit(visit)
        except StreamhubError as error:
            visit.page.close(close_code(error), error.code)

    async def _admit(self, visit: Visit) -> None:
        session = await self._use.programme.session(visit.session)
        waiting = await self._obstacle(visit, session)
        if waiting is not None:
            self._wait(visit, waiting)
            return
        visit.since = self._use.clock.now()
        if session.state is not SessionState.ENDED:
            await self._counting.arrive(visit, session)
        if visit.stage is Stage.GONE or visit.page.closing:
            return
        visit.stage = Stage.INSIDE
        await self._use.announcer.welcome(visit, session)
        self._use.hub.add(visit.page, visit.listener())
        self._limit_devices(visit)

    async def _obstacle(self, visit: Visit, session: Session) -> Waiting | None:
        grant = visit.grant
        if grant is not None and await self._use.access.is_removed(session.slug, grant.participant):
            return Waiting(reason="removed")
        staff = grant is not None and grant.role in STAFF
        if session.state is SessionState.SCHEDULED and not staff:
            return Waiting(reason="doors", opens_at=rfc3339(await self._use.programme.doors_at(session)))
        return None

    def _wait(self, visit: Visit, waiting: Waiting) -> None:
        visit.stage = Stage.WAITING
        self._use.hub.add(visit.page, visit.listener())
        if visit.grant is not None:
            now = self._use.clock.now()
            self._use.presence.wait(visit.session, visit.page.id, visit.who, now, rhythm_ms=visit.rhythm_ms)
        visit.page.send(text_frame(encode(waiting)))

    async def _beat(self, visit: Visit, beat: Beat) -> None:
        back = beat.visible and not visit.visible
        visit.visible = beat.visible
        if back and visit.stage is Stage.ELSEWHERE:
            await self._admit(visit)
        await self._counting.player(visit, opened=beat.player == "opened")

    async def _floor(self, slug: SessionSlug, grant: Grant, message: FloorRequest | FloorWithdraw) -> None:
        """A wish that cannot be granted is no reason to close the page."""
        if grant.role not in ASKING:
            return
        with contextlib.suppress(StateConflict, NotFound):
            await self._ask(slug, grant, message)

    async def _ask(self, slug: SessionSlug, grant: Grant, message: FloorRequest | FloorWithdraw) -> None:
        if isinstance(message, FloorRequest):
            order = FloorOrder(grant.delegation, grant.participant, message.subject)
            await self._use.floor.ask(slug, order)
        else:
            await self._use.floor.withdraw_own(slug, grant.participant)

    def _limit_devices(self, visit: Visit) -> None:
        """More devices than the invitation allows: the oldest goes, the person stays."""
        if visit.grant is None:
            return
        devices: dict[str, list[Visit]] = {}
        for other in self._of(visit.grant.participant):
            if not other.page.closing:
                devices.setdefault(other.device, []).append(other)
        others = [pages for device, pages in devices.items() if device != visit.device]
        for pages in others[: max(0, len(devices) - visit.grant.devices)]:
            for other in pages:
                self._put_out(other, Cause.MOVED, "moved", CloseCode.MOVED)

    def _put_out(self, visit: Visit, cause: Cause, reason: str, code: CloseCode) -> None:
        """Close a page now; what it held ends now."""
        self._counting.untrack(visit, cause)
        visit.page.close(code, reason)

    def _expel(self, slug: SessionSlug, participant: ParticipantId, cause: Cause) -> None:
        """Nothing of the person is left on our pages; hall and Zoom are not ours to end."""
        if not any(not v.page.closing for v in self._of(participant, slug)):
            departure = self._use.presence.expel(slug, participant, self._use.clock.now())
            self._counting.depart(slug, [departure], cause)

    def _of(self, participant: ParticipantId, session: SessionSlug | None = None) -> list[Visit]:
        return [v for v in self._visits.values() if v.is_of(participant, session)]

    def _on_silence(
        self, slug: SessionSlug, sources: Sequence[SourceKey], departures: Sequence[Departure]
    ) -> None:
        public = False
        for source in sources:
            visit = self._visits.get(source)
            if visit is not None:
                public = visit.grant is None
                visit.page.close(CloseCode.SILENT, "silent")
        self._counting.depart(slug, departures, Cause.LOST, public=public)
