"""Whose own link two people use at the same time: it was passed on."""

from streamhub.attendance import zoom_twice_store
from streamhub.attendance.zoom_twice_model import used_twice
from streamhub.kit.clock import Clock
from streamhub.kit.db import Database
from streamhub.kit.ids import ParticipantId, SessionSlug
from streamhub.relay.service import RelayService
from streamhub.relay.zoom_registrants_model import numbered


class ZoomTwice:
    """What Zoom's events say of links of one's own."""

    def __init__(self, db: Database, clock: Clock, relay: RelayService) -> None:
        self._db = db
        self._clock = clock
        self._relay = relay

    async def of_session(self, slug: SessionSlug) -> frozenset[ParticipantId]:
        """The participants whose link was used twice at once, in any meeting of the session."""
        meetings = {meeting for one in await self._relay.sources(slug) if (meeting := numbered(one))}
        if not meetings:
            return frozenset()
        now = self._clock.now()
        uses = await self._db.read(lambda tx: [u for one in meetings for u in zoom_twice_store.uses(tx, one)])
        return frozenset(map(ParticipantId, used_twice(uses, now)))
