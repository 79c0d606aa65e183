"""Invitations, the people they are for, and what a verified credential lets a request do."""

from dataclasses import dataclass
from enum import StrEnum

from streamhub.access.roles import Role
from streamhub.access.strict import Claims
from streamhub.kit.clock import DAY, Instant
from streamhub.kit.errors import InvitationRevoked, TokenExpired, TokenNotYetValid
from streamhub.kit.ids import DelegationCode, InvitationId, ParticipantId, SessionSlug

CODE_LENGTH = 26  # base32 characters of a link: 130 bits
MAX_LIFETIME = 400 * DAY
MAX_COUNT = 500  # invitations of one order
MAX_DEVICES = 20
MAX_LABEL = 120  # characters

Sessions = frozenset[SessionSlug] | None
"""The sessions that something opens; None is every session, those added later included."""


class DevicePolicy(StrEnum):
    """What happens when one more device than allowed connects.

    It is kept out, or the device that is there longest gives way, or all others do.
    """

    REFUSE = "refuse"
    REPLACE_OLDEST = "replace_oldest"
    TAKE_OVER = "take_over"


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """What a verified token or cookie lets a request do. It knows no name.

    ``seat`` is the public short name such as ``BJ-03``; ``label`` the function shown. ``run``:
    for this one holding of its sessions only.
    """

    participant: ParticipantId
    delegation: DelegationCode
    role: Role
    sessions: Sessions
    invitation: InvitationId
    generation: int
    expires_at: Instant
    devices: int
    label: str
    seat: str
    device_policy: DevicePolicy = DevicePolicy.REPLACE_OLDEST
    run: int | None = None

    def allows(self, slug: SessionSlug) -> bool:
        """Whether this opens the session; being removed from it is another matter."""
        return self.sessions is None or slug in self.sessions

    @property
    def whole(self) -> bool:
        """Whether this opens the whole summit, and not single sessions."""
        return self.sessions is None

    def covers(self, sessions: Sessions) -> bool:
        """Whether this opens everything that something else opens."""
        return self.sessions is None or (sessions is not None and sessions <= self.sessions)

    def meets(self, sessions: Sessions) -> bool:
        """Whether there is a session that both open."""
        return self.sessions is None or sessions is None or bool(sessions & self.sessions)


@dataclass(frozen=True, slots=True, kw_only=True)
class Participant:
    """One person or seat, by pseudonym. ``invited`` is false once the invitation was revoked.

    ``erased``: nobody is behind the pseudonym any more; it was registered and stays so in figures.
    """

    id: ParticipantId
    delegation: DelegationCode
    role: Role
    label: str
    seat: str
    sessions: Sessions
    invited: bool
    speak: bool
    erased: bool = False

    def allows(self, slug: SessionSlug) -> bool:
        """Whether this person was invited to the session."""
        return self.sessions is None or slug in self.sessions


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Who a participant is: kept in a table of its own, erased without changing a figure."""

    participant: ParticipantId
    name: str
    email: str
    lang: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """A participant's right to join, as it stands now.

    ``generation`` counts the links: an older link, token or grant is dead; ``replaced_at``
    says since when. ``epoch`` is the delegation's when the link was made: raising it there
    ends all links before. ``issuer`` is another issuer who invited this person (None: we
    did), ``issued_at`` when it made the newest token that was seen.
    """

    id: InvitationId
    participant: ParticipantId
    delegation: DelegationCode
    role: Role
    label: str
    seat: str
    speak: bool
    sessions: Sessions
    not_before: Instant | None
    expires_at: Instant
    devices: int
    device_policy: DevicePolicy
    generation: int
    epoch: int
    created_at: Instant
    revoked_at: Instant | None
    issuer: str | None = None
    issued_at: Instant | None = None
    replaced_at: Instant | None = None

    def check(self, *, generation: int, epoch: int, now: Instant) -> None:
        """Raise unless a credential of ``generation`` still opens something now.

        ``epoch`` is the delegation's at present. Raises InvitationRevoked, TokenExpired
        or TokenNotYetValid.
        """
        if self.revoked_at is not None:
            raise InvitationRevoked("the invitation was revoked")
        if generation != self.generation or epoch != self.epoch:
            raise InvitationRevoked("the link was replaced by a newer one", replaced=True)
        if self.expires_at <= now:
            raise TokenExpired("the invitation is over", expired_at=self.expires_at)
        if self.not_before is not None and self.not_before > now:
            raise TokenNotYetValid("the invitation is for later", opens_at=self.not_before)

    def check_open(self, *, epoch: int, now: Instant) -> None:
        """Raise unless its present link opens something, now or later; raises as ``check`` does."""
        self.check(generation=self.generation, epoch=epoch, now=max(now, self.not_before or now))

    def person(self) -> Participant:
        """The participant whom this is for."""
        return Participant(
            id=self.participant,
            delegation=self.delegation,
            role=self.role,
            label=self.label,
            seat=self.seat,
            sessions=self.sessions,
            invited=self.revoked_at is None,
            speak=self.speak,
        )

    def grant(
        self, sessions: Sessions = None, expires_at: Instant | None = None, run: int | None = None
    ) -> Grant:
        """What this opens, narrowed to the sessions, the time and the holding that a token was for."""
        return Grant(
            participant=self.participant,
            delegation=self.delegation,
            role=self.role,
            sessions=narrowed(self.sessions, sessions),
            invitation=self.id,
            generation=self.generation,
            expires_at=self.expires_at if expires_at is None else min(expires_at, self.expires_at),
            devices=self.devices,
            label=self.label,
            seat=self.seat,
            device_policy=self.device_policy,
            run=run,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class InvitationOrder:
    """What somebody asks to be issued; None leaves it to the defaults.

    ``delegation`` None: the reserved ``STAFF`` for roles that need none.
    """

    role: Role
    delegation: DelegationCode | None = None
    count: int = 1
    sessions: tuple[SessionSlug, ...] | None = None
    devices: int | None = None
    device_policy: DevicePolicy | None = None
    not_before: Instant | None = None
    expires_at: Instant | None = None
    label: str = ""
    speak: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class NewInvitation:
    """A checked order for one person, ready to be stored."""

    id: InvitationId
    participant: ParticipantId
    external_id: str | None
    delegation: DelegationCode
    role: Role
    label: str
    speak: bool
    sessions: Sessions
    not_before: Instant | None
    expires_at: Instant
    devices: int
    device_policy: DevicePolicy
    epoch: int
    code_hash: str | None
    issuer: str | None = None
    issued_at: Instant | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuedInvitation:
    """An invitation with its secrets: they are shown now and never again."""

    invitation: Invitation
    link: str
    token: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionToken:
    """A token for one session."""

    token: str
    link: str
    expires_at: Instant


@dataclass(frozen=True, slots=True)
class Entered:
    """The secret of the cookie, shown once, and what it opens."""

    cookie: str
    grant: Grant


@dataclass(frozen=True, slots=True)
class StoredGrant:
    """One entering: what the hash of a cookie stands for."""

    invitation: InvitationId
    generation: int
    sessions: Sessions
    expires_at: Instant
    run: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Whether a token opens something now.

    ``code`` says why not; ``claims`` are there once the signature was good. ``reason``,
    ``explanation`` and ``signer`` (whose good signature it is) are for the command line.
    """

    valid: bool
    code: str | None = None
    claims: Claims | None = None
    reason: str = ""
    explanation: str = ""
    signer: str | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list; ``next`` is the cursor of the following page, None at the end."""

    items: tuple[Invitation, ...]
    next: str | None


class KeyState(StrEnum):
    """What a signing key is still good for."""

    SIGNS = "signs"
    VERIFIES = "verifies"
    OVER = "over"


@dataclass(frozen=True, slots=True)
class StoredKey:
    """The public part and validity of one signing key.

    ``retired_at`` None: it signs. A retired one checks its tokens before ``verify_until``.
    """

    kid: str
    x: str
    created_at: Instant
    retired_at: Instant | None = None
    verify_until: Instant | None = None

    def state(self, now: Instant) -> KeyState:
        """What the key is good for now."""
        if self.retired_at is None:
            return KeyState.SIGNS
        return KeyState.VERIFIES if now < (self.verify_until or 0) else KeyState.OVER


@dataclass(frozen=True, slots=True)
class PublicKey:
    """One entry of the key set that we publish (RFC 7517, RFC 8037)."""

    kty: str
    crv: str
    x: str
    kid: str
    alg: str
    use: str


@dataclass(frozen=True, slots=True)
class Jwks:
    """The key set that we publish: public parts only."""

    keys: tuple[PublicKey, ...]


def narrowed(ours: Sessions, asked: Sessions) -> Sessions:
    """The sessions that both allow."""
    if ours is None:
        return asked
    return ours if asked is None else ours & asked
