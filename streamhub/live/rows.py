"""From what the tracker says to what a page is told."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from msgspec import UNSET, Struct

from streamhub.kit.clock import Instant, rfc3339
from streamhub.kit.ids import DelegationCode, ParticipantId
from streamhub.live.messages import (
    Count,
    DelegationCount,
    DelegationRow,
    PersonRow,
    PresenceDiff,
    PresenceState,
)
from streamhub.presence.model import Diff, Heads, Person, Snapshot, Summary

ROUNDED_TO = 5


class PresenceList(Struct, frozen=True):
    """``GET …/presence``: who is there at ``at``, and the numbers that follow."""

    revision: int
    at: str
    present: int
    remote: int
    on_site: int
    elsewhere: int
    waiting: int
    delegations: tuple[DelegationRow, ...]
    people: tuple[PersonRow, ...]


@dataclass(frozen=True, slots=True)
class Places:
    """What the tracker does not know of a delegation: its seats (None: no limit) and its excuses."""

    seats: int | None = None
    excused: int = 0


def person_row(person: Person) -> PersonRow:
    """One person as in ``GET …/presence``; without a function, the seat's name is the label."""
    who = person.who
    return PersonRow(
        participant=who.participant,
        delegation=who.delegation,
        role=who.role,
        label=who.label or who.seat,
        state=person.state,
        channels=person.channels,
        connections=person.connections,
        since=rfc3339(person.since),
        guest=True if who.guest else UNSET,
    )


def delegation_rows(summary: Summary, places: Mapping[DelegationCode, Places]) -> tuple[DelegationRow, ...]:
    """The delegations in the order of ``places``, then those that only the tracker knows."""
    heads = {delegation.code: delegation.heads for delegation in summary.delegations}
    known = tuple(_row(code, heads.pop(code, Heads()), of) for code, of in places.items())
    return (*known, *(_row(code, of, Places()) for code, of in heads.items()))


def presence_state(
    snapshot: Snapshot,
    places: Mapping[DelegationCode, Places],
    excused: Iterable[ParticipantId],
    removed: Iterable[ParticipantId],
) -> PresenceState:
    """The whole list for a moderator."""
    return PresenceState(
        revision=snapshot.revision,
        people=_people(snapshot.people),
        delegations=delegation_rows(snapshot.summary, places),
        excused=tuple(sorted(excused)),
        removed=tuple(sorted(removed)),
    )


def presence_list(snapshot: Snapshot, places: Mapping[DelegationCode, Places], at: Instant) -> PresenceList:
    """The whole list with its numbers, as HTTP gives it."""
    heads = snapshot.summary.heads
    return PresenceList(
        revision=snapshot.revision,
        at=rfc3339(at),
        present=heads.present,
        remote=heads.remote,
        on_site=heads.on_site,
        elsewhere=heads.elsewhere,
        waiting=heads.waiting,
        delegations=delegation_rows(snapshot.summary, places),
        people=_people(snapshot.people),
    )


def presence_diff(diff: Diff) -> PresenceDiff:
    """One diff for the moderators."""
    return PresenceDiff(
        revision=diff.revision,
        joins=_people(diff.joins),
        leaves=diff.leaves,
        updates=_people(diff.updates),
    )


def exact_count(summary: Summary, codes: Iterable[DelegationCode] | None = None) -> Count:
    """The count as moderators see it; ``codes`` as in ``rounded_count``."""
    return _count(summary, codes, lambda number: number)


def rounded_count(summary: Summary, threshold: int, codes: Iterable[DelegationCode] | None = None) -> Count:
    """The count as everybody else sees it: rounded to 5, null below ``threshold``.

    ``codes`` are the delegations in protocol order, there or not, so that a row says nothing
    by itself; without them the rows are those of whom somebody is there.
    """
    return _count(summary, codes, lambda number: rounded(number, threshold))


def rounded(number: int, threshold: int) -> int | None:
    """To the nearest multiple of 5, halves do not occur; None for a number below ``threshold``."""
    if number < threshold:
        return None
    return (number + ROUNDED_TO // 2) // ROUNDED_TO * ROUNDED_TO


def _count(
    summary: Summary, codes: Iterable[DelegationCode] | None, shown: Callable[[int], int | None]
) -> Count:
    present = {delegation.code: delegation.heads.present for delegation in summary.delegations}
    return Count(
        present=shown(summary.heads.present),
        remote=shown(summary.heads.remote),
        on_site=shown(summary.heads.on_site),
        delegations=tuple(
            DelegationCount(code, shown(present.get(code, 0)))
            for code in (present if codes is None else codes)
        ),
    )


def _people(people: Iterable[Person]) -> tuple[PersonRow, ...]:
    return tuple(person_row(person) for person in people)


def _row(code: DelegationCode | None, heads: Heads, places: Places) -> DelegationRow:
    return DelegationRow(
        code=code,
        present=heads.present,
        on_site=heads.on_site,
        remote=heads.remote,
        elsewhere=heads.elsewhere,
        waiting=heads.waiting,
        seats=places.seats,
        excused=places.excused,
    )
