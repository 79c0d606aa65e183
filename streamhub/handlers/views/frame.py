"""What stands around every page: the summit's name, who is in, where one may go."""

from dataclasses import dataclass
from urllib.parse import urlencode

from streamhub.access.model import Grant
from streamhub.access.roles import AUDIENCE, DESK, FIGURES, MODERATION, ORGANISATION, STAGE, Role
from streamhub.kit.ids import DelegationCode, SessionSlug
from streamhub.kit.times import days, times_of
from streamhub.programme.model import RESERVED, Delegation, Summit

_WITH_PARTS = frozenset({"/figures", "/console"})


@dataclass(frozen=True, slots=True)
class SummitView:
    """The summit as the frame of a page shows it. Addresses are None where there is nothing."""

    title: str
    dates: str
    last_day: str
    timezone: str
    city: str
    partners: tuple[str, ...]
    hashtag: str
    contact: str
    phone: str
    phone_href: str
    email: str
    logo_href: str | None
    accent_href: str | None


@dataclass(frozen=True, slots=True)
class GrantView:
    """Who is in. ``seat`` is the public short name; ``screen_name`` is the one to take in Zoom."""

    participant: str
    seat: str
    role: Role
    label: str
    delegation: str
    screen_name: str
    counted: bool


@dataclass(frozen=True, slots=True)
class NavItem:
    """A place to go; ``key`` names the text, the templates hold it."""

    key: str
    path: str
    current: bool


@dataclass(frozen=True, slots=True)
class Links:
    """Addresses of our own pages; a language that was asked for is carried along."""

    asked_lang: str | None = None

    def __call__(self, path: str, **query: str) -> str:
        """``path`` with its query and, if the reader asked for one, the language."""
        fields = query | ({"lang": self.asked_lang} if self.asked_lang else {})
        return f"{path}?{urlencode(fields)}" if fields else path


def summit_view(
    summit: Summit, lang: str, *, logo_href: str | None = None, accent_href: str | None = None
) -> SummitView:
    """The frame's values of a summit; the handlers know where its files are served."""
    first, last = summit.starts_on, summit.ends_on or summit.starts_on
    return SummitView(
        title=summit.titles.get(lang),
        dates=days(first, last, lang) if first and last else "",
        last_day=days(last, last, lang) if last else "",
        timezone=summit.timezone,
        city=times_of(summit.timezone, lang).city,
        partners=summit.partners,
        hashtag=summit.hashtag,
        contact=summit.contact_name,
        phone=summit.contact_phone,
        phone_href=f"tel:{dialled(summit.contact_phone)}",
        email=summit.contact_email,
        logo_href=logo_href,
        accent_href=accent_href,
    )


def grant_view(grant: Grant, delegation: Delegation | None, lang: str) -> GrantView:
    """Who is in, as the page tells it; a reserved delegation has no name to show."""
    name = delegation.names.get(lang) if delegation and delegation.code not in RESERVED else ""
    return GrantView(
        participant=grant.participant,
        seat=grant.seat,
        role=grant.role,
        label=grant.label,
        delegation=name,
        screen_name=" · ".join(part for part in (grant.seat, grant.label or name) if part),
        counted=is_counted(grant.role, grant.delegation),
    )


def is_counted(role: Role, delegation: DelegationCode | None) -> bool:
    """Whether a person of this role and delegation stands in any figure."""
    return role in AUDIENCE and delegation not in RESERVED


def navigation(
    role: Role | None, here: str, slug: SessionSlug | None, *, asked: bool = False, whole: bool = True
) -> tuple[NavItem, ...]:
    """Where this role may go; ``slug`` is the session that the wall would show.

    ``asked``: a correction waits for a moderator's word; ``whole``: invited to more than single sessions.

    Delegates get none: their page is one session, and what they need is on it.
    """
    if role is None or role in AUDIENCE - {Role.CORRESPONDENT}:
        return ()
    places = [
        ("programme", "/", True),
        ("delegation", "/delegation", role is Role.CORRESPONDENT),
        ("console", "/console", whole and role in ORGANISATION),
        ("desk", "/desk", role in DESK),
        ("figures", "/figures", whole and role in FIGURES),
        ("corrections", "/corrections", role in MODERATION and (asked or here == "/corrections")),
    ]
    if slug is not None:
        places.insert(3, ("wall", f"/s/{slug}/wall", role in STAGE))
    return tuple(
        NavItem(key, path, here == path or (path in _WITH_PARTS and here.startswith(f"{path}/")))
        for key, path, allowed in places
        if allowed
    )


def dialled(phone: str) -> str:
    """A telephone number as it is dialled: digits and a leading plus."""
    digits = "".join(c for c in phone if c.isdecimal())
    return f"+{digits}" if phone.strip().startswith("+") else digits
