"""The summit as its files say it, before anything is stored."""

import re
from dataclasses import dataclass

from streamhub.kit.clock import Instant
from streamhub.kit.errors import FileProblem
from streamhub.kit.ids import DelegationCode, SessionSlug
from streamhub.kit.text import Localised
from streamhub.programme.model import Delegation, Document, Logo, SessionAccess, Summit

SUMMIT_FILE = "summit.toml"
PROGRAMME_FILE = "programme.csv"
DELEGATIONS_FILE = "delegations.csv"
PARTICIPANTS_FILE = "participants.csv"
DOCUMENTS_FILE = "documents.csv"

FLOOR = "floor"
"""The channel of a stream that names none."""

_SECRET = re.compile(r"([?&](?:pwd|tk|zak)=)[^&#\s]+")


def redacted(url: str) -> str:
    """A link that may be shown or logged: passcodes and personal tokens are left out."""
    return _SECRET.sub(r"\1…", url)


@dataclass(frozen=True, slots=True)
class SourceUrl:
    """One stream of a session: ``channel`` is floor, audio, sign or a language tag."""

    channel: str
    url: str

    def __str__(self) -> str:
        return self.url if self.channel == FLOOR else f"{self.channel}={self.url}"


@dataclass(frozen=True, slots=True)
class SessionEntry:
    """A session of the timetable. It has no state: that is the clock's or a hand's.

    ``cancelled`` is None where the file has no such column: then it says nothing of it.
    """

    slug: SessionSlug
    kind: str
    titles: Localised
    venue: str
    room: str
    access: SessionAccess
    notes: str
    starts_at: Instant
    ends_at: Instant
    sources: tuple[SourceUrl, ...] = ()
    order: int = 0
    cancelled: bool | None = None


@dataclass(frozen=True, slots=True)
class ParticipantEntry:
    """A seat to invite. ``delegation`` is None for staff, ``sessions`` None for all of them."""

    external_id: str
    delegation: DelegationCode | None
    role: str
    label: str = ""
    name: str = ""
    email: str = ""
    lang: str = ""
    sessions: tuple[SessionSlug, ...] | None = None
    speak: bool = False


@dataclass(frozen=True, slots=True)
class SummitFiles:
    """Every file of one summit; None for a file that is not there and so changes nothing."""

    summit: Summit
    logo: Logo | None = None
    sessions: tuple[SessionEntry, ...] | None = None
    delegations: tuple[Delegation, ...] | None = None
    participants: tuple[ParticipantEntry, ...] | None = None
    documents: tuple[Document, ...] | None = None
    warnings: tuple[FileProblem, ...] = ()


@dataclass(frozen=True, slots=True)
class ExportedFile:
    """A file to write."""

    name: str
    content: bytes
