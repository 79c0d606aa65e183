"""Who is there now: the values that the tracker gives out. No clock, no loop, no I/O.

Those of which there is one for each person are msgspec structs: quick to make, and small.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from msgspec import Struct

from streamhub.access.roles import AUDIENCE, Role
from streamhub.kit.channel import Channel
from streamhub.kit.clock import Instant
from streamhub.kit.ids import DelegationCode, ParticipantId
from streamhub.programme.model import REHEARSAL

SourceKey: TypeAlias = str
"""One socket, one page that beats over HTTP, one check-in or one time in Zoom."""


class PersonState(StrEnum):
    """How a person is there; the first that holds, in this order, but unstable is a line of ``online``."""

    HALL = "hall"
    ONLINE = "online"
    UNSTABLE = "unstable"
    ELSEWHERE = "elsewhere"
    WAITING = "waiting"


class Head(StrEnum):
    """The four numbers in which a counted person can stand: in one of them, never in two."""

    ON_SITE = "on_site"
    REMOTE = "remote"
    ELSEWHERE = "elsewhere"
    WAITING = "waiting"


HEAD = {
    PersonState.HALL: Head.ON_SITE,
    PersonState.ONLINE: Head.REMOTE,
    PersonState.UNSTABLE: Head.REMOTE,
    PersonState.ELSEWHERE: Head.ELSEWHERE,
    PersonState.WAITING: Head.WAITING,
}


class Who(Struct, frozen=True, kw_only=True, gc=False):
    """What a moderator sees of a person; ``seat`` is a short name such as ``BJ-03``.

    A ``guest`` is in Zoom and was not recognised: counted, in no delegation until somebody gives them one.
    """

    participant: ParticipantId
    delegation: DelegationCode | None
    role: Role
    label: str = ""
    seat: str = ""
    guest: bool = False

    @property
    def counted(self) -> bool:
        """Whether the person is audience: not staff, no observer, no rehearsal."""
        return self.role in AUDIENCE and self.delegation != REHEARSAL


class Person(Struct, frozen=True, gc=False):
    """One person in the list.

    ``since`` is when they came by what ``state`` says: into the hall, on line (a weak line
    does not begin anew), to the link they left by, to the door. ``connections`` are open
    pages; a lost one is none.
    """

    who: Who
    state: PersonState
    channels: tuple[Channel, ...]
    connections: int
    since: Instant


class Departure(Struct, frozen=True, gc=False):
    """A person's last source of a channel is gone; ``at`` is the last sign of life there."""

    participant: ParticipantId
    channel: Channel
    at: Instant


@dataclass(frozen=True, slots=True)
class Expired:
    """What silence ended: ``sources`` are to be closed (4004), ``departures`` to be written."""

    sources: tuple[SourceKey, ...]
    departures: tuple[Departure, ...]


@dataclass(frozen=True, slots=True)
class Heads:
    """How many counted people are there, and how."""

    on_site: int = 0
    remote: int = 0
    elsewhere: int = 0
    waiting: int = 0

    @property
    def present(self) -> int:
        """In the hall or on line; those gone elsewhere and those at the door are not."""
        return self.on_site + self.remote


@dataclass(frozen=True, slots=True)
class DelegationHeads:
    """The heads of one delegation; ``code`` None: of those who belong to none."""

    code: DelegationCode | None
    heads: Heads


@dataclass(frozen=True, slots=True)
class Summary:
    """The heads in all, and of each delegation of which somebody is in the list; None comes last."""

    heads: Heads
    delegations: tuple[DelegationHeads, ...]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The list as it stands after diff number ``revision``."""

    revision: int
    people: tuple[Person, ...]
    summary: Summary


@dataclass(frozen=True, slots=True)
class Diff:
    """What changed since diff number ``revision - 1``; a person stands in it once."""

    revision: int
    joins: tuple[Person, ...]
    updates: tuple[Person, ...]
    leaves: tuple[ParticipantId, ...]


def apply(diff: Diff, people: Iterable[Person]) -> list[Person]:
    """The people after ``diff``, as a page computes them: the definition of a diff."""
    known = {person.who.participant: person for person in people}
    known.update({person.who.participant: person for person in (*diff.joins, *diff.updates)})
    return [person for participant, person in known.items() if participant not in diff.leaves]
