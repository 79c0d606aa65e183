"""Whom figures count and where they belong, read again only when somebody wrote about people."""

import asyncio
from dataclasses import dataclass, field

from streamhub.access.model import Participant
from streamhub.access.service import AccessService
from streamhub.attendance.imports_service import ImportsService
from streamhub.kit.db import Database, changes_after, last_change
from streamhub.kit.ids import SessionSlug
from streamhub.statistics import model
from streamhub.statistics.model import Belonging

ERASED = "erased"
ABOUT_PEOPLE = frozenset({"invitation", "programme", "ledger", ERASED})
"""What is written with a notice of one of these may change who is counted; nothing else may."""


@dataclass(frozen=True, slots=True)
class Roster:
    """Everybody invited, and to which delegation those belong whom figures count.

    ``version`` grows with each reading, ``erasures`` with each one that drew a pseudonym anew.
    """

    people: tuple[Participant, ...]
    belonging: Belonging
    version: int
    erasures: int
    _registered: dict[SessionSlug | None, int] = field(default_factory=dict)

    def registered(self, session: SessionSlug | None = None) -> int:
        """Audience whose invitation stands and opens the session, or any."""
        if session not in self._registered:
            self._registered[session] = model.registered(self.people, session)
        return self._registered[session]


class Rosters:
    """The roster as it stands: ten thousand people are not read anew for each figure."""

    def __init__(self, db: Database, access: AccessService, imports: ImportsService) -> None:
        self._db = db
        self._access = access
        self._imports = imports
        self._roster: Roster | None = None
        self._last = 0
        self._lock = asyncio.Lock()

    async def now(self) -> Roster:
        """The roster after everything that is committed."""
        async with self._lock:
            if self._roster is None:
                self._last = await self._db.read(last_change)
                self._roster = await self._read(1, 0)
                return self._roster
            changes = await self._db.read(lambda tx: changes_after(tx, self._last))
            topics = {change.topic for change in changes}
            if topics & ABOUT_PEOPLE:
                erasures = self._roster.erasures + (ERASED in topics)
                self._roster = await self._read(self._roster.version + 1, erasures)
            if changes:
                self._last = changes[-1].id
            return self._roster

    async def _read(self, version: int, erasures: int) -> Roster:
        people = await self._access.participants()
        belonging: Belonging = {p.id: p.delegation for p in people if model.is_audience(p)}
        belonging |= {guest.participant: guest.delegation for guest in await self._imports.guests()}
        return Roster(people, belonging, version, erasures)
