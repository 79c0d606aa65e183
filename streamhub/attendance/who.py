"""Somebody as the live list shows them."""

from streamhub.access.model import Grant, Participant
from streamhub.access.roles import Role
from streamhub.attendance.imports_model import Guest, called
from streamhub.presence.model import Who


def who_of(participant: Participant) -> Who:
    """Somebody of the roster."""
    return Who(
        participant=participant.id,
        delegation=participant.delegation,
        role=participant.role,
        label=participant.label,
        seat=participant.seat,
    )


def who_is(grant: Grant) -> Who:
    """Whoever holds this grant."""
    return Who(
        participant=grant.participant,
        delegation=grant.delegation,
        role=grant.role,
        label=grant.label,
        seat=grant.seat,
    )


def who_in_zoom(guest: Guest) -> Who:
    """Somebody in Zoom whom nobody recognised, called as in the queue; counted, as the figures do."""
    return Who(
        participant=guest.participant,
        delegation=guest.delegation,
        role=Role.DELEGATE,
        label=called(guest.mark),
        guest=True,
    )
