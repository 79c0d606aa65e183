"""Testing the connection days before: what a device could do, and who has not tried. Pure."""

from dataclasses import dataclass

from streamhub.access.roles import Role
from streamhub.kit.clock import SECOND, Instant
from streamhub.kit.ids import DelegationCode, InvitationId, ParticipantId

MAX_SKEW_MS = 100 * 365 * 86_400 * SECOND  # a clock further off than a century is a mistyped number


@dataclass(frozen=True, slots=True)
class Trial:
    """The last test of one person's connection.

    ``clock_skew_ms`` above 0: the device's clock is ahead of ours.
    """

    tested_at: Instant
    socket: bool
    player: bool
    clock_skew_ms: int

    @property
    def works(self) -> bool:
        """Whether a session can be followed as it is meant to be."""
        return self.socket and self.player


@dataclass(frozen=True, slots=True, kw_only=True)
class Tested:
    """An invited person and the last test; None: none yet."""

    invitation: InvitationId
    participant: ParticipantId
    delegation: DelegationCode
    role: Role
    seat: str
    label: str
    trial: Trial | None


@dataclass(frozen=True, slots=True)
class TestedPage:
    """One page of a list; ``next`` is the cursor of the following page, None at the end."""

    items: tuple[Tested, ...]
    next: str | None
