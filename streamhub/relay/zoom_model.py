"""What streamhub says to Zoom and hears from it, as values. Pure."""

from dataclasses import dataclass, field
from enum import StrEnum

from streamhub.kit.clock import Instant


class ZoomKind(StrEnum):
    """What Zoom runs: the words of its paths."""

    MEETING = "meetings"
    WEBINAR = "webinars"


class Trouble(StrEnum):
    """Why Zoom did not do it: stable words, said to staff in their language."""

    KEY_REFUSED = "key_refused"
    RIGHT_MISSING = "right_missing"
    NOT_FOUND = "not_found"
    REGISTRATION_OFF = "registration_off"
    THROTTLED = "throttled"
    REFUSED = "refused"
    UNAVAILABLE = "unavailable"


class ZoomRefused(Exception):
    """Zoom answered, but not with what was asked; ``right`` is the missing scope, where Zoom names it."""

    def __init__(self, trouble: Trouble, *, until: Instant | None = None, right: str = "") -> None:
        super().__init__(trouble.value)
        self.trouble = trouble
        self.until = until
        self.right = right


@dataclass(frozen=True, slots=True)
class ZoomMeeting:
    """A meeting or a webinar by its number."""

    kind: ZoomKind
    id: str


@dataclass(frozen=True, slots=True)
class MeetingInfo:
    """What a number stands for, and whether people register for it: else nobody gets a link of their own."""

    meeting: ZoomMeeting
    registration: bool


@dataclass(frozen=True, slots=True)
class NewRegistrant:
    """Somebody under their public label, with an address that is a pseudonym."""

    email: str
    first_name: str
    last_name: str

    @property
    def name(self) -> str:
        """As Zoom shows it."""
        return f"{self.first_name} {self.last_name}".strip()


@dataclass(frozen=True, slots=True)
class Registrant:
    """Zoom's answer; the link is the person's own and a secret."""

    id: str
    email: str
    join_url: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class ReportRow:
    """One connection of the report after the end, without its name; a panelist's only id is the e-mail."""

    user: str
    customer_key: str
    registrant: str
    since: Instant
    until: Instant
    email: str = field(default="", repr=False)
