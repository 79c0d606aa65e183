"""Who has tried the connection before the summit, and who has not."""

from collections.abc import Collection

from streamhub.access.model import Grant
from streamhub.access.roles import AUDIENCE
from streamhub.kit.clock import Clock
from streamhub.kit.cursor import page_of, position
from streamhub.kit.db import Database
from streamhub.kit.errors import FieldInvalid, FieldProblem
from streamhub.kit.ids import InvitationId
from streamhub.kit.log import get_logger
from streamhub.requests import trials_store as store
from streamhub.requests.trials_model import MAX_SKEW_MS, TestedPage, Trial

log = get_logger(__name__)


class TrialsService:
    """The last test of each invitation."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock

    async def record(self, grant: Grant, *, socket: bool, player: bool, clock_skew_ms: int) -> None:
        """Keep what a person's device could do, over what it could before; raises FieldInvalid."""
        if abs(clock_skew_ms) > MAX_SKEW_MS:
            raise FieldInvalid(FieldProblem("clock_skew_ms", "must be milliseconds of at most a century"))
        trial = Trial(self._clock.now(), socket, player, clock_skew_ms)
        await self._db.write(lambda tx: store.put(tx, grant.invitation, trial))
        log.info("connection tested", invitation=grant.invitation, socket=socket, player=player)

    async def of(self, invitations: Collection[InvitationId]) -> dict[InvitationId, Trial]:
        """The last tests of some invitations."""
        return await self._db.read(lambda tx: store.of(tx, invitations))

    async def audience(self, tested: bool | None, *, limit: int, cursor: str | None = None) -> TestedPage:  # noqa: FBT001 - three answers: has, has not, whichever
        """Delegates, press and correspondents who may still join; raises FieldInvalid for a bad cursor."""
        after, now = position(cursor), self._clock.now()
        rows = await self._db.read(
            lambda tx: store.tested_list(tx, AUDIENCE, tested=tested, now=now, after=after, limit=limit + 1)
        )
        return TestedPage(*page_of(rows, limit))
