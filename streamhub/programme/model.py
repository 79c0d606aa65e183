"""What a summit is made of: its sessions, delegations and documents. Values only."""

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from urllib.parse import urlsplit

from streamhub.kit.clock import Instant
from streamhub.kit.ids import DelegationCode, SessionSlug
from streamhub.kit.text import Localised

STAFF = DelegationCode("STAFF")
"""The delegation of everybody who works at the summit; stands in no file and in no figure."""

REHEARSAL = DelegationCode("REHEARSAL")
"""The delegation of pretend delegates; stands in no file and in no figure."""

RESERVED = frozenset({STAFF, REHEARSAL})

NO_TEXT = Localised()

BY_CLOCK = "clock"
"""Who made a change that nobody made by hand."""

MAX_SEATS = 100_000
MAX_URL = 2_000  # characters

_SLUG = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
_CODE = re.compile(r"[A-Z0-9][A-Z0-9-]{0,15}")
_COUNTRY = re.compile(r"[A-Z]{2}")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")


class DelegationKind(StrEnum):
    """What a delegation stands for; only the first three are official."""

    COUNTRY = "country"
    REGION = "region"
    ORGANISATION = "organisation"
    PRESS = "press"
    OTHER = "other"


NEED_A_COUNTRY = frozenset({DelegationKind.COUNTRY, DelegationKind.REGION})


class SessionAccess(StrEnum):
    """Who may open a session: anybody, or invited people."""

    PUBLIC = "public"
    INVITED = "invited"


class SessionState(StrEnum):
    """Where a session stands. Time in ``doors`` is presence, not attendance."""

    SCHEDULED = "scheduled"
    DOORS = "doors"
    LIVE = "live"
    PAUSED = "paused"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Summit:
    """The event. ``settings`` are those that stand in its own file, as (name, value).

    ``starts_on`` and ``ends_on`` are days in the summit's time zone. ``logo`` is the name of
    the picture's file and ``logo_digest`` the SHA-256 of its content. ``represented`` is the
    organiser's own count of who was represented: declared, never computed.
    """

    slug: str
    titles: Localised
    timezone: str
    languages: tuple[str, ...] = ()
    starts_on: date | None = None
    ends_on: date | None = None
    logo: str = ""
    logo_digest: str = ""
    accent: str = ""
    partners: tuple[str, ...] = ()
    hashtag: str = ""
    contact_name: str = ""
    contact_phone: str = ""
    contact_email: str = ""
    fallback_text: Localised = NO_TEXT
    represented: int | None = None
    settings: tuple[tuple[str, int | str], ...] = ()


@dataclass(frozen=True, slots=True)
class Logo:
    """The picture before the summit's name."""

    name: str
    content_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Delegation:
    """A country, region, organisation or the press; ``order`` is the protocol order.

    ``seats`` limits remote people, None is no limit. Raising ``epoch`` ends every token
    that was issued for the delegation before; ``renewed_at`` is when that was last done.
    """

    code: DelegationCode
    names: Localised
    kind: DelegationKind
    country: str = ""
    seats: int | None = None
    order: int = 0
    epoch: int = 0
    renewed_at: Instant | None = None


@dataclass(frozen=True, slots=True)
class Session:
    """An item of the programme.

    ``starts_at`` and ``ends_at`` are the times that hold now; the scheduled ones are those
    of the timetable and stay for the report. ``automatic`` until the first change by hand.
    ``cancelled``: it stays in the programme as such, without doors or clock.
    """

    slug: SessionSlug
    run: int
    order: int
    kind: str
    titles: Localised
    venue: str
    room: str
    access: SessionAccess
    notes: str
    starts_at: Instant
    ends_at: Instant
    scheduled_starts_at: Instant
    scheduled_ends_at: Instant
    automatic: bool = True
    state: SessionState = SessionState.SCHEDULED
    cancelled: bool = False


@dataclass(frozen=True, slots=True)
class StateChange:
    """One step of a session's history.

    ``automatic`` is a step that a rule made: by the clock, because the next session of the
    room went live, or because the times were moved. ``by`` is an invitation, a participant,
    ``clock`` or ``cli``.
    """

    session: SessionSlug
    run: int
    state: SessionState
    at: Instant
    automatic: bool
    by: str | None


@dataclass(frozen=True, slots=True)
class Document:
    """A working document of a session, somewhere on the web."""

    session: SessionSlug
    titles: Localised
    url: str
    order: int = 0


def is_slug(text: str) -> bool:
    """Whether ``text`` can name a session or a summit in an address."""
    return _SLUG.fullmatch(text) is not None


def is_code(text: str) -> bool:
    """Whether ``text`` can be a delegation's code, reserved ones included."""
    return _CODE.fullmatch(text) is not None


def is_country(text: str) -> bool:
    """Whether ``text`` has the form of a country's code such as ``BE`` (ISO 3166-1)."""
    return _COUNTRY.fullmatch(text) is not None


def is_email(text: str) -> bool:
    """Whether ``text`` has the form of an e-mail address; mail shows whether there is one."""
    return _EMAIL.fullmatch(text) is not None


def is_web_address(text: str) -> bool:
    """Whether a document may stand there: a page of the web, nothing that a browser would run."""
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    fits = len(text) <= MAX_URL and not re.search(r"\s", text)
    return fits and parts.scheme in {"https", "http"} and bool(parts.hostname)


def is_language(text: str) -> bool:
    """Whether ``text`` has the form of a language tag such as ``fr`` or ``pt-BR`` (BCP 47)."""
    return _LANGUAGE.fullmatch(text) is not None
