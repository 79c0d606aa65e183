"""From orders and the organiser's list of people to invitations ready to be stored. Pure."""

from dataclasses import dataclass, replace

from streamhub.access import orders
from streamhub.access.model import (
    MAX_LABEL,
    MAX_LIFETIME,
    Identity,
    Invitation,
    InvitationOrder,
    NewInvitation,
)
from streamhub.access.orders import Facts
from streamhub.access.roles import Role
from streamhub.kit.clock import DAY, Instant
from streamhub.kit.errors import (
    FieldInvalid,
    FieldProblem,
    InvitationRevoked,
)
from streamhub.kit.ids import InvitationId, ParticipantId, new_id
from streamhub.kit.text import clean
from streamhub.programme.files import ParticipantEntry
from streamhub.programme.model import STAFF

DEAD_EPOCH = -1
"""No delegation's: what was given it opens nothing."""


@dataclass(frozen=True, slots=True)
class Listed:
    """One checked line of the organiser's list; ``new`` is stored if the person is not known yet."""

    external_id: str
    new: NewInvitation
    name: str
    email: str
    lang: str

    def identity(self, participant: ParticipantId) -> Identity | None:
        """Who this is, None when the list says nothing of it."""
        if not (self.name or self.email or self.lang):
            return None
        return Identity(participant=participant, name=self.name, email=self.email, lang=self.lang)


def new_invitation(order: InvitationOrder, facts: Facts, code_hash: str) -> NewInvitation:
    """One invitation of a complete order, for a participant who does not exist yet."""
    delegation = order.delegation or STAFF
    return NewInvitation(
        id=InvitationId(new_id("i")),
        participant=ParticipantId(new_id("p")),
        external_id=None,
        delegation=delegation,
        role=order.role,
        label=order.label,
        speak=order.speak,
        sessions=None if order.sessions is None else frozenset(order.sessions),
        not_before=order.not_before,
        expires_at=facts.default_expiry if order.expires_at is None else order.expires_at,
        devices=facts.device_limit if order.devices is None else order.devices,
        device_policy=facts.device_policy if order.device_policy is None else order.device_policy,
        epoch=facts.epoch(delegation),
        code_hash=code_hash,
    )


def is_changed(old: Invitation, new: NewInvitation, facts: Facts) -> bool:
    """Whether the list, or the summit's last day, says something else than the row does."""
    was = (old.delegation, old.role, old.label, old.speak, old.sessions, old.expires_at)
    now = (new.delegation, new.role, new.label, new.speak, new.sessions, extended(old, facts))
    return was != now


def extended(old: Invitation, facts: Facts) -> Instant:
    """When a listed person's invitation ends: never earlier than it did, later with the summit.

    An end that is only as far away as an invitation may last moves with every moment: it is
    taken over a day at a time.
    """
    end = facts.summit_end
    if end is None or (end - facts.now >= MAX_LIFETIME and end - old.expires_at < DAY):
        return old.expires_at
    return max(old.expires_at, end)


def kept_epoch(old: Invitation, new: NewInvitation, facts: Facts) -> int:
    """The epoch of a listed person's link: a good one stays good in another delegation, a dead one dead."""
    if new.delegation == old.delegation:
        return old.epoch
    return new.epoch if old.epoch == facts.epoch(old.delegation) else DEAD_EPOCH


def is_open(invitation: Invitation, facts: Facts) -> bool:
    """Whether a link of the invitation opens something, now or later."""
    alive = invitation.revoked_at is None and invitation.epoch == facts.epoch(invitation.delegation)
    return alive and invitation.expires_at > facts.now


def check_seats(taken: int, wanted: int, seats: int) -> None:
    """Raise FieldInvalid when the delegation has not so many free seats."""
    if taken + wanted > seats:
        raise FieldInvalid(FieldProblem("count", f"{taken} of the {seats} seats are taken"))


def check_replaceable(invitation: Invitation) -> None:
    """Raise InvitationRevoked: what was withdrawn is issued anew, not replaced."""
    if invitation.revoked_at is not None:
        raise InvitationRevoked("the invitation was revoked")


def listed_one(entry: ParticipantEntry, facts: Facts, code_hash: str) -> Listed:
    """One person of a list whose cells were checked."""
    order = orders.complete(_order(entry), facts)
    made = replace(new_invitation(order, facts, code_hash), external_id=entry.external_id or None)
    return Listed(entry.external_id, made, clean(entry.name), clean(entry.email), entry.lang)


def _order(entry: ParticipantEntry) -> InvitationOrder:
    return InvitationOrder(
        role=Role(entry.role),
        delegation=entry.delegation,
        sessions=entry.sessions,
        label=entry.label,
        speak=entry.speak,
    )


def problems_of(entry: ParticipantEntry, facts: Facts) -> list[FieldProblem]:
    """What keeps a person of a list from being invited."""
    if entry.role not in set(Role):
        return [FieldProblem("role", f"no role {entry.role!r}; one of {', '.join(Role)}")]
    found = []
    if problem := orders.delegation_problem(Role(entry.role), entry.delegation, facts):
        found.append(FieldProblem("delegation", problem))
    if problem := orders.sessions_problem(entry.sessions, facts):
        found.append(FieldProblem("sessions", problem))
    if len(entry.label) > MAX_LABEL:
        found.append(FieldProblem("label", f"longer than {MAX_LABEL} characters"))
    return found
