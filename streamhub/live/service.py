"""Every open page of this node: let in or held at the door, heard, counted, let go."""

import contextlib
from collections.abc import Collection, Sequence
from dataclasses import replace
from functools import partial

from streamhub.access.model import Grant
from streamhub.access.roles import ASKING
from streamhub.attendance.model import Cause
from streamhub.attendance.who import who_is
from streamhub.floor.service import FloorOrder
from streamhub.kit.clock import Instant
from streamhub.kit.errors import (
    DeviceLimit,
    NotFound,
    SeatsTaken,
    StateConflict,
    StorageUnavailable,
)
from streamhub.kit.ids import InvitationId, ParticipantId, SessionSlug
from streamhub.kit.log import get_logger
from streamhub.kit.tasks import every
from streamhub.live import seating
from streamhub.live.close_codes import CloseCode
from streamhub.live.connection import Inbound
from streamhub.live.counting import Counting
from streamhub.live.devices import judge
from streamhub.live.endings import EXPIRED, NOT_HERE, OTHER_PERSON, REVOKED, Ending, ending_of
from streamhub.live.entrance import Entrance
from streamhub.live.messages import Beat, Bye, FloorRequest, FloorWithdraw, Resync
from streamhub.live.parts import Parts
from streamhub.live.rows import PresenceList, presence_list
from streamhub.live.seating import Seating
from streamhub.live.visit import Stage, Visit
from streamhub.live.visits import Visits
from streamhub.presence.model import Departure, SourceKey
from streamhub.programme.model import Session, SessionState

EXPIRE_SECONDS = 1.0  # between two looks for pages whose invitation is over

log = get_logger(__name__)


class LiveService:
    """The open pages. Whoever has a page's line calls ``enter``, ``hear`` and ``leave``."""

    def __init__(self, parts: Parts) -> None:
        self._use = parts
        self._counting = Counting(
            parts.clock, parts.presence, parts.viewers, parts.attendance, parts.openings
        )
        self._visits = Visits()
        self._seating = Seating(
            seating.Parts(
                parts.clock,
                parts.settings,
                parts.programme,
                parts.admissions,
                parts.presence,
                self._visits,
            )
        )
        self._entrance = Entrance(parts, self._counting, self._seating)
        self._held: dict[SessionSlug, Session] = {}
        self._with_link_outs: set[SessionSlug] = set()
        self._draining = False
        parts.presence.subscribe(parts.announcer.presence)
        parts.presence.subscribe_silence(partial(self._on_silence, public=False))
        parts.viewers.subscribe_silence(partial(self._on_silence, public=True))

    # Start and stop

    async def start(self) -> None:
        """Make ledger and halls agree with the programme as it stands."""
        for session in await self._use.programme.sessions():
            await self._follow(session)
        await self._use.door.show()
        await self._entrance.start()
        self._use.tasks.spawn("invitations that end", lambda: every(EXPIRE_SECONDS, self.end_expired))

    async def drain(self) -> None:
        """Tell every page when to come back, and mark every open stay as our restart."""
        self._draining = True
        at = self._use.clock.now()
        self._use.hub.drain()
        try:
            await self._use.attendance.stop(at)
            await self._use.openings.stop(at)
        except StorageUnavailable:  # the next start ends them, as after a crash
            log.warning("open stays could not be marked as our restart")
        await self._use.hub.wait_empty(self._use.settings.drain_seconds)

    # One page

    async def enter(self, visit: Visit) -> None:
        """Let a page in, or have it wait at the door. Raises what refuses it.

        Devices that must give way do so once this page is in, so that the stay goes on.
        """
        if self._draining:
            raise StorageUnavailable("the service is stopping")
        self._check_device(visit)
        self._use.hub.add(visit.page, visit.listener())
        self._visits.add(visit)
        self._seating.stand(visit)
        await self._entrance.decide(visit)
        self._move_devices(visit)

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
        visit.stage = Stage.GONE  # whatever was about to be decided of it is of no use any more

    def leave(self, visit: Visit) -> None:
        """A page's line is over: without a goodbye the person keeps the grace."""
        self._use.hub.discard(visit.page)
        self._visits.discard(visit)
        visit.stage = Stage.GONE
        if not self._draining:
            self._counting.lose(visit)

    async def gone_elsewhere(self, slug: SessionSlug, grant: Grant) -> None:
        """The person opened a link-out: our page counts no more, until it is looked at again.

        They keep their seat. Raises SeatsTaken for somebody who has none.
        """
        who, session = who_is(grant), await self._use.programme.session(slug)
        self._with_link_outs.add(slug)
        if session.state is not SessionState.ENDED and await self._seating.sit(who, session) is not None:
            raise SeatsTaken
        for visit in self._visits.open_of(grant.participant, slug):
            if visit.stage is Stage.INSIDE:
                visit.stage = Stage.ELSEWHERE
                self._counting.close_player(visit)
        departure = self._use.presence.elsewhere(slug, who, self._use.clock.now())
        self._counting.depart(slug, [departure], Cause.ELSEWHERE)
        self._seating.settle(who, slug)

    async def require_seat(self, session: Session, grant: Grant | None) -> None:
        """Raise SeatsTaken for somebody who waits for a seat, or would have to: no source meanwhile."""
        if grant is None or session.state is SessionState.ENDED:
            return
        if not await self._seating.admits(who_is(grant), session):
            raise SeatsTaken

    # What changed

    async def end_expired(self) -> None:
        """Close the pages of invitations, tokens and enterings that are over by now."""
        now = self._use.clock.now()
        for visit in self._visits:
            if visit.grant is not None and visit.grant.expires_at <= now and not visit.page.closing:
                self._end(visit, EXPIRED)

    async def on_session(self, key: str) -> None:
        """A session's state or times changed."""
        session = await self._use.programme.session(SessionSlug(key))
        for visit in self._visits.open_in(session.slug):
            if visit.grant is not None and visit.grant.run not in {None, session.run}:
                self._end(visit, NOT_HERE)
        try:
            await self._follow(session)
        finally:  # the ledger first, so that nobody is told an end that is not written; but told
            self._use.announcer.state(session)

    async def on_source(self, key: str) -> None:
        """Another source is on, or the sources changed."""
        slug = SessionSlug(key)
        await self._use.announcer.source(slug)
        await self._use.announcer.own_source(slug, [v for v in self._visits.open_in(slug) if v.inside])

    async def on_own_links(self, invitations: Collection[InvitationId]) -> None:
        """These have a link of their own to a meeting from now on, or have none any more: say it anew."""
        for visit in self._visits:
            here = visit.stage is Stage.INSIDE and visit.grant is not None
            if here and visit.grant and visit.grant.invitation in invitations:
                await self._use.announcer.welcome(visit, await self._use.programme.session(visit.session))

    async def on_sources(self, key: str) -> None:
        """Something changed that only moderators see of the sources."""
        self._use.announcer.sources(SessionSlug(key))

    async def on_floor(self, key: str) -> None:
        """The queue of those who want to speak changed."""
        await self._use.announcer.floor(SessionSlug(key))

    async def on_excused(self, key: str) -> None:
        """Somebody was excused, or is expected again."""
        await self._use.announcer.whole(SessionSlug(key))

    async def on_invitation(self, key: str) -> None:
        """An invitation changed: pages that it does not open any more close now.

        Where its devices changed, open pages stay and the next one finds the new limit. None is
        left of the invitation where its person was erased.
        """
        mine = [(v, v.grant) for v in self._visits if v.grant is not None and v.grant.invitation == key]
        if not mine:
            return
        invitation = await self._use.access.find(InvitationId(key))
        for visit, grant in mine:
            if invitation is None:
                self._end(visit, REVOKED)
            elif ending := ending_of(invitation, grant, visit.session):
                self._end(visit, ending)
            else:
                devices, policy = invitation.devices, invitation.device_policy
                visit.grant = replace(grant, devices=devices, device_policy=policy)

    def end_browser(self, participant: ParticipantId, device: str) -> None:
        """Somebody else's link was opened in a browser: the pages that it has open for this person close."""
        for visit in self._visits.open_of(participant):
            if visit.device == device:
                self._end(visit, OTHER_PERSON)

    async def on_removal(self, key: str) -> None:
        """A person was removed from a session, or admitted again."""
        slug, _, participant = key.partition("/")
        session, person = SessionSlug(slug), ParticipantId(participant)
        removed = await self._use.access.is_removed(session, person)
        for visit in self._visits.open_of(person, session):
            if removed:
                self._put_out(visit, Cause.REMOVED, "removed", CloseCode.REVOKED)
            else:
                self._entrance.reconsider_waiting(visit)
        if removed:
            self._expel(session, person, Cause.REMOVED)
            await self._use.floor.withdraw_own(session, person)
        await self._use.announcer.whole(session)

    async def on_admission(self, key: str) -> None:
        """Somebody was let into a session beyond the seats, or needs one again."""
        session = await self._use.programme.session(SessionSlug(key))
        await self._seating.admitted(session)
        for visit in self._visits.open_in(session.slug):
            self._entrance.reconsider_waiting(visit)
        self._entrance.call(session.slug)

    async def notice(self, slug: SessionSlug, text: str, lang: str) -> tuple[int, int]:
        """Show a notice on every page; answers how many see it, and how many elsewhere do not."""
        await self._use.programme.session(slug)
        reached = self._who_sees(slug)
        self._use.announcer.notice(slug, text, lang)
        elsewhere = self._use.presence.now(slug).summary.heads.elsewhere
        return reached, elsewhere

    def _who_sees(self, slug: SessionSlug) -> int:
        """How many people look at our page; one by one only where somebody opened a link-out.

        With 5,000 pages the look at each takes a tenth of a broadcast.
        """
        if slug not in self._with_link_outs:
            return self._use.hub.people(slug)
        return len({v.person for v in self._visits.open_in(slug) if v.stage is Stage.INSIDE})

    async def presence_list(self, slug: SessionSlug) -> PresenceList:
        """Who is there now, as moderators see it."""
        snapshot = self._use.presence.now(slug)
        return presence_list(snapshot, await self._use.announcer.places(slug), self._use.clock.now())

    # The session

    async def _follow(self, session: Session) -> None:
        """Do what a session's new state asks for; the same state again asks for nothing."""
        last, self._held[session.slug] = self._held.get(session.slug), session
        if last is None or last.run != session.run:
            last = None
            await self._end_earlier_runs(session)
        before = None if last is None else last.state
        if before is session.state:  # but its times may be others
            for visit in self._visits.open_in(session.slug):
                self._entrance.reconsider_waiting(visit)
            return
        at = await self._since(session)
        if session.state is SessionState.ENDED:
            await self._end_session(session, at)
            for visit in self._visits.open_in(session.slug):
                self._entrance.reconsider_waiting(visit)
        elif session.state is not SessionState.SCHEDULED:
            if before not in {SessionState.DOORS, SessionState.LIVE, SessionState.PAUSED}:
                await self._use.door.open_session(session)
            for visit in self._visits.open_in(session.slug):
                if visit.stage is Stage.INSIDE and not visit.counted:
                    self._entrance.reconsider(visit)
                self._entrance.reconsider_waiting(visit)

    async def _end_session(self, session: Session, at: Instant) -> None:
        """``ended`` closes every open stay at that instant; open pages stay open."""
        await self._use.attendance.end_session(session, at)
        await self._use.openings.end_session(session.slug, at)
        self._use.presence.empty_hall(session.slug, at)
        self._counting.over(session.slug, self._visits)

    async def _end_earlier_runs(self, session: Session) -> None:
        """It will be held on another day: whoever was in an earlier run is so no more."""
        ended = {step.run: step.at for step in await self._use.programme.history(session.slug)}
        for run, at in ended.items():
            if run < session.run:
                await self._end_session(replace(session, run=run), at)

    async def _since(self, session: Session) -> Instant:
        """When the session came into its present state."""
        history = await self._use.programme.history(session.slug)
        return history[-1].at if history else self._use.clock.now()

    # Inside

    async def _beat(self, visit: Visit, beat: Beat) -> None:
        back = beat.visible and not visit.visible
        visit.visible = beat.visible
        if back and visit.stage is Stage.ELSEWHERE:
            await self._entrance.decide(visit)
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

    def _check_device(self, visit: Visit) -> None:
        """Raise DeviceLimit where one device more is refused."""
        if visit.grant is None:
            return
        pages = self._visits.open_of(visit.grant.participant)
        others = self._visits.devices_beside(visit)
        one_more = visit.device not in {page.device for page in pages}
        if one_more and judge(visit.grant.device_policy, visit.grant.devices, list(others)).refused:
            raise DeviceLimit(f"the link is open on {len(others)} devices already")

    def _move_devices(self, visit: Visit) -> None:
        """More devices than the invitation allows: older ones go, the person stays."""
        if visit.grant is None or visit.page.closing:
            return
        others = self._visits.devices_beside(visit, older=True)
        for device in judge(visit.grant.device_policy, visit.grant.devices, list(others)).moved:
            for page in others[device]:
                self._put_out(page, Cause.MOVED, "moved", CloseCode.MOVED)

    def _end(self, visit: Visit, ending: Ending) -> None:
        """Close a page that its invitation does not open any more."""
        self._put_out(visit, ending.cause, ending.reason, ending.code)
        self._expel(visit.session, visit.who.participant, ending.cause)

    def _put_out(self, visit: Visit, cause: Cause, reason: str, code: CloseCode) -> None:
        """Close a page now; what it held ends now."""
        visit.put_out = cause
        self._counting.untrack(visit, cause)
        visit.page.close(code, reason)

    def _expel(self, slug: SessionSlug, participant: ParticipantId, cause: Cause) -> None:
        """Nothing of the person is left on our pages; hall and Zoom are not ours to end."""
        if not self._visits.open_of(participant, slug):
            departure = self._use.presence.expel(slug, participant, self._use.clock.now())
            self._counting.depart(slug, [departure], cause)

    def _on_silence(
        self,
        slug: SessionSlug,
        sources: Sequence[SourceKey],
        departures: Sequence[Departure],
        *,
        public: bool,
    ) -> None:
        """A page whose line broke has no visit any more; what it held ends all the same."""
        for source in sources:
            visit = self._visits.get(source)
            if visit is not None:
                visit.page.close(CloseCode.SILENT, "silent")
        self._counting.depart(slug, departures, Cause.LOST, public=public)
