"""People whom another issuer invited: what its configuration allows, and the row that makes them revocable.

The row is made when somebody first comes with a good token. From then on it decides, as for
everybody: a person who was revoked stays so whatever tokens the issuer makes.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from streamhub.access import adding_store, erased_store, orders, outside_store, store
from streamhub.access.issuers import Issuer, Issuers, invitation_of, participant_of
from streamhub.access.model import DevicePolicy, Invitation, NewInvitation, Sessions, narrowed
from streamhub.access.roles import NEEDS_DELEGATION, Role
from streamhub.access.strict import Claims
from streamhub.kit.clock import SECOND, Clock, Instant
from streamhub.kit.db import Database, WriteTx
from streamhub.kit.errors import InvitationRevoked, RoleForbidden, TokenInvalid, WrongSession
from streamhub.kit.ids import DelegationCode, InvitationId, ParticipantId
from streamhub.kit.log import get_logger
from streamhub.kit.settings import Settings
from streamhub.programme.model import STAFF, Delegation
from streamhub.programme.service import ProgrammeService

log = get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What a token of another issuer asks for, within what that issuer may give."""

    id: InvitationId
    participant: ParticipantId
    issuer: str
    delegation: DelegationCode
    role: Role
    sessions: Sessions
    epoch: int
    issued_at: Instant
    expires_at: Instant


class Outside:
    """The people of other issuers."""

    def __init__(
        self, db: Database, clock: Clock, settings: Settings, programme: ProgrammeService, issuers: Issuers
    ) -> None:
        self.issuers = issuers
        self._db = db
        self._clock = clock
        self._devices = settings.device_limit
        self._policy = DevicePolicy(settings.device_policy)
        self._programme = programme

    async def wish(self, claims: Claims) -> Wish:
        """What a token with a good signature asks for.

        Raises TokenInvalid, RoleForbidden or WrongSession for more than its issuer may give,
        and InvitationRevoked where all links of its delegation were made anew since.
        """
        issuer = self.issuers.find(claims.iss)
        if issuer is None:
            raise TokenInvalid(reason="issuer", explanation="not an issuer that we know")
        if any(own is not None for own in (claims.inv, claims.gen, claims.dep)):
            raise TokenInvalid(reason="claim_unexpected", explanation="inv, gen and dep are ours to write")
        if claims.role not in issuer.roles:
            raise RoleForbidden(f"this issuer may not invite as {claims.role}")
        sessions = narrowed(issuer.sessions, claims.sid)
        if sessions is not None and not sessions:
            raise WrongSession("this issuer may not invite to these sessions")
        delegation = await self._delegation(claims, issuer)
        if delegation is not None and _is_before(claims, delegation.renewed_at):
            raise InvitationRevoked("the links of the delegation were replaced", replaced=True)
        return Wish(
            id=invitation_of(claims.iss, claims.sub),
            participant=participant_of(claims.iss, claims.sub),
            issuer=claims.iss,
            delegation=claims.dlg,
            role=claims.role,
            sessions=sessions,
            epoch=0 if delegation is None else delegation.epoch,
            issued_at=claims.iat * SECOND,
            expires_at=claims.exp * SECOND,
        )

    def granted(self, wish: Wish, row: Invitation | None) -> Invitation:
        """The row as it would be after this token; raises InvitationRevoked for an older one."""
        if row is None:
            return self._first(wish)
        if row.revoked_at is None and row.replaced_at is not None and wish.issued_at <= row.replaced_at:
            raise InvitationRevoked("the link was replaced by a newer one", replaced=True)
        return row if row.revoked_at is not None else _merged(row, wish)

    async def take(self, wish: Wish) -> Invitation:
        """Make the person's row, or bring it up to a newer token; raises InvitationRevoked."""
        return await self._db.write(self._taking(wish))

    def trusted(self, row: Invitation) -> Invitation:
        """The row within what its issuer may give today; raises TokenInvalid where that is nothing."""
        if row.issuer is None:
            return row
        issuer = self.issuers.find(row.issuer)
        if issuer is None or row.role not in issuer.roles or not issuer.allows_delegation(row.delegation):
            raise TokenInvalid(reason="issuer", explanation="the issuer may not invite this person any more")
        return replace(row, sessions=narrowed(row.sessions, issuer.sessions))

    def _taking(self, wish: Wish) -> Callable[[WriteTx], Invitation]:
        def run(tx: WriteTx) -> Invitation:
            row = store.invitation(tx, wish.id)
            if row is None and erased_store.is_erased(tx, wish.id):
                raise InvitationRevoked("the person of this invitation was erased")
            wanted = self.granted(wish, row)
            if row is None:
                adding_store.add(tx, _new(wanted), _prefix(wanted), wanted.created_at, wish.issuer)
                log.info("invitation of another issuer", invitation=wanted.id, participant=wanted.participant)
            elif wanted != row:
                store.update(tx, row, _new(wanted), _prefix(wanted), wanted.expires_at)
                outside_store.set_taken(tx, wanted)
            if wanted != row:
                tx.notice("invitation", wish.id)
            return store.invitation(tx, wish.id) or wanted

        return run

    def _first(self, wish: Wish) -> Invitation:
        return Invitation(
            id=wish.id,
            participant=wish.participant,
            delegation=wish.delegation,
            role=wish.role,
            label="",
            seat="",
            speak=False,
            sessions=wish.sessions,
            not_before=None,
            expires_at=wish.expires_at,
            devices=self._devices,
            device_policy=self._policy,
            generation=1,
            epoch=wish.epoch,
            created_at=self._clock.now(),
            revoked_at=None,
            issuer=wish.issuer,
            issued_at=wish.issued_at,
        )

    async def _delegation(self, claims: Claims, issuer: Issuer) -> Delegation | None:
        """The delegation of the token; None for staff, who need none."""
        known = {delegation.code: delegation for delegation in await self._programme.delegations()}
        staff = claims.dlg == STAFF and claims.role not in NEEDS_DELEGATION
        if not issuer.allows_delegation(claims.dlg) or not (staff or claims.dlg in known):
            raise TokenInvalid(reason="delegation", explanation="not a delegation for this issuer")
        return known.get(claims.dlg)


def _merged(row: Invitation, wish: Wish) -> Invitation:
    """The newest token says role and delegation; another one than before ends what was open.

    So does a renewal of the delegation: ``wish`` is of a token made after it.
    """
    wider = row.sessions is None or wish.sessions is None
    merged = replace(
        row,
        sessions=None if wider else (row.sessions or frozenset()) | (wish.sessions or frozenset()),
        expires_at=max(row.expires_at, wish.expires_at),
        issued_at=max(row.issued_at or 0, wish.issued_at),
    )
    if (row.role, row.delegation) == (wish.role, wish.delegation) and wish.epoch <= row.epoch:
        return merged
    if wish.issued_at <= (row.issued_at or 0):
        raise InvitationRevoked("a newer token says another role or delegation", replaced=True)
    return replace(
        merged,
        role=wish.role,
        delegation=wish.delegation,
        epoch=wish.epoch,
        generation=row.generation + 1,
    )


def _new(wanted: Invitation) -> NewInvitation:
    return NewInvitation(
        id=wanted.id,
        participant=wanted.participant,
        external_id=None,
        delegation=wanted.delegation,
        role=wanted.role,
        label=wanted.label,
        speak=wanted.speak,
        sessions=wanted.sessions,
        not_before=wanted.not_before,
        expires_at=wanted.expires_at,
        devices=wanted.devices,
        device_policy=wanted.device_policy,
        epoch=wanted.epoch,
        code_hash=None,
        issuer=wanted.issuer,
        issued_at=wanted.issued_at,
    )


def _prefix(wanted: Invitation) -> str:
    return orders.seat_prefix(wanted.role, wanted.delegation)


def _is_before(claims: Claims, instant: Instant | None) -> bool:
    return instant is not None and claims.iat * SECOND <= instant
