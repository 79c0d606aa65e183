"""The letter that brings somebody their link: text, simple HTML and a calendar, in their language."""

from collections.abc import Mapping
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from urllib.parse import urlsplit

from streamhub.access.bulk_service import Personal
from streamhub.access.calendar import Calendars
from streamhub.access.calendar_service import personal as personal_calendar
from streamhub.access.mail_model import Refusal
from streamhub.access.mail_smtp import Envelope
from streamhub.access.model import Invitation
from streamhub.kit.clock import Instant, to_datetime
from streamhub.kit.i18n import languages, translate
from streamhub.kit.ids import DelegationCode
from streamhub.kit.templates import Pages
from streamhub.kit.times import Times, times_of
from streamhub.programme.model import RESERVED, Delegation, Session, Summit

LINK, REFUSAL = "mail_invitation", "mail_refusal"  # templates, each as .txt and .html


class AddressUnusable(ValueError):
    """An address that mail cannot carry."""


@dataclass(frozen=True, slots=True)
class Stationery:
    """What all letters of one run share."""

    pages: Pages
    calendars: Calendars
    delegations: Mapping[DelegationCode, Delegation]
    sender: str

    @property
    def summit(self) -> Summit:
        """Who writes."""
        return self.calendars.summit


@dataclass(frozen=True, slots=True)
class SessionLine:
    """One session in a letter."""

    day: str
    since: str
    until: str
    title: str
    place: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What a letter says."""

    subject: str
    summit: str
    name: str
    link: str
    seat: str
    label: str
    delegation: str
    until: str
    city: str
    contact: str
    sessions: tuple[SessionLine, ...]
    accepted: bool
    word: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusalWords:
    """What somebody is told who was not let in; ``word`` is the organiser's, in whatever language."""

    subject: str
    summit: str
    name: str
    word: str
    contact: str


def language_for(wish: str, summit: Summit) -> str:
    """The person's own language where we write it, else the summit's first that we do."""
    known = languages()
    wished = (wish, *summit.languages)
    return next((tag.partition("-")[0] for tag in wished if tag.partition("-")[0] in known), known[0])


def written(shared: Stationery, person: Personal, now: Instant, word: str | None = None) -> Envelope:
    """The letter for one person; raises AddressUnusable.

    ``word`` is the organiser's, perhaps empty, to somebody who had asked to be let in; None: who had not.
    """
    identity, row = person.identity, person.invitation
    if identity is None or not identity.email:
        raise AddressUnusable("no address")
    lang = language_for(identity.lang, shared.summit)
    words = _words(shared, person, lang, word)
    letter = _begun(shared, lang, identity.name, identity.email, now)
    letter["Message-ID"] = message_id(row, shared.calendars.public_url)
    _fill(letter, shared, lang, LINK, words)
    _attach(letter, shared, person, lang)
    return _closed(shared, letter, lang, identity.email)


def refused(shared: Stationery, refusal: Refusal, now: Instant) -> Envelope:
    """The letter for somebody who was not let in; raises AddressUnusable."""
    lang = language_for(refusal.lang, shared.summit)
    title = shared.summit.titles.get(lang)
    words = RefusalWords(
        subject=translate(lang, "Votre demande d’accès : %(summit)s", summit=" ".join(title.split())),
        summit=title,
        name=refusal.name,
        word=refusal.word,
        contact=_contact(shared.summit),
    )
    letter = _begun(shared, lang, refusal.name, refusal.email, now)
    letter["Message-ID"] = f"<{refusal.request}@{urlsplit(shared.calendars.public_url).hostname}>"
    _fill(letter, shared, lang, REFUSAL, words)
    return _closed(shared, letter, lang, refusal.email)


def _begun(shared: Stationery, lang: str, name: str, email: str, now: Instant) -> EmailMessage:
    letter = EmailMessage(policy=SMTP)
    letter["From"] = _address(shared.summit.titles.get(lang), usable(shared.sender))
    letter["To"] = _address(name, usable(email))
    if shared.summit.contact_email:
        letter["Reply-To"] = _address("", usable(shared.summit.contact_email))
    letter["Date"] = format_datetime(to_datetime(now))
    letter["Auto-Submitted"] = "auto-generated"  # no holiday note comes back (RFC 3834)
    return letter


def _fill(
    letter: EmailMessage, shared: Stationery, lang: str, template: str, words: Words | RefusalWords
) -> None:
    letter["Subject"] = words.subject
    text = shared.pages.text(f"{template}.txt", lang, {"mail": words})
    letter.set_content(text, cte="quoted-printable")
    html = shared.pages.text(f"{template}.html", lang, {"mail": words})
    letter.add_alternative(html, subtype="html", cte="quoted-printable")


def _closed(shared: Stationery, letter: EmailMessage, lang: str, email: str) -> Envelope:
    letter["Content-Language"] = lang  # last: setting the content drops what was said of it
    return Envelope(usable(shared.sender), usable(email), letter.as_bytes())


def message_id(row: Invitation, public_url: str) -> str:
    """The same for the same link, so that a letter that came twice is seen to be one."""
    return f"<{row.id}.{row.generation}@{urlsplit(public_url).hostname}>"


def usable(address: str) -> str:
    """An address as SMTP carries it everywhere; raises AddressUnusable.

    A domain has a form in plain letters; a name before the @ has none.
    """
    local, at, domain = address.rpartition("@")
    try:
        plain = f"{local}@{domain.encode('idna').decode('ascii')}"
        if not (at and local.isascii()):
            raise AddressUnusable("an address that plain mail cannot carry")
        Address(addr_spec=plain)
    except (UnicodeError, ValueError, IndexError) as error:
        raise AddressUnusable("an address that plain mail cannot carry") from error
    return plain


def _address(name: str, address: str) -> Address:
    return Address(display_name=" ".join(name.split()), addr_spec=address)


def _attach(letter: EmailMessage, shared: Stationery, person: Personal, lang: str) -> None:
    """Without METHOD in the type: the calendar is there to be added, not to be answered."""
    letter.add_attachment(
        personal_calendar(shared.calendars, person.invitation.sessions, person.link, lang),
        maintype="text",
        subtype="calendar",
        filename=f"{shared.summit.slug}.ics",
        params={"charset": "utf-8"},
    )


def _words(shared: Stationery, person: Personal, lang: str, word: str | None) -> Words:
    summit, row = shared.summit, person.invitation
    times = times_of(summit.timezone, lang)
    until = times.moment(row.expires_at)
    title = summit.titles.get(lang)
    return Words(
        subject=translate(lang, "Votre lien personnel : %(summit)s", summit=" ".join(title.split())),
        summit=title,
        name=person.identity.name if person.identity else "",
        link=person.link,
        seat=row.seat,
        label=row.label,
        delegation=_delegation(shared, row.delegation, lang),
        until=f"{until.date}, {until.hm}",
        city=times.city,
        contact=_contact(summit),
        sessions=tuple(_line(session, times) for session in _sessions(shared, row)),
        accepted=word is not None,
        word=word or "",
    )


def _contact(summit: Summit) -> str:
    return ", ".join(filter(None, (summit.contact_name, summit.contact_phone, summit.contact_email)))


def _sessions(shared: Stationery, row: Invitation) -> list[Session]:
    return [s for s in shared.calendars.sessions if row.grant().allows(s.slug) and not s.cancelled]


def _line(session: Session, times: Times) -> SessionLine:
    start, end = times.moment(session.starts_at), times.moment(session.ends_at)
    place = ", ".join(filter(None, (session.room, session.venue)))
    return SessionLine(start.day, start.hm, end.hm, session.titles.get(times.lang), place)


def _delegation(shared: Stationery, code: DelegationCode, lang: str) -> str:
    if code in RESERVED:
        return ""
    found = shared.delegations.get(code)
    return found.names.get(lang) if found else code
