"""A mail that brings somebody their link, and what became of it. Pure."""

from dataclasses import dataclass
from enum import StrEnum

from streamhub.kit.clock import Instant
from streamhub.kit.ids import InvitationId


class MailState(StrEnum):
    """Where a mail stands.

    ``sending`` is written before the server gets the letter and left after it answered. A
    sender that finds one left over from another cannot know which of the two happened:
    that mail is ``unknown`` and is not sent again by itself.
    """

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    REFUSED = "refused"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """The mail for one generation of an invitation's link: it knows no address.

    ``code`` and ``reason`` are the server's last answer, without addresses.
    """

    invitation: InvitationId
    generation: int
    state: MailState
    attempts: int
    code: int | None
    reason: str
    changed_at: Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class MailOrder:
    """Who shall get a mail: delegations or seats (none: everybody), at most ``limit`` of them.

    Those whose mail was refused, or whose fate is unknown, only where it is said.
    """

    only: tuple[str, ...] = ()
    limit: int | None = None
    retry_refused: bool = False
    retry_unknown: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the server said to one letter: sent, refused for good, queued for later, or unknown."""

    state: MailState
    code: int | None = None
    reason: str = ""
