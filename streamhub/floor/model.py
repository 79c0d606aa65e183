"""Asking for the floor: one queue per session for hall and screens."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from streamhub.kit.clock import Instant
from streamhub.kit.ids import DelegationCode, ParticipantId, SessionSlug

MAX_SUBJECT = 200  # characters
MAX_MINUTES = 60


class RequestState(StrEnum):
    """Where a request stands."""

    WAITING = "waiting"
    SPEAKING = "speaking"
    DONE = "done"
    WITHDRAWN = "withdrawn"


class Order(StrEnum):
    """How the queue is sorted."""

    PROTOCOL = "protocol"
    ARRIVAL = "arrival"
    HAND = "hand"


OPEN = frozenset({RequestState.WAITING, RequestState.SPEAKING})


@dataclass(frozen=True, slots=True)
class FloorRequest:
    """One wish to speak. ``participant`` is None when a moderator asked for a delegation."""

    id: str
    session: SessionSlug
    run: int
    delegation: DelegationCode
    participant: ParticipantId | None
    subject: str
    minutes: int | None
    state: RequestState
    asked_at: Instant
    granted_at: Instant | None = None
    rank: int | None = None


def queue(
    requests: Iterable[FloorRequest], order: Order, protocol: Mapping[DelegationCode, int]
) -> list[FloorRequest]:
    """Who speaks now, then who speaks next: by protocol, by arrival or as set by hand.

    By protocol, delegations that stand in none follow the others. By hand: ranked requests
    first, in rank; those that came since follow by arrival.
    """
    waiting = [r for r in requests if r.state is RequestState.WAITING]
    speaking = [r for r in requests if r.state is RequestState.SPEAKING]
    last = max(protocol.values(), default=0) + 1
    if order is Order.PROTOCOL:
        waiting.sort(key=lambda r: (protocol.get(r.delegation, last), r.asked_at, r.id))
    elif order is Order.ARRIVAL:
        waiting.sort(key=lambda r: (r.asked_at, r.id))
    else:
        waiting.sort(key=lambda r: (r.rank is None, r.rank or 0, r.asked_at, r.id))
    return [*sorted(speaking, key=lambda r: (r.granted_at or 0, r.id)), *waiting]


def position(line: Sequence[FloorRequest], request_id: str) -> int | None:
    """The place among those who wait, from 1; 0 for who speaks, None for who is not in the queue."""
    waiting = [r.id for r in line if r.state is RequestState.WAITING]
    if request_id in waiting:
        return waiting.index(request_id) + 1
    return 0 if any(r.id == request_id for r in line) else None
