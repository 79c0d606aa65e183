"""What participants.csv says otherwise than is stored of the people it names. Pure.

A label that was changed in the product since is a conflict: it stays, unless the file is to win.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from streamhub.access.bulk_columns import Field
from streamhub.access.bulk_model import FieldChange, Known, as_listed
from streamhub.programme.files import ParticipantEntry

_OF_THE_PERSON = frozenset({Field.NAME, Field.EMAIL, Field.LANG})


@dataclass(frozen=True, slots=True)
class SeatChange:
    """A field of somebody who is known by ``seat``."""

    seat: str
    change: FieldChange


@dataclass(frozen=True, slots=True)
class Listing:
    """A list beside what is stored. ``people`` is the list with what stays in conflict left as it is.

    ``absent`` are the seats of invited people whom a list once named and this one does not.
    """

    people: tuple[ParticipantEntry, ...]
    new: int
    changed: tuple[SeatChange, ...]
    conflicts: tuple[SeatChange, ...]
    absent: tuple[str, ...]


def compared(entries: Iterable[ParticipantEntry], known: Iterable[Known], *, force: bool) -> Listing:
    """Compare the people of a list with those of that ``external_id``."""
    stored = {one.external_id: one for one in known if one.external_id}
    people: list[ParticipantEntry] = []
    changed: list[SeatChange] = []
    conflicts: list[SeatChange] = []
    for entry in entries:
        one = stored.get(entry.external_id)
        if one is not None:
            kept = one.label_edited and one.invitation.label != entry.label and not force
            for change in _changes(entry, one):
                (conflicts if kept and change.change.field is Field.LABEL else changed).append(change)
            people.append(replace(entry, label=one.invitation.label) if kept else entry)
        else:
            people.append(entry)
    named = {entry.external_id for entry in people}
    absent = (
        one.invitation.seat
        for ident, one in stored.items()
        if ident not in named and one.invitation.revoked_at is None
    )
    new = sum(1 for entry in people if entry.external_id not in stored)
    return Listing(tuple(people), new, tuple(changed), tuple(conflicts), tuple(absent))


def _changes(entry: ParticipantEntry, known: Known) -> Iterable[SeatChange]:
    was = as_listed(known)
    revoked = known.invitation.revoked_at is not None
    for field in Field:
        if field not in was or (revoked and field in _OF_THE_PERSON):
            continue  # a name that was erased with the invitation does not come back
        before, after = _text(was[field]), _text(getattr(entry, field))
        if before != after:
            yield SeatChange(known.invitation.seat, FieldChange(field, before, after))


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return " ".join(sorted(value))
    return "" if value is None else str(value)
