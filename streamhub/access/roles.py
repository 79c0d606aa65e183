"""Roles, and the named sets of roles that the route table and the services use.

The organiser may do everything, so every set but ``AUDIENCE`` and ``STAFF`` holds it.
"""

from enum import StrEnum


class Role(StrEnum):
    """What a person was invited as; one person has one role."""

    DELEGATE = "delegate"
    PRESS = "press"
    OBSERVER = "observer"
    INTERPRETER = "interpreter"
    TECHNICIAN = "technician"
    CORRESPONDENT = "correspondent"
    MODERATOR = "moderator"
    DESK = "desk"
    COMMUNICATIONS = "communications"
    ORGANISER = "organiser"


AUDIENCE = frozenset({Role.DELEGATE, Role.PRESS, Role.CORRESPONDENT})
"""Counted. Everybody else stands in lists with the role and is in no figure."""

STAFF = frozenset(Role) - AUDIENCE - {Role.OBSERVER}
"""Work for the summit; never audience."""

NEEDS_DELEGATION = AUDIENCE
"""Counted people belong to a delegation; the others may stand under ``STAFF``."""

EVERYBODY = frozenset(Role)
ORGANISATION = frozenset({Role.ORGANISER})
MODERATION = frozenset({Role.MODERATOR, Role.ORGANISER})
DESK = frozenset({Role.DESK, Role.MODERATOR, Role.ORGANISER})
FIGURES = frozenset({Role.COMMUNICATIONS, Role.ORGANISER})
STAGE = frozenset({Role.TECHNICIAN, Role.MODERATOR, Role.ORGANISER})
"""See the wall and the sources of a session."""

ISSUING = frozenset({Role.CORRESPONDENT, Role.DESK, Role.ORGANISER})
"""May make invitations, each within its own bounds: see ``access.orders``."""

INVITATIONS = frozenset({Role.CORRESPONDENT, Role.MODERATOR, Role.ORGANISER})
"""May see, revoke and replace invitations; the correspondent its own delegation's."""

CORRESPONDENCE = frozenset({Role.CORRESPONDENT})
"""Looks after the seats of the own delegation."""

LINKS = frozenset({Role.CORRESPONDENT, Role.ORGANISER})
"""May show a personal link again and change a label; the correspondent its own delegation's."""

ASKING = frozenset({Role.DELEGATE, Role.CORRESPONDENT})
"""May ask for the floor."""
