"""The last look at each source's link: asked for by a person, and before a session by the service."""

from streamhub.kit.clock import MINUTE, Clock, Instant
from streamhub.kit.db import Database, WriteTx
from streamhub.kit.errors import NotFound
from streamhub.kit.ids import SessionSlug, SourceId
from streamhub.kit.tasks import Tasks, every
from streamhub.programme.model import Session, SessionState
from streamhub.programme.service import ProgrammeService
from streamhub.relay import timetable_store
from streamhub.relay.link_check import CheckReason, LinkChecker
from streamhub.relay.model import Source
from streamhub.relay.service import LIST_TOPIC, RelayService

BEFORE_MS = 15 * MINUTE
"""How long before a session its sources are looked at, and the wall shows what is missing."""

GOOD = "good"
"""What is stored of a link that can be shown in the page; everything else is a reason."""

LOOK_SECONDS = 30.0
FRESH_MS = 10 * MINUTE
AGAIN_MS = MINUTE  # where the provider did not answer


class CheckingService:
    """Looks at links of sources, and remembers what it found."""

    def __init__(
        self,
        db: Database,
        clock: Clock,
        programme: ProgrammeService,
        relay: RelayService,
        links: LinkChecker,
        tasks: Tasks,
    ) -> None:
        self._db = db
        self._clock = clock
        self._programme = programme
        self._relay = relay
        self._links = links
        self._tasks = tasks

    async def keep_checked(self) -> None:
        """Look at the links of the sessions that are about to begin, for ever."""
        await every(LOOK_SECONDS, self.look)

    async def look(self) -> None:
        """Look at every link that is due."""
        now = self._clock.now()
        for session in await self._programme.sessions():
            if about_to_begin(session, now):
                for source in await self._relay.sources(session.slug):
                    if _is_due(source, now):
                        await self.check(session.slug, source.id)

    def soon(self, source: Source) -> None:
        """Look at the source's link in the background: nobody waits for the provider."""
        self._tasks.once("link of a source", self.check(source.session, source.id))

    async def check(self, slug: SessionSlug, source_id: SourceId) -> None:
        """Look at a source's link now; a text has none. Raises NotFound."""
        source = next((one for one in await self._relay.sources(slug) if one.id == source_id), None)
        if source is None:
            raise NotFound("the session has no such source")
        if source.link is None:
            return
        found = await self._links.check(source.link)
        word, at = found.reason or GOOD, self._clock.now()

        def command(tx: WriteTx) -> None:
            timetable_store.set_checked(tx, source_id, word, at)
            tx.notice(LIST_TOPIC, slug)

        await self._db.write(command)
        await self._relay.forget(slug)


def about_to_begin(session: Session, now: Instant) -> bool:
    """From a quarter of an hour before the session until it is live."""
    early = session.state in {SessionState.SCHEDULED, SessionState.DOORS}
    return early and not session.cancelled and now >= session.starts_at - BEFORE_MS


def _is_due(source: Source, now: Instant) -> bool:
    if source.link is None:
        return False
    fresh = AGAIN_MS if source.checked == CheckReason.NO_ANSWER else FRESH_MS
    return source.checked_at is None or now - source.checked_at >= fresh
