"""A delegation as its correspondent sees it: its seats, and how far each link has come. Pure."""

from dataclasses import dataclass
from enum import StrEnum

from streamhub.access.model import Invitation
from streamhub.kit.clock import Instant
from streamhub.kit.ids import DelegationCode


class LinkState(StrEnum):
    """How far an invitation's present link has come; ``dead`` is over, or ended with its delegation's."""

    ISSUED = "issued"
    ENTERED = "entered"
    REVOKED = "revoked"
    DEAD = "dead"


@dataclass(frozen=True, slots=True)
class Link:
    """One invitation; ``entered_at`` is when its present link was first used, as far as that is kept."""

    invitation: Invitation
    state: LinkState
    entered_at: Instant | None


@dataclass(frozen=True, slots=True)
class DelegationLinks:
    """Every invitation of a delegation. ``seats`` None is no limit; ``taken`` may still join."""

    code: DelegationCode
    seats: int | None
    taken: int
    links: tuple[Link, ...]

    @property
    def is_full(self) -> bool:
        """Whether no seat is left to give."""
        return self.seats is not None and self.taken >= self.seats


def state_of(invitation: Invitation, *, epoch: int, entered_at: Instant | None, now: Instant) -> LinkState:
    """How far the link has come; ``epoch`` is the delegation's at present."""
    if invitation.revoked_at is not None:
        return LinkState.REVOKED
    if invitation.expires_at <= now or invitation.epoch != epoch:
        return LinkState.DEAD
    return LinkState.ISSUED if entered_at is None else LinkState.ENTERED
