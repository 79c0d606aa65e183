"""Personal calendars (RFC 5545): an event for each session that an invitation opens. Pure.

A session keeps its event: the UID names session and run, and SEQUENCE rises with every
change that a calendar was given, so that a moved session moves and a cancelled one goes.
The link stands in the event, so the event is private: who may look into somebody's
calendar does not see it.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from icalendar import Calendar, Event, vCalAddress, vText

from streamhub.kit.clock import Instant, to_datetime
from streamhub.kit.i18n import translate
from streamhub.kit.ids import SessionSlug
from streamhub.kit.text import SOURCE_LANGUAGE, typeset
from streamhub.programme.model import Session, Summit


@dataclass(frozen=True, slots=True)
class Version:
    """The form in which calendars were given a session; ``sequence`` counts them from 0."""

    session: SessionSlug
    run: int
    fingerprint: str
    sequence: int
    changed_at: Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendars:
    """What all calendars of a summit share. ``organizer`` is an address; empty where there is none."""

    summit: Summit
    public_url: str
    organizer: str
    sessions: tuple[Session, ...]
    versions: tuple[Version, ...]
    now: Instant


def fingerprint(session: Session) -> str:
    """The same for the same event, whatever else changed in the session."""
    said = (session.starts_at, session.ends_at, session.cancelled, session.room, session.venue)
    return hashlib.sha256(repr((said, session.titles.entries)).encode()).hexdigest()[:32]


def renewed(sessions: Iterable[Session], stored: Iterable[Version], now: Instant) -> tuple[Version, ...]:
    """The versions that are not stored yet: sessions that are new or look otherwise."""
    last = {(version.session, version.run): version for version in stored}
    new = []
    for session in sessions:
        before, form = last.get((session.slug, session.run)), fingerprint(session)
        if before is None:
            new.append(Version(session.slug, session.run, form, 0, now))
        elif before.fingerprint != form:
            new.append(Version(session.slug, session.run, form, before.sequence + 1, now))
    return tuple(new)


def calendar(shared: Calendars, sessions: Sequence[Session], link: str, lang: str) -> bytes:
    """The calendar of one person: ``sessions`` are those that the link opens."""
    summit = shared.summit
    file = Calendar()
    file.add("prodid", f"-//streamhub//streamhub//{lang.upper()}")
    file.add("version", "2.0")
    file.add("calscale", "GREGORIAN")
    if shared.organizer:
        file.add("method", "PUBLISH")  # wants an organizer in each event (RFC 5546, 3.2.1)
    file.add("x-wr-calname", summit.titles.get(lang))
    versions = {(version.session, version.run): version for version in shared.versions}
    for session in sessions:
        file.add_component(_event(shared, session, versions[session.slug, session.run], link, lang))
    return bytes(file.to_ical())


def _event(shared: Calendars, session: Session, version: Version, link: str, lang: str) -> Event:
    event = Event()
    event.add("uid", uid(session, shared.summit, shared.public_url))
    event.add("sequence", version.sequence)
    event.add("dtstamp", to_datetime(shared.now))
    event.add("last-modified", to_datetime(version.changed_at))
    event.add("dtstart", to_datetime(session.starts_at))
    event.add("dtend", to_datetime(session.ends_at))
    event.add("summary", _text(session.titles.get(lang), lang))
    event.add("location", _text(_place(session, lang), lang))
    event.add("description", _text(_description(shared.summit, link, lang), lang))
    event.add("url", link)
    event.add("class", "PRIVATE")
    event.add("status", "CANCELLED" if session.cancelled else "CONFIRMED")
    if shared.organizer:
        event.add("organizer", _organizer(shared))
    return event


def uid(session: Session, summit: Summit, public_url: str) -> str:
    """One name for one run of a session; next year's summit on the same host has others."""
    return f"{session.slug}-{session.run}@{summit.slug}.{urlsplit(public_url).hostname}"


def _organizer(shared: Calendars) -> vCalAddress:
    address = vCalAddress(f"mailto:{shared.organizer}")
    address.params["cn"] = vText(shared.summit.contact_name or shared.summit.titles.get(SOURCE_LANGUAGE))
    return address


def _place(session: Session, lang: str) -> str:
    return ", ".join(filter(None, (session.room, session.venue))) or translate(lang, "Sur internet")


def _description(summit: Summit, link: str, lang: str) -> str:
    lines = [
        summit.titles.get(lang),
        "",
        translate(lang, "Pour suivre la séance, ouvrez votre lien personnel :"),
        link,
        "",
        translate(lang, "Ce lien est le vôtre : ne le transférez pas."),
    ]
    if summit.contact_phone:
        lines.append(translate(lang, "Une question ? %(phone)s", phone=summit.contact_phone))
    return "\n".join(lines)


def _text(text: str, lang: str) -> vText:
    """The words with their language (RFC 5545, 3.2.10)."""
    said = vText(typeset(text) if lang == SOURCE_LANGUAGE else text)
    said.params["language"] = lang
    return said
