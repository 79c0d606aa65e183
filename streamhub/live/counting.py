"""From open pages to presence, ledger and openings: stored first, counted then."""

import asyncio
from collections.abc import Iterable, Sequence

from streamhub.attendance.model import Cause, Key
from streamhub.attendance.openings import OpeningsService
from streamhub.attendance.openings_model import OpeningKind
from streamhub.attendance.service import AttendanceService
from streamhub.kit.channel import Channel
from streamhub.kit.clock import Clock
from streamhub.kit.ids import SessionSlug
from streamhub.kit.log import get_logger
from streamhub.live.visit import Stage, Visit
from streamhub.presence.model import Departure
from streamhub.presence.service import PresenceService
from streamhub.programme.model import Session

log = get_logger(__name__)


class Counting:
    """What open pages amount to. Viewers are kept apart from people in everything."""

    def __init__(
        self,
        clock: Clock,
        presence: PresenceService,
        viewers: PresenceService,
        attendance: AttendanceService,
        openings: OpeningsService,
    ) -> None:
        self._clock = clock
        self._presence = presence
        self._viewers = viewers
        self._attendance = attendance
        self._openings = openings
        self._runs: dict[SessionSlug, int] = {}
        self._players: dict[tuple[SessionSlug, str], set[str]] = {}

    async def arrive(self, visit: Visit, session: Session) -> None:
        """Store the arrival, and only then count the page.

        Raises StorageUnavailable when nothing was stored; then nobody is counted.
        """
        now = self._clock.now()
        self._runs[session.slug] = session.run
        visit.since = now
        if visit.grant is None:
            await self._openings.open(OpeningKind.PAGE, visit.who.participant, session.slug, session.run, now)
        else:
            visit.since = await self._attendance.arrive(self._key(visit), now)
        visit.counted = True
        people = self._people(visit)
        people.track(visit.session, visit.page.id, visit.who, now, rhythm_ms=visit.rhythm_ms)
        if visit.stage is Stage.GONE:  # the line broke while the arrival was written
            people.lose(visit.session, visit.page.id)

    def touch(self, visit: Visit) -> None:
        """A sign of life."""
        self._people(visit).touch(visit.session, visit.page.id)

    def lose(self, visit: Visit) -> None:
        """The line broke: gone when the grace has passed."""
        self.close_player(visit)
        self._people(visit).lose(visit.session, visit.page.id)

    def untrack(self, visit: Visit, cause: Cause) -> None:
        """The page counts no more, from now."""
        self.close_player(visit)
        departure = self._people(visit).untrack(visit.session, visit.page.id, self._clock.now())
        self.depart(visit.session, [departure], cause, public=visit.grant is None)

    def over(self, slug: SessionSlug, visits: Iterable[Visit]) -> None:
        """The session ended, and all that its open pages held: when it is opened again they begin anew."""
        for visit in visits:
            if visit.session == slug:
                visit.counted = visit.player_opened = False
        self._players = {place: pages for place, pages in self._players.items() if place[0] != slug}

    def depart(
        self,
        slug: SessionSlug,
        departures: Sequence[Departure | None],
        cause: Cause,
        *,
        public: bool = False,
    ) -> None:
        """Write who left: people into the ledger, public pages among the openings."""
        gone = [d for d in departures if d is not None]
        if not gone:
            return
        if public:
            for d in gone:
                self._openings.close(OpeningKind.PAGE, d.participant, slug, d.at)
            return
        run = self._runs.get(slug, 1)
        keys = [(Key(d.participant, slug, run, d.channel), d.at) for d in gone]
        self._attendance.depart(keys, cause).add_done_callback(_say_if_lost)

    async def player(self, visit: Visit, *, opened: bool) -> None:
        """The page said whether its player is opened."""
        if visit.grant is None or opened == visit.player_opened:
            return
        if not opened:
            self.close_player(visit)
        elif visit.counted and visit.stage is Stage.INSIDE:
            visit.player_opened = True
            self._players.setdefault((visit.session, visit.grant.participant), set()).add(visit.page.id)
            key = self._key(visit)
            now = self._clock.now()
            await self._openings.open(OpeningKind.PLAYER, key.participant, key.session, key.run, now)

    def close_player(self, visit: Visit) -> None:
        """With a person's last opened player in the session, that time ends."""
        if visit.grant is None or not visit.player_opened:
            return
        visit.player_opened = False
        place = (visit.session, visit.grant.participant)
        pages = self._players.get(place, set())
        pages.discard(visit.page.id)
        if not pages:
            self._players.pop(place, None)
            self._openings.close(
                OpeningKind.PLAYER, visit.grant.participant, visit.session, self._clock.now()
            )

    def _people(self, visit: Visit) -> PresenceService:
        return self._viewers if visit.grant is None else self._presence

    def _key(self, visit: Visit) -> Key:
        return Key(visit.who.participant, visit.session, self._runs.get(visit.session, 1), Channel.WEB)


def _say_if_lost(written: "asyncio.Future[None]") -> None:
    """A leave that could not be stored: the lease ends that stay after the next start."""
    if not written.cancelled() and written.exception() is not None:
        log.error("leaves could not be stored")
