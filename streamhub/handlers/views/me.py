"""What a person sees of themself, and what everybody may read about what is recorded."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from streamhub.access.model import Grant
from streamhub.attendance.model import Stay
from streamhub.kit.clock import Instant
from streamhub.kit.ids import SessionSlug
from streamhub.kit.settings import Settings
from streamhub.kit.times import Moment, Times, duration


@dataclass(frozen=True, slots=True)
class StayRow:
    """One stay; ``until`` is None while it lasts."""

    session: str
    channel: str
    since: Moment
    until: Moment | None
    lasted: str


@dataclass(frozen=True, slots=True)
class MePage:
    """What ``/me`` shows; ``sessions`` is None where the invitation opens all of them."""

    expires: Moment
    devices: int
    sessions: tuple[str, ...] | None
    stays: tuple[StayRow, ...]


@dataclass(frozen=True, slots=True)
class PrivacyPage:
    """What ``/privacy`` says, from the settings."""

    identities_days: int
    stays_days: int
    grace_seconds: int
    threshold: int
    controller: str
    email: str
    phone: str


def me_page(
    grant: Grant,
    stays: Sequence[Stay],
    titles: Mapping[SessionSlug, str],
    times: Times,
    now: Instant,
) -> MePage:
    """What is recorded of the holder of this invitation."""
    allowed = None if grant.sessions is None else tuple(titles.get(s, s) for s in sorted(grant.sessions))
    rows = tuple(
        StayRow(
            session=titles.get(stay.key.session, stay.key.session),
            channel=stay.key.channel.value,
            since=times.moment(stay.since),
            until=times.maybe(stay.until),
            lasted=duration((now if stay.until is None else stay.until) - stay.since),
        )
        for stay in sorted(stays, key=lambda stay: stay.since)
    )
    return MePage(times.moment(grant.expires_at), grant.devices, allowed, rows)


def privacy_page(settings: Settings, *, controller: str, email: str, phone: str) -> PrivacyPage:
    """The organiser is the controller; the numbers are the settings that hold."""
    return PrivacyPage(
        identities_days=settings.identities_days,
        stays_days=settings.stays_days,
        grace_seconds=settings.grace_seconds,
        threshold=settings.disclosure_threshold,
        controller=controller,
        email=email,
        phone=phone,
    )
