"""How a page ends that its invitation does not open any more. Pure."""

from dataclasses import dataclass

from streamhub.access.model import Grant, Invitation
from streamhub.attendance.model import Cause
from streamhub.kit.ids import SessionSlug
from streamhub.live.close_codes import CloseCode


@dataclass(frozen=True, slots=True)
class Ending:
    """Why a stay ends, and what the page is told."""

    cause: Cause
    reason: str
    code: CloseCode


REVOKED = Ending(Cause.REVOKED, "invitation_revoked", CloseCode.REVOKED)
REPLACED = Ending(Cause.REVOKED, "replaced", CloseCode.REVOKED)
EXPIRED = Ending(Cause.EXPIRED, "token_expired", CloseCode.TOKEN_REFUSED)
NOT_HERE = Ending(Cause.REVOKED, "wrong_session", CloseCode.FORBIDDEN)
OTHER_PERSON = Ending(Cause.BYE, "other_person", CloseCode.TOKEN_REFUSED)
CHANGED = Ending(Cause.MOVED, "changed", CloseCode.RESTART)


def ending_of(invitation: Invitation, grant: Grant, slug: SessionSlug) -> Ending | None:
    """How a page ends that ``grant`` opened, by what its invitation says now; None: it stays.

    Whoever was given another role or delegation comes back as that.
    """
    if invitation.revoked_at is not None:
        return REVOKED
    if grant.generation != invitation.generation:
        return REPLACED
    if not invitation.grant(grant.sessions).allows(slug):
        return NOT_HERE
    if (grant.role, grant.delegation) != (invitation.role, invitation.delegation):
        return CHANGED
    return None
