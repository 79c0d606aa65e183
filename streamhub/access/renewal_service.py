"""New links for a whole delegation, none for pretend ones: every earlier one is dead at once."""

from dataclasses import dataclass
from functools import partial

from streamhub.access import store
from streamhub.access.gate import digest
from streamhub.access.model import CODE_LENGTH, Invitation, IssuedInvitation
from streamhub.access.service import AccessService
from streamhub.kit.clock import Clock, Instant
from streamhub.kit.db import Database, ReadTx, WriteTx
from streamhub.kit.ids import DelegationCode, InvitationId, random_base32
from streamhub.kit.log import get_logger
from streamhub.programme import edit_store
from streamhub.programme.model import REHEARSAL
from streamhub.programme.service import ProgrammeService

log = get_logger(__name__)

AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Renewed:
    """A delegation's new epoch, and the new link of each of its people who may still come."""

    delegation: DelegationCode
    epoch: int
    issued: tuple[IssuedInvitation, ...]


class RenewalService:
    """Ends every link of a delegation and makes new ones."""

    def __init__(
        self, db: Database, clock: Clock, programme: ProgrammeService, access: AccessService
    ) -> None:
        self._db = db
        self._clock = clock
        self._programme = programme
        self._access = access

    async def renew(self, code: DelegationCode, by: str) -> Renewed:
        """Raise the delegation's epoch: links, tokens and enterings made before open nothing.

        Whoever was neither revoked nor is past the invitation's end gets a new link, shown
        this once. Open pages close within a second. Raises NotFound.
        """
        await self._programme.delegation(code)
        now = self._clock.now()

        def run(tx: WriteTx) -> tuple[int, list[tuple[Invitation, str]]]:
            epoch = edit_store.raise_epoch(tx, code, now)
            rows = [row for _, row in store.invitation_list(tx, delegation=code, after=0, limit=None)]
            tx.notice("programme", code)
            return epoch, [_relinked(tx, row, epoch, now) for row in rows if _may_come(row, now)]

        epoch, rows = await self._db.write(run)
        await self._programme.forget(code)
        self._access.forget_all()
        log.info("delegation renewed", delegation=code, epoch=epoch, count=len(rows), by=by)
        return Renewed(code, epoch, tuple([await self._access.issued(row, link) for row, link in rows]))

    async def end_rehearsal(self, by: str) -> int:
        """Revoke every invitation of pretend delegates that stands; answers how many.

        A part at a time: whoever arrives meanwhile does not wait for all of them.
        """
        ended = after = 0
        while rows := await self._db.read(partial(_pretend, after=after)):
            after = rows[-1][0]
            standing = [row.id for _, row in rows if row.revoked_at is None]
            if standing:
                await self._db.write(partial(_revoked, ids=standing, at=self._clock.now(), by=by))
                ended += len(standing)
        log.info("rehearsal ended", count=ended, by=by)
        return ended


def _pretend(tx: ReadTx, *, after: int) -> list[tuple[int, Invitation]]:
    return store.invitation_list(tx, delegation=REHEARSAL, after=after, limit=AT_ONCE)


def _revoked(tx: WriteTx, *, ids: list[InvitationId], at: Instant, by: str) -> None:
    for one in ids:
        store.revoke(tx, one, at, by)
        tx.notice("invitation", one)


def _may_come(row: Invitation, now: Instant) -> bool:
    return row.revoked_at is None and row.expires_at > now


def _relinked(tx: WriteTx, row: Invitation, epoch: int, at: Instant) -> tuple[Invitation, str]:
    link = random_base32(CODE_LENGTH)
    store.replace(tx, row, digest(link), epoch=epoch, expires_at=row.expires_at, at=at)
    tx.notice("invitation", row.id)
    return store.invitation(tx, row.id) or row, link
