"""Finding people among the invitations: by seat, function, delegation, whole id, and by name. Pure."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from streamhub.access.model import Identity, Invitation
from streamhub.access.roles import Role
from streamhub.kit.clock import Instant
from streamhub.kit.ids import DelegationCode, ParticipantId
from streamhub.kit.text import Localised, folded


class Standing(StrEnum):
    """Whether an invitation opens something now."""

    VALID = "valid"
    LATER = "later"
    EXPIRED = "expired"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Whom somebody looks for. ``words`` must all be found; None is any."""

    words: str = ""
    delegation: DelegationCode | None = None
    roles: Collection[Role] | None = None
    standing: Standing | None = None


@dataclass(frozen=True, slots=True)
class Person:
    """One invited person. ``identity`` is None where no name is kept, or the reader may not see it."""

    invitation: Invitation
    identity: Identity | None
    standing: Standing


@dataclass(frozen=True, slots=True)
class Found:
    """One page of people; ``total`` are all that were found, ``next`` begins the following page."""

    people: tuple[Person, ...]
    total: int
    next: str | None


def standing_of(invitation: Invitation, now: Instant) -> Standing:
    """Whether the invitation opens something at ``now``."""
    if invitation.revoked_at is not None:
        return Standing.REVOKED
    if invitation.expires_at <= now:
        return Standing.EXPIRED
    later = invitation.not_before is not None and invitation.not_before > now
    return Standing.LATER if later else Standing.VALID


def found(
    invitations: Iterable[Invitation],
    identities: Iterable[Identity],
    names: Mapping[DelegationCode, Localised],
    wanted: Wanted,
    now: Instant,
) -> list[Person]:
    """Everybody who is wanted, in the order of the invitations."""
    known: dict[ParticipantId, Identity] = {identity.participant: identity for identity in identities}
    words = folded(wanted.words).split()
    people = (Person(row, known.get(row.participant), standing_of(row, now)) for row in invitations)
    return [one for one in people if _fits(one, wanted) and _named(one, names, words)]


def page_of(people: Sequence[Person], offset: int, limit: int) -> Found:
    """Some of the people."""
    shown = tuple(people[offset : offset + limit])
    more = offset + limit < len(people)
    return Found(shown, len(people), str(offset + limit) if more else None)


def _fits(person: Person, wanted: Wanted) -> bool:
    row = person.invitation
    return (
        wanted.delegation in (None, row.delegation)
        and (wanted.roles is None or row.role in wanted.roles)
        and wanted.standing in (None, person.standing)
    )


def _named(person: Person, names: Mapping[DelegationCode, Localised], words: Sequence[str]) -> bool:
    if not words:
        return True
    row, identity = person.invitation, person.identity
    delegation = names.get(row.delegation, Localised()).as_dict().values()
    who = (identity.name, identity.email) if identity else ()
    text = folded(" ".join((row.seat, row.label, row.delegation, *delegation, *who)))
    return all(word in text or word in {row.participant, row.id} for word in words)
