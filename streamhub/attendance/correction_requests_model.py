"""What people say of their own attendance, until a moderator has decided. Values only."""

from dataclasses import dataclass
from enum import StrEnum

from streamhub.kit.clock import Instant
from streamhub.kit.errors import FieldInvalid, FieldProblem
from streamhub.kit.ids import ParticipantId, SessionSlug

MAX_REASON = 300  # characters
MAX_WAITING = 20  # undecided requests of one person


class RequestState(StrEnum):
    """Where a request stands."""

    WAITING = "waiting"
    ACCEPTED = "accepted"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestOrder:
    """A person's word about ``[since, until)`` of a session: they were there, or they were not."""

    participant: ParticipantId
    since: Instant
    until: Instant
    present: bool
    reason: str

    def check(self, now: Instant) -> None:
        """Raise FieldInvalid naming every field that is wrong."""
        problems = []
        if not self.since < self.until:
            problems.append(FieldProblem("until", "must be after since"))
        if self.until > now:
            problems.append(FieldProblem("until", "must not be in the future"))
        if not 1 <= len(self.reason) <= MAX_REASON:
            problems.append(FieldProblem("reason", f"must have 1 to {MAX_REASON} characters"))
        if problems:
            raise FieldInvalid(*problems)


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectionRequest:
    """A request as it stands; ``decided_by`` is a participant, or ``cli``."""

    id: str
    participant: ParticipantId
    session: SessionSlug
    run: int
    since: Instant
    until: Instant
    present: bool
    reason: str
    state: RequestState
    asked_at: Instant
    decided_at: Instant | None = None
    decided_by: str | None = None
