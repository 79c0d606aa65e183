"""Personal calendars of the programme as it stands, each change of it told by a higher sequence."""

from streamhub.access import calendar_store
from streamhub.access.calendar import Calendars, Version, calendar, renewed
from streamhub.access.model import Sessions
from streamhub.kit.clock import Clock
from streamhub.kit.db import Database, WriteTx
from streamhub.kit.settings import Settings
from streamhub.programme.model import Session
from streamhub.programme.service import ProgrammeService


class CalendarService:
    """What calendars are given."""

    def __init__(self, db: Database, clock: Clock, settings: Settings, programme: ProgrammeService) -> None:
        self._db = db
        self._clock = clock
        self._settings = settings
        self._programme = programme

    async def shared(self) -> Calendars:
        """The programme for calendars, as it stands now; raises NotConfigured without a summit."""
        summit = await self._programme.summit()
        sessions = await self._programme.sessions()
        return Calendars(
            summit=summit,
            public_url=self._settings.public_url,
            organizer=summit.contact_email or self._settings.smtp_from,
            sessions=sessions,
            versions=await self._versions(sessions),
            now=self._clock.now(),
        )

    async def personal(self, opens: Sessions, link: str, lang: str) -> bytes:
        """The calendar of whoever may join these sessions by that link."""
        return personal(await self.shared(), opens, link, lang)

    async def _versions(self, sessions: tuple[Session, ...]) -> tuple[Version, ...]:
        """The version of every session; one that nobody was given yet is stored."""
        now = self._clock.now()
        stored = await self._db.read(calendar_store.versions)
        if not renewed(sessions, stored, now):
            return tuple(stored)

        def run(tx: WriteTx) -> tuple[Version, ...]:
            calendar_store.put(tx, renewed(sessions, calendar_store.versions(tx), now))
            return tuple(calendar_store.versions(tx))

        return await self._db.write(run)


def personal(shared: Calendars, opens: Sessions, link: str, lang: str) -> bytes:
    """The calendar of whoever may join these sessions (None: all) by that link."""
    chosen = [session for session in shared.sessions if opens is None or session.slug in opens]
    return calendar(shared, chosen, link, lang)
