"""What a person sees of themself, and what everybody may read about what is recorded."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from streamhub.access.model import Grant
from streamhub.attendance.correction_requests_model import CorrectionRequest
from streamhub.attendance.model import Stay
from streamhub.handlers.views.programme import Reader
from streamhub.kit.clock import Instant
from streamhub.kit.errors import FieldInvalid, FieldProblem
from streamhub.kit.ids import SessionSlug
from streamhub.kit.settings import Settings
from streamhub.kit.times import Moment, Times, duration
from streamhub.privacy.record import Line
from streamhub.programme.local_time import NoSuchTime, day_of, end_day, instant_of, parse_time, zone_of
from streamhub.programme.model import Session


@dataclass(frozen=True, slots=True)
class StayRow:
    """One stay; ``until`` is None while it lasts."""

    session: str
    channel: str
    since: Moment
    until: Moment | None
    lasted: str


@dataclass(frozen=True, slots=True)
class RequestRow:
    """A correction that was asked for; ``state`` names the text."""

    session: str
    since: Moment
    until: Moment
    present: bool
    state: str


@dataclass(frozen=True, slots=True)
class Choice:
    """A session whose attendance the reader may say something about."""

    slug: str
    title: str
    since: str
    until: str
    day: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MePage:
    """What ``/me`` shows; ``sessions`` is None where the invitation opens all of them."""

    expires: Moment
    devices: int
    sessions: tuple[str, ...] | None
    stays: tuple[StayRow, ...]
    requests: tuple[RequestRow, ...]
    choices: tuple[Choice, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PrivacyPage:
    """What ``/privacy`` says, from settings and schema."""

    identities_days: int
    stays_days: int
    grace_seconds: int
    threshold: int
    controller: str
    email: str
    phone: str
    record: tuple[Line, ...]


def me_page(
    grant: Grant,
    stays: Sequence[Stay],
    requests: Sequence[CorrectionRequest],
    sessions: Sequence[Session],
    reader: Reader,
) -> MePage:
    """What is recorded of the holder of this invitation."""
    times, now = reader.times, reader.now
    titles = {session.slug: session.titles.get(times.lang) for session in sessions}
    allowed = None if grant.sessions is None else tuple(titles.get(s, s) for s in sorted(grant.sessions))
    begun = [one for one in sessions if grant.allows(one.slug) and one.starts_at <= now]
    return MePage(
        expires=times.moment(grant.expires_at),
        devices=grant.devices,
        sessions=allowed,
        stays=tuple(_stay(stay, titles, times, now) for stay in sorted(stays, key=lambda stay: stay.since)),
        requests=tuple(_request(one, titles, times) for one in requests),
        choices=tuple(_choice(one, times) for one in begun),
    )


def asked_span(session: Session, since: str, until: str, timezone: str) -> tuple[Instant, Instant]:
    """Two local times of the day on which the session began; an end before its start is the next day.

    Raises FieldInvalid naming the field.
    """
    zone = zone_of(timezone)
    day = day_of(session.starts_at, zone)
    found = {}
    for field, text in (("since", since), ("until", until)):
        try:
            found[field] = parse_time(text.strip())
        except ValueError as error:
            raise FieldInvalid(FieldProblem(field, str(error))) from None
    last = end_day(day, found["since"], found["until"])
    try:
        return instant_of(day, found["since"], zone), instant_of(last, found["until"], zone)
    except NoSuchTime as error:
        raise FieldInvalid(FieldProblem("since", str(error))) from None


def privacy_page(
    settings: Settings, record: tuple[Line, ...], *, controller: str, email: str, phone: str
) -> PrivacyPage:
    """The organiser is the controller; the numbers are the settings that hold."""
    return PrivacyPage(
        identities_days=settings.identities_days,
        stays_days=settings.stays_days,
        grace_seconds=settings.grace_seconds,
        threshold=settings.disclosure_threshold,
        controller=controller,
        email=email,
        phone=phone,
        record=record,
    )


def _stay(stay: Stay, titles: Mapping[SessionSlug, str], times: Times, now: Instant) -> StayRow:
    return StayRow(
        session=titles.get(stay.key.session, stay.key.session),
        channel=stay.key.channel.value,
        since=times.moment(stay.since),
        until=times.maybe(stay.until),
        lasted=duration((now if stay.until is None else stay.until) - stay.since),
    )


def _request(one: CorrectionRequest, titles: Mapping[SessionSlug, str], times: Times) -> RequestRow:
    title = titles.get(one.session, one.session)
    return RequestRow(title, times.moment(one.since), times.moment(one.until), one.present, one.state)


def _choice(session: Session, times: Times) -> Choice:
    since, until = times.moment(session.starts_at), times.moment(session.ends_at)
    return Choice(session.slug, session.titles.get(times.lang), since.hm, until.hm, since.day)
