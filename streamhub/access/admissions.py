"""What a moderator lifts: the seats of a delegation in a session, the devices of an invitation."""

from streamhub.access import admissions_store, orders, store
from streamhub.access.admissions_model import Admissions
from streamhub.access.model import DevicePolicy, Invitation
from streamhub.access.service import AccessService
from streamhub.kit.clock import Clock
from streamhub.kit.db import Database, WriteTx
from streamhub.kit.errors import FieldInvalid, FieldProblem, NotFound
from streamhub.kit.ids import DelegationCode, InvitationId, SessionSlug
from streamhub.kit.log import get_logger
from streamhub.kit.remembered import Kept
from streamhub.programme.model import Session
from streamhub.programme.service import ProgrammeService

log = get_logger(__name__)

TOPIC = "admission"
"""What is noticed, with the slug, when somebody was let into a session beyond the seats."""


class AdmissionService:
    """Limits, and who is above them. A single person is let in by ``AccessService.admit``."""

    def __init__(
        self, db: Database, clock: Clock, programme: ProgrammeService, access: AccessService
    ) -> None:
        self._db = db
        self._clock = clock
        self._programme = programme
        self._access = access
        self._known: Kept[tuple[SessionSlug, int], Admissions] = Kept(self._read)

    async def admit_delegation(self, slug: SessionSlug, code: DelegationCode, by: str) -> None:
        """Let everybody of a delegation into this holding of a session, however few its seats.

        Raises UnknownSession, or NotFound for an unknown delegation.
        """
        session, now = await self._holding(slug, code), self._clock.now()

        def run(tx: WriteTx) -> None:
            if admissions_store.admit_delegation(tx, slug, session.run, code, now, by):
                tx.notice(TOPIC, slug)

        await self._db.write(run)
        await self.forget(slug)
        log.info("delegation admitted", session=slug, delegation=code, by=by)

    async def hold_delegation(self, slug: SessionSlug, code: DelegationCode, by: str) -> None:
        """Take that back: who is in stays and uses a seat, whoever comes now needs one.

        Raises UnknownSession, or NotFound for an unknown delegation.
        """
        session = await self._holding(slug, code)

        def run(tx: WriteTx) -> None:
            if admissions_store.take_back_delegation(tx, slug, session.run, code):
                tx.notice(TOPIC, slug)

        await self._db.write(run)
        await self.forget(slug)
        log.info("delegation held", session=slug, delegation=code, by=by)

    async def _holding(self, slug: SessionSlug, code: DelegationCode) -> Session:
        session = await self._programme.session(slug)
        if code not in {delegation.code for delegation in await self._programme.delegations()}:
            raise NotFound("no such delegation")
        return session

    async def of(self, session: Session) -> Admissions:
        """Everybody who was let into this holding beyond the seats; kept until ``forget``."""
        return await self._known.get((session.slug, session.run))

    async def forget(self, _slug: str) -> None:
        """Read admissions again at the next question; subscribe this to ``TOPIC``."""
        self._known.forget()

    async def _read(self, holding: tuple[SessionSlug, int]) -> Admissions:
        return await self._db.read(lambda tx: admissions_store.of_run(tx, *holding))

    async def set_devices(
        self, invitation_id: InvitationId, devices: int, policy: DevicePolicy | None, by: str
    ) -> Invitation:
        """On how many devices a link may be open at once, and what one more means.

        No ``policy`` leaves it as it is; open pages stay. Raises NotFound or FieldInvalid.
        """
        if problem := orders.devices_problem(devices):
            raise FieldInvalid(FieldProblem("devices", problem))
        old = await self._access.invitation(invitation_id)
        chosen = old.device_policy if policy is None else policy

        def run(tx: WriteTx) -> None:
            store.set_devices(tx, invitation_id, devices, chosen)
            tx.notice("invitation", invitation_id)

        await self._db.write(run)
        self._access.forget(invitation_id)
        log.info("device limit set", invitation=invitation_id, devices=devices, policy=chosen, by=by)
        return await self._access.invitation(invitation_id)
