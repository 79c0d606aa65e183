"""Invitations: issue, enter, check, revoke, replace; and who is barred from which session."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from streamhub.access import adding_store, admissions_store, erased_store, orders, roster, store
from streamhub.access.gate import Gate, digest
from streamhub.access.issuers import NOBODY_ELSE, Issuers
from streamhub.access.model import (
    CODE_LENGTH,
    DevicePolicy,
    Entered,
    Grant,
    Identity,
    Invitation,
    InvitationOrder,
    IssuedInvitation,
    Jwks,
    NewInvitation,
    Page,
    Participant,
    SessionToken,
    StoredKey,
    Verdict,
)
from streamhub.access.orders import Facts
from streamhub.access.outside import Outside
from streamhub.access.roles import Role
from streamhub.access.signer import Signer
from streamhub.kit.clock import HOUR, SECOND, Clock, Instant
from streamhub.kit.cursor import page_of, position
from streamhub.kit.db import Database, WriteTx
from streamhub.kit.errors import FieldInvalid, FieldProblem, NotFound, WrongSession
from streamhub.kit.ids import (
    DelegationCode,
    InvitationId,
    ParticipantId,
    SessionSlug,
    random_base32,
)
from streamhub.kit.log import get_logger
from streamhub.kit.settings import Settings
from streamhub.kit.tasks import every
from streamhub.programme.model import Session
from streamhub.programme.service import ProgrammeService

log = get_logger(__name__)

MIN_TTL_SECONDS = 60


class AccessService:
    """Who may join what. ``keys_folder`` holds the private signing keys."""

    def __init__(
        self,
        db: Database,
        clock: Clock,
        settings: Settings,
        programme: ProgrammeService,
        keys_folder: Path,
        issuers: Issuers = NOBODY_ELSE,
    ) -> None:
        self._db = db
        self._clock = clock
        self._settings = settings
        self._programme = programme
        own = settings.issuer or settings.public_url
        self.issuers = issuers
        self.signer = Signer(db, clock, own, keys_folder, issuers.keys())
        outside = Outside(db, clock, settings, programme, issuers)
        self._gate = Gate(db, clock, programme, self.signer, outside)

    # Issuing

    async def issue(self, order: InvitationOrder, by: str) -> tuple[IssuedInvitation, ...]:
        """Make ``order.count`` invitations, each for a new participant with the next seat.

        Links and tokens are in the answer and nowhere else. Raises FieldInvalid.
        """
        facts = await self.facts()
        return await self._issue(orders.complete(order, facts), facts, by, seats=None)

    async def issue_as(self, order: InvitationOrder, grant: Grant) -> tuple[IssuedInvitation, ...]:
        """The same within what the holder of ``grant`` may order; raises RoleForbidden too."""
        facts = await self.facts()
        complete = orders.complete(orders.bounded(order, grant, facts), facts)
        return await self._issue(complete, facts, grant.participant, _seats_of(grant, facts))

    async def replace(self, invitation_id: InvitationId, by: str) -> IssuedInvitation:
        """A new link for the same participant; all earlier links, tokens and grants are dead.

        Raises NotFound, or InvitationRevoked for one that was revoked.
        """
        return await self._replace(invitation_id, await self.facts(), by, seats=None)

    async def replace_as(self, invitation_id: InvitationId, grant: Grant) -> IssuedInvitation:
        """The same by the holder of ``grant``; raises FieldInvalid too where that takes a seat too many."""
        facts = await self.facts()
        return await self._replace(invitation_id, facts, grant.participant, _seats_of(grant, facts))

    async def session_token(
        self, slug: SessionSlug, invitation_id: InvitationId, ttl_seconds: int | None
    ) -> SessionToken:
        """A token for one session, for ``ttl_seconds`` or as long as the invitation.

        Raises UnknownSession, NotFound, WrongSession, InvitationRevoked, TokenExpired, FieldInvalid.
        """
        session = await self._programme.session(slug)
        invitation = await self.invitation(invitation_id)
        now = self._clock.now()
        facts = await self.facts()
        invitation.check_open(epoch=facts.epoch(invitation.delegation), now=now)
        if not invitation.grant().allows(session.slug):
            raise WrongSession("the invitation does not open this session")
        until = invitation.expires_at
        if ttl_seconds is not None:
            if ttl_seconds < MIN_TTL_SECONDS:
                raise FieldInvalid(FieldProblem("ttl", f"must be at least {MIN_TTL_SECONDS} seconds"))
            until = min(until, now + ttl_seconds * SECOND)
        token = await self.signer.mint(invitation, frozenset({session.slug}), until, session.run)
        return SessionToken(token=token, link=self._token_link(token), expires_at=_whole_second(until))

    async def personal_link(self, invitation: Invitation, grant: Grant | None = None) -> str:
        """A signed link of the invitation's present generation: it can be made at any time.

        The short link cannot: only the hash of its code is kept. It opens no more than ``grant``.
        """
        if grant is None:
            return self._token_link(await self.signer.mint(invitation))
        return self._token_link(await self.signer.mint(invitation, grant.sessions, grant.expires_at))

    async def issued(self, invitation: Invitation, code: str) -> IssuedInvitation:
        """An invitation just made, with its link and a token."""
        token = await self.signer.mint(invitation)
        link = f"{self._settings.public_url}/j/{code}"
        return IssuedInvitation(invitation=invitation, link=link, token=token)

    async def facts(self) -> Facts:
        """What an order is checked against now."""
        summit, sessions = await self._programme.summit(), await self._programme.sessions()
        now = self._clock.now()
        return Facts(
            now=now,
            sessions=frozenset(session.slug for session in sessions),
            delegations={d.code: d for d in await self._programme.delegations()},
            summit_end=orders.summit_end(summit, sessions, self._settings.overrun_minutes, now),
            day_end=orders.day_end(summit.timezone, now),
            device_limit=self._settings.device_limit,
            device_policy=DevicePolicy(self._settings.device_policy),
        )

    # Entering

    async def enter(self, credential: str) -> Entered:
        """Let in by a link code or a token; the cookie's secret is in the answer alone.

        Raises CodeUnknown, InvitationRevoked, TokenInvalid, TokenExpired or TokenNotYetValid.
        """
        return await self._gate.enter(credential)

    async def leave(self, cookie: str) -> None:
        """Forget one entering."""
        await self._gate.leave(cookie)

    async def grant_for_cookie(self, cookie: str) -> Grant:
        """What a cookie lets its request do; raises as ``enter`` does."""
        return await self._gate.grant_for_cookie(cookie)

    async def grant_for_token(self, token: str) -> Grant:
        """What a bearer token lets its request do; raises as ``enter`` does."""
        return await self._gate.grant_for_token(token)

    async def require(self, grant: Grant, slug: SessionSlug) -> None:
        """Raise UnknownSession, WrongSession or Removed unless the grant opens the session."""
        await self._gate.require(grant, slug)

    async def verify(self, token: str, session: SessionSlug | None = None) -> Verdict:
        """Whether a token opens something now, or this session."""
        return await self._gate.verify(token, session)

    async def remember(self) -> None:
        """Read what is asked of everybody who comes, before they do; called at the start."""
        await self._gate.remember()
        await self.signer.keys()

    def forget(self, invitation_id: InvitationId) -> None:
        """Read the invitation again at its next use; called when ``invitation`` was noticed."""
        self._gate.forget(invitation_id)

    def forget_all(self) -> None:
        """Read every invitation again at its next use: many were changed."""
        self._gate.forget_all()

    async def keep_clean(self) -> None:
        """Forget the enterings that are over, every hour, for ever."""
        await every(HOUR / SECOND, self.drop_expired_grants)

    async def drop_expired_grants(self) -> None:
        """Forget the enterings that are over."""
        now = self._clock.now()
        dropped = await self._db.write(lambda tx: store.drop_expired_grants(tx, now))
        log.info("grants that are over forgotten", count=dropped)

    # Keeping

    async def invitation(self, invitation_id: InvitationId) -> Invitation:
        """One invitation; raises NotFound."""
        return _required(await self._db.read(lambda tx: store.invitation(tx, invitation_id)))

    async def find(self, invitation_id: InvitationId) -> Invitation | None:
        """One invitation; None where there is none, or none any more since its person was erased."""
        return await self._db.read(lambda tx: store.invitation(tx, invitation_id))

    async def invitation_of(self, participant: ParticipantId) -> Invitation:
        """The invitation of one participant; raises NotFound."""
        return _required(await self._db.read(lambda tx: store.invitation_of(tx, participant)))

    async def invitations(
        self, *, delegation: DelegationCode | None = None, limit: int = 100, cursor: str | None = None
    ) -> Page:
        """Invitations in the order in which they were made; raises FieldInvalid for a bad cursor."""
        after = position(cursor)
        rows = await self._db.read(
            lambda tx: store.invitation_list(tx, delegation=delegation, after=after, limit=limit + 1)
        )
        return Page(*page_of(rows, limit))

    async def every_invitation(self, delegation: DelegationCode | None = None) -> list[Invitation]:
        """All invitations, or those of one delegation, in the order in which they were made."""
        rows = await self._db.read(
            lambda tx: store.invitation_list(tx, delegation=delegation, after=0, limit=None)
        )
        return [row for _, row in rows]

    async def participants(self) -> tuple[Participant, ...]:
        """Everybody ever invited, by pseudonym, in the order of the invitations."""
        people, erased = await self._db.read(lambda tx: (store.participant_list(tx), erased_store.erased(tx)))
        return tuple(replace(one, erased=one.id in erased) for one in people)

    async def participant(self, participant: ParticipantId) -> Participant:
        """One participant; raises NotFound."""
        return (await self.invitation_of(participant)).person()

    async def participant_by_code(self, code: str) -> Participant:
        """Who stands behind a scanned link, code or token; raises as ``enter`` does."""
        grant = await self._gate.grant_for_code(code)
        return await self.participant(grant.participant)

    async def identities(self) -> tuple[Identity, ...]:
        """Names and e-mails, as far as they are kept: for organisers, mails and comparing Zoom lists."""
        return tuple(await self._db.read(store.identity_list))

    async def revoke(self, invitation_id: InvitationId, by: str) -> Invitation:
        """End an invitation: its grants die at once. A second time changes nothing; raises NotFound."""

        def run(tx: WriteTx) -> Invitation:
            if _required(store.invitation(tx, invitation_id)).revoked_at is None:
                store.revoke(tx, invitation_id, self._clock.now(), by)
                tx.notice("invitation", invitation_id)
            return _required(store.invitation(tx, invitation_id))

        revoked = await self._db.write(run)
        self._gate.forget(invitation_id)
        log.info("invitation revoked", invitation=invitation_id, by=by)
        return revoked

    # Being barred

    async def remove(self, slug: SessionSlug, participant: ParticipantId, by: str) -> None:
        """Bar a participant from a session until ``admit``; raises UnknownSession or NotFound."""
        await self._known(slug, participant)
        now = self._clock.now()

        def run(tx: WriteTx) -> None:
            if store.remove(tx, slug, participant, now, by):
                tx.notice("removal", f"{slug}/{participant}")
            if admissions_store.take_back(tx, slug, participant):
                tx.notice("admission", slug)

        await self._db.write(run)
        self._gate.forget_removals()
        log.info("participant removed", session=slug, participant=participant, by=by)

    async def admit(self, slug: SessionSlug, participant: ParticipantId, by: str) -> None:
        """Let a participant in: barred no more, and in this holding whatever seats are left.

        Raises UnknownSession or NotFound.
        """
        session = await self._known(slug, participant)
        now = self._clock.now()

        def run(tx: WriteTx) -> None:
            if admissions_store.admit_person(tx, slug, session.run, participant, now, by):
                tx.notice("admission", slug)
            if store.admit(tx, slug, participant):
                tx.notice("removal", f"{slug}/{participant}")

        await self._db.write(run)
        self._gate.forget_removals()
        log.info("participant admitted", session=slug, participant=participant, by=by)

    async def is_removed(self, slug: SessionSlug, participant: ParticipantId) -> bool:
        """Whether the participant is barred from the session."""
        return await self._gate.is_removed(slug, participant)

    async def removed(self, slug: SessionSlug) -> frozenset[ParticipantId]:
        """Everybody who is barred from the session."""
        return await self._gate.removed(slug)

    async def forget_removals(self, _key: str) -> None:
        """Read again who is barred; called when ``removal`` was noticed."""
        self._gate.forget_removals()

    # Keys

    async def jwks(self) -> Jwks:
        """The key set for ``/.well-known/jwks.json``."""
        return await self.signer.jwks()

    async def signing_keys(self) -> Sequence[StoredKey]:
        """Every signing key, the newest first; the first use makes one."""
        await self.signer.key()
        return await self.signer.stored()

    async def _issue(
        self, order: InvitationOrder, facts: Facts, by: str, seats: int | None
    ) -> tuple[IssuedInvitation, ...]:
        codes = [random_base32(CODE_LENGTH) for _ in range(order.count)]
        new = [roster.new_invitation(order, facts, digest(code)) for code in codes]

        def run(tx: WriteTx) -> list[Invitation]:
            if seats is not None:
                roster.check_seats(store.seats_taken(tx, new[0].delegation, facts.now), order.count, seats)
            return [_add(tx, one, facts, by) for one in new]

        rows = await self._db.write(run)
        log.info("invitations issued", count=len(rows), role=order.role, delegation=order.delegation, by=by)
        return tuple([await self.issued(row, code) for row, code in zip(rows, codes, strict=True)])

    async def _replace(
        self, invitation_id: InvitationId, facts: Facts, by: str, seats: int | None
    ) -> IssuedInvitation:
        code = random_base32(CODE_LENGTH)

        def run(tx: WriteTx) -> Invitation:
            current = _required(store.invitation(tx, invitation_id))
            roster.check_replaceable(current)
            over = current.expires_at <= facts.now
            if over and seats is not None:
                roster.check_seats(store.seats_taken(tx, current.delegation, facts.now), 1, seats)
            until = facts.default_expiry if over else current.expires_at
            epoch = facts.epoch(current.delegation)
            store.replace(tx, current, digest(code), epoch=epoch, expires_at=until, at=facts.now)
            tx.notice("invitation", invitation_id)
            return _required(store.invitation(tx, invitation_id))

        replaced = await self._db.write(run)
        self._gate.forget(invitation_id)
        log.info("invitation replaced", invitation=replaced.id, generation=replaced.generation, by=by)
        return await self.issued(replaced, code)

    def _token_link(self, token: str) -> str:
        return f"{self._settings.public_url}/j#{token}"

    async def _known(self, slug: SessionSlug, participant: ParticipantId) -> Session:
        session = await self._programme.session(slug)
        await self.invitation_of(participant)
        return session


def _add(tx: WriteTx, new: NewInvitation, facts: Facts, by: str) -> Invitation:
    adding_store.add(tx, new, orders.seat_prefix(new.role, new.delegation), facts.now, by)
    tx.notice("invitation", new.id)
    return _required(store.invitation(tx, new.id))


def _seats_of(grant: Grant, facts: Facts) -> int | None:
    """How many delegates the holder of ``grant`` may have invited at once; None is no limit."""
    return facts.seats(grant.delegation) if grant.role is Role.CORRESPONDENT else None


def _required(found: Invitation | None) -> Invitation:
    if found is None:
        raise NotFound("no such invitation")
    return found


def _whole_second(instant: Instant) -> Instant:
    """Tokens count in seconds (RFC 7519): what is said of one is what it holds."""
    return instant // SECOND * SECOND
