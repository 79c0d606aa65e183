"""Who will not come, and said so: a moderator writes it down, it is in no figure."""

from dataclasses import dataclass

from streamhub.kit.clock import Instant
from streamhub.kit.ids import ParticipantId, SessionSlug

MAX_REASON = 300  # characters
MAX_REPRESENTED_BY = 120  # characters: a function, not a name


@dataclass(frozen=True, slots=True)
class ExcuseOrder:
    """What a moderator writes down of one person."""

    participant: ParticipantId
    reason: str = ""
    represented_by: str = ""


@dataclass(frozen=True, slots=True)
class Excused:
    """One person is excused from one holding of a session; ``by`` wrote it at ``at``."""

    session: SessionSlug
    run: int
    participant: ParticipantId
    reason: str
    represented_by: str
    by: str
    at: Instant
