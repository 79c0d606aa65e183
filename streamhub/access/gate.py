"""From a credential to a grant: links, tokens and cookies against the invitation's row."""

import hashlib
import re
import secrets
from collections.abc import Collection, Mapping

from streamhub.access import erased_store, store, tokens
from streamhub.access.model import Entered, Grant, Invitation, Sessions, StoredGrant, Verdict
from streamhub.access.outside import Outside
from streamhub.access.proved import Proved
from streamhub.access.signer import Signer
from streamhub.access.strict import Claims
from streamhub.kit.clock import SECOND, Clock
from streamhub.kit.db import Database
from streamhub.kit.errors import (
    CodeUnknown,
    InvitationRevoked,
    Removed,
    StreamhubError,
    TokenExpired,
    TokenInvalid,
    WrongSession,
)
from streamhub.kit.ids import DelegationCode, InvitationId, ParticipantId, SessionSlug
from streamhub.kit.log import get_logger
from streamhub.kit.remembered import Gathered, Kept
from streamhub.programme.service import ProgrammeService

log = get_logger(__name__)

COOKIE_BYTES = 32
_LINK = re.compile(r"^https?://[^/]+/j[/#]")
CACHED = 20_000  # invitations kept in memory: some 10 MB


class Gate:
    """Lets in and keeps out. Rows of invitations are cached until ``forget``."""

    def __init__(
        self, db: Database, clock: Clock, programme: ProgrammeService, signer: Signer, outside: Outside
    ) -> None:
        self._db = db
        self._clock = clock
        self._programme = programme
        self._signer = signer
        self._outside = outside
        self._proved = Proved()
        self._cache: dict[InvitationId, Invitation] = {}
        self._forgotten = 0
        self._asked: Gathered[InvitationId, Invitation] = Gathered(self._read)
        self._removed: Kept[SessionSlug, frozenset[ParticipantId]] = Kept(self._read_removed)

    def forget(self, invitation: InvitationId) -> None:
        """Read the row again at its next use: somebody changed it."""
        self._forgotten += 1
        self._cache.pop(invitation, None)

    def forget_all(self) -> None:
        """Read every row again at its next use: many were changed."""
        self._forgotten += 1
        self._cache.clear()

    async def remember(self) -> None:
        """Read the invitations before anybody comes: after a restart everybody comes at once."""
        before = self._forgotten
        found = await self._db.read(lambda tx: store.first_invitations(tx, CACHED))
        if before == self._forgotten:
            self._cache.update(found)

    async def enter(self, credential: str) -> Entered:
        """Make a grant for a link code or a token.

        Raises CodeUnknown, InvitationRevoked, TokenInvalid, TokenExpired or TokenNotYetValid.
        """
        opened = await self._opened(credential)
        cookie = secrets.token_urlsafe(COOKIE_BYTES)
        row = StoredGrant(
            opened.invitation, opened.generation, opened.sessions, opened.expires_at, opened.run
        )
        now = self._clock.now()
        await self._db.write(lambda tx: store.add_grant(tx, digest(cookie), row, now))
        return Entered(cookie, opened)

    async def grant_for_cookie(self, cookie: str) -> Grant:
        """What a cookie lets its request do; raises as ``enter`` does."""
        found = await self._db.read(lambda tx: store.grant(tx, digest(cookie)))
        if found is None:
            raise TokenInvalid("this browser was not let in, or no longer is", reason="cookie")
        invitation = await self._checked(found.invitation, found.generation)
        if found.expires_at <= self._clock.now():
            raise TokenExpired("the token is over", expired_at=found.expires_at)
        await self._check_run(found.sessions, found.run)
        return invitation.grant(found.sessions, found.expires_at, found.run)

    async def grant_for_token(self, token: str) -> Grant:
        """What a bearer token lets its request do; raises as ``enter`` does."""
        return await self._by_token(token)

    async def grant_for_code(self, credential: str) -> Grant:
        """What a scanned link, code or token stands for; nobody enters. Raises as ``enter`` does."""
        return await self._opened(credential)

    async def leave(self, cookie: str) -> None:
        """Forget one entering: the browser's cookie opens nothing any more."""
        await self._db.write(lambda tx: store.drop_grant(tx, digest(cookie)))

    async def verify(self, token: str, session: SessionSlug | None) -> Verdict:
        """Whether a token opens something now, or this session; never raises for the token."""
        claims: Claims | None = None
        try:
            claims = self._proved.verify(token, await self._signer.keys())
            tokens.check_times(claims, self._clock.now())
            grant = await self._by_claims(claims, comes=False)
            if session is not None:
                await self.require(grant, session)
        except StreamhubError as error:
            return _refused(error, claims)
        return Verdict(valid=True, claims=claims, signer=claims.iss)

    async def require(self, grant: Grant, session: SessionSlug) -> None:
        """Raise UnknownSession, WrongSession or Removed unless the grant opens the session."""
        await self._programme.session(session)
        if not grant.allows(session):
            raise WrongSession("the invitation does not open this session")
        if await self.is_removed(session, grant.participant):
            raise Removed("removed from this session")

    async def is_removed(self, session: SessionSlug, participant: ParticipantId) -> bool:
        """Whether somebody is barred from a session."""
        return participant in await self.removed(session)

    async def removed(self, session: SessionSlug) -> frozenset[ParticipantId]:
        """Who is barred from a session; kept until ``forget_removals``."""
        return await self._removed.get(session)

    def forget_removals(self) -> None:
        """Read at the next question who is barred: somebody was, or is no more."""
        self._removed.forget()

    async def _opened(self, credential: str) -> Grant:
        """By link code or token, or by the whole link that a camera read or a person copied."""
        bare = _LINK.sub("", credential.strip()).partition("?")[0]
        if "." in bare:
            return await self._by_token(bare)
        return await self._by_code(bare)

    async def _by_token(self, token: str) -> Grant:
        """What a token opens; the log tells why one is refused, the caller hears the code alone."""
        claims: Claims | None = None
        try:
            claims = self._proved.verify(token, await self._signer.keys())
            tokens.check_times(claims, self._clock.now())
            return await self._by_claims(claims, comes=True)
        except StreamhubError as error:
            reason = error.reason if isinstance(error, TokenInvalid) else error.code
            log.info("token refused", reason=reason, jti=claims.jti if claims else None)
            raise

    async def _by_code(self, code: str) -> Grant:
        hashed = digest(code.lower())
        found = await self._db.read(lambda tx: store.code(tx, hashed))
        if found is None:
            raise CodeUnknown("this link opens nothing")
        invitation = await self._checked(*found)
        return invitation.grant()

    async def _by_claims(self, claims: Claims, *, comes: bool) -> Grant:
        """The invitation's row decides; the token may only narrow it. ``comes``: its holder is here."""
        if claims.iss != self._signer.issuer:
            invitation = await self._by_other_issuer(claims, comes=comes)
        elif claims.inv is None or claims.gen is None or claims.dep is None:
            raise TokenInvalid(reason="claim_missing", explanation="without inv, gen or dep")
        else:
            invitation = await self._checked(claims.inv, claims.gen, claims)
        await self._check_run(claims.sid, claims.run)
        return invitation.grant(claims.sid, claims.exp * SECOND, claims.run)

    async def _by_other_issuer(self, claims: Claims, *, comes: bool) -> Invitation:
        """The row of somebody whom another issuer invited; who comes for the first time is given one."""
        wish = await self._outside.wish(claims)
        row = await self._invitation(wish.id)
        granted = self._outside.granted(wish, row)
        if comes and granted != row:
            granted = await self._outside.take(wish)
            self.forget(wish.id)
        elif row is None and await self._is_erased(wish.id):
            raise InvitationRevoked("the person of this invitation was erased")
        epoch = await self._epoch(granted.delegation)
        granted.check(generation=granted.generation, epoch=epoch, now=self._clock.now())
        return self._outside.trusted(granted)

    async def _checked(
        self, invitation_id: InvitationId, generation: int, claims: Claims | None = None
    ) -> Invitation:
        invitation = await self._invitation(invitation_id)
        if invitation is None:
            if await self._is_erased(invitation_id):
                raise InvitationRevoked("the person of this invitation was erased")
            raise TokenInvalid(reason="invitation", explanation="no such invitation")
        if claims is not None:
            _check_subject(claims, invitation)
        epoch = await self._epoch(invitation.delegation)
        invitation.check(generation=generation, epoch=epoch, now=self._clock.now())
        return self._outside.trusted(invitation)

    async def _invitation(self, invitation_id: InvitationId) -> Invitation | None:
        cached = self._cache.get(invitation_id)
        if cached is not None:
            return cached
        before = self._forgotten
        found = await self._asked.get(invitation_id)
        if found is not None and before == self._forgotten:  # else the row may be older than the change
            if len(self._cache) >= CACHED:
                self._cache.clear()
            self._cache[invitation_id] = found
        return found

    async def _read(self, ids: Collection[InvitationId]) -> Mapping[InvitationId, Invitation]:
        return await self._db.read(lambda tx: store.invitations_of(tx, ids))

    async def _read_removed(self, session: SessionSlug) -> frozenset[ParticipantId]:
        return await self._db.read(lambda tx: store.removed(tx, session))

    async def _is_erased(self, invitation_id: InvitationId) -> bool:
        """Whether an invitation that is not there was that of somebody who was erased."""
        return await self._db.read(lambda tx: erased_store.is_erased(tx, invitation_id))

    async def _epoch(self, code: DelegationCode) -> int:
        return next((d.epoch for d in await self._programme.delegations() if d.code == code), 0)

    async def _check_run(self, sessions: Sessions, run: int | None) -> None:
        """A token for one holding of its sessions is no token for the next one."""
        for slug in (sessions or ()) if run is not None else ():
            if (await self._programme.session(slug)).run != run:
                raise WrongSession("the token was for another holding of this session")


def _refused(error: StreamhubError, claims: Claims | None) -> Verdict:
    """What is told of a token that opens nothing; its claims only where the token itself is good."""
    good = not isinstance(error, TokenInvalid)
    return Verdict(
        valid=False,
        code=error.code,
        claims=claims if good else None,
        reason=error.reason if isinstance(error, TokenInvalid) else error.code,
        explanation=error.explanation if isinstance(error, TokenInvalid) else str(error),
        signer=None if claims is None else claims.iss,
    )


def _check_subject(claims: Claims, invitation: Invitation) -> None:
    if claims.sub != invitation.participant:
        raise TokenInvalid(reason="subject", explanation="sub is not the person of the invitation")
    if claims.dep != invitation.epoch:
        raise InvitationRevoked("the links of the delegation were replaced", replaced=True)


def digest(secret: str) -> str:
    """What is stored of a code or cookie: both are random, so one plain hash is enough."""
    return hashlib.sha256(secret.encode(errors="replace")).hexdigest()
