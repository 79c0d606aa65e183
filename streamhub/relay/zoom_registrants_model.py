"""Who is to be registered for which Zoom meeting, under which name; and whose link must go. Pure.

A registration belongs to one link of one invitation: replaced, revoked or over, it is cancelled at
Zoom, and whoever gets a new link is registered anew under a fresh address. What Zoom then tells of
either is the same person's.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from streamhub.access.model import Invitation
from streamhub.access.roles import AUDIENCE
from streamhub.kit.clock import DAY, MINUTE, SECOND, Instant
from streamhub.kit.ids import InvitationId, ParticipantId, SessionSlug, SourceId
from streamhub.kit.text import clean
from streamhub.programme.model import REHEARSAL, Session, SessionState
from streamhub.relay.link_model import Kind
from streamhub.relay.model import Source
from streamhub.relay.zoom_model import NewRegistrant, ZoomKind

NUMBERED = frozenset({Kind.ZOOM_JOIN, Kind.ZOOM_WEB_CLIENT})
"""Links with a meeting number: a personal room has none, and nobody registers for it."""

MAX_NAME = 64
"""Characters of a first or last name at Zoom."""

TRIES_A_DAY = 3
"""How often Zoom takes one address in a day."""

FIRST_PAUSE_MS, LONGEST_PAUSE_MS = 10 * SECOND, 10 * MINUTE


class ZoomNames(StrEnum):
    """What Zoom is told of people: function and delegation, or the seat alone."""

    LABEL = "label"
    PSEUDONYM = "pseudonym"


@dataclass(frozen=True, slots=True)
class Numbered:
    """A meeting or webinar of an account, whichever it is."""

    account: str
    number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoomRegistrant:
    """One registration: asked for (perhaps without an answer), there, cancelled.

    ``tries`` counts how often Zoom was asked within a day. ``zoom_id`` and ``join_url`` are Zoom's; the
    link is the person's own. Once the person is erased ``invitation`` and ``participant`` are empty,
    until Zoom has cancelled it.
    """

    id: str
    meeting: Numbered
    kind: ZoomKind
    panelist: bool
    names: ZoomNames
    invitation: InvitationId
    participant: ParticipantId
    generation: int
    email: str
    asked_at: Instant
    tries: int = 1
    zoom_id: str = ""
    join_url: str = field(default="", repr=False)
    registered_at: Instant | None = None
    cancelled_at: Instant | None = None

    @property
    def unsure(self) -> bool:
        """Whether Zoom was asked, or about to be, and no answer was stored: it may be there or not."""
        return self.registered_at is None and self.cancelled_at is None

    def may_be_asked(self, now: Instant) -> bool:
        """Whether Zoom may be asked for this address once more: three times a day at the most."""
        return self.tries < TRIES_A_DAY or self.asked_at + DAY <= now

    @property
    def stands(self) -> bool:
        """Whether its link opens the meeting, as far as we know."""
        return self.registered_at is not None and self.cancelled_at is None


@dataclass(frozen=True, slots=True)
class Standing:
    """How it goes with one meeting. ``fault`` is a word of ``Trouble`` or ``Unanswered``, or empty."""

    meeting: Numbered
    kind: ZoomKind | None = None
    fault: str = ""
    right: str = ""
    faults: int = 0
    tried_at: Instant | None = None
    answered_at: Instant | None = None
    rest_until: Instant = 0


@dataclass(frozen=True, slots=True)
class Place:
    """A session's source that leads to a numbered meeting of an account."""

    session: Session
    source: SourceId
    names: ZoomNames = ZoomNames.LABEL


@dataclass(frozen=True, slots=True)
class Facts:
    """What decides who is registered. ``epochs`` are those of delegations, by code."""

    now: Instant
    days: int
    invitations: tuple[Invitation, ...]
    epochs: Mapping[str, int]
    removed: Mapping[SessionSlug, Collection[ParticipantId]]


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be done for one meeting: whom to register, whose registration must go.

    ``registrants`` are those that were not cancelled, ``wanted`` counts who should be registered now.
    """

    meeting: Numbered
    names: ZoomNames
    registrants: tuple[ZoomRegistrant, ...]
    missing: tuple[Invitation, ...]
    unwanted: tuple[ZoomRegistrant, ...]
    wanted: int

    @property
    def unsure(self) -> tuple[ZoomRegistrant, ...]:
        """Of whom nobody knows whether Zoom has them."""
        return tuple(one for one in self.registrants if one.unsure)

    @property
    def to_cancel(self) -> tuple[ZoomRegistrant, ...]:
        """Those that Zoom has and must not have."""
        return tuple(one for one in self.unwanted if one.stands)

    @property
    def idle(self) -> bool:
        """Whether there is nothing to ask Zoom for."""
        return not (self.missing or self.unwanted or self.unsure)


def numbered(source: Source) -> Numbered | None:
    """The meeting that a source leads to, where it belongs to an account and has a number."""
    if not source.account or source.link is None or source.link.kind not in NUMBERED:
        return None
    return Numbered(source.account, source.link.id)


def planned(
    meeting: Numbered, places: Iterable[Place], registrants: Iterable[ZoomRegistrant], facts: Facts
) -> Plan:
    """What one meeting needs now. A meeting of several sessions has one registration a person.

    Nobody is put out because a session ended or lost its source: only what ends the right to join does.
    """
    served, known = tuple(places), tuple(registrants)
    private = any(place.names is ZoomNames.PSEUDONYM for place in served)
    names = ZoomNames.PSEUDONYM if private else ZoomNames.LABEL
    alive = {one.id: one for one in facts.invitations if _alive(one, facts)}
    standing = [one for one in known if one.cancelled_at is None]
    unwanted = tuple(one for one in standing if not _wanted(one, alive, served, names, facts))
    gone = {one.id for one in unwanted}
    there = {one.invitation for one in standing if one.id not in gone}
    coming = [place for place in served if _opens(place.session, facts)]
    wanted = [one for one in alive.values() if registered_by_us(one) and _admitted(one, coming, facts)]
    return Plan(
        meeting=meeting,
        names=names,
        registrants=tuple(standing),
        missing=tuple(one for one in wanted if one.id not in there),
        unwanted=unwanted,
        wanted=len(wanted),
    )


def registered_by_us(invitation: Invitation) -> bool:
    """Whether the invitation is for a link of one's own: the audience, and whoever may speak."""
    return (invitation.role in AUDIENCE or invitation.speak) and invitation.delegation != REHEARSAL


def is_panelist(invitation: Invitation, kind: ZoomKind) -> bool:
    """Whether this person speaks in a webinar; in a meeting everybody does."""
    return kind is ZoomKind.WEBINAR and invitation.speak


def zoom_name(
    invitation: Invitation, names: ZoomNames, delegations: Mapping[str, str], email: str
) -> NewRegistrant:
    """Under which name Zoom shows a person: « Bénin, Ministre du Numérique », or BJ-03 alone."""
    delegation = delegations.get(invitation.delegation, "")
    if names is ZoomNames.PSEUDONYM or not delegation:
        return NewRegistrant(email, _cut(invitation.seat), "")
    return NewRegistrant(
        email, _cut(delegation, MAX_NAME - 1) + ",", _cut(invitation.label or invitation.seat)
    )


def pause_after(faults: int) -> int:
    """Milliseconds until Zoom is asked again after so many failures in a row."""
    return int(min(FIRST_PAUSE_MS * 2 ** max(0, min(faults, 20) - 1), LONGEST_PAUSE_MS))


def _alive(invitation: Invitation, facts: Facts) -> bool:
    """Whether the invitation's present link opens anything now or later."""
    good = invitation.revoked_at is None and invitation.expires_at > facts.now
    return good and invitation.epoch == facts.epochs.get(invitation.delegation, invitation.epoch)


def _opens(session: Session, facts: Facts) -> bool:
    """Whether people register for the session now: some days before, until it is over."""
    over = session.state is SessionState.ENDED or session.cancelled
    return not over and session.starts_at - facts.days * DAY <= facts.now


def _admitted(invitation: Invitation, places: Iterable[Place], facts: Facts) -> bool:
    """Whether the invitation opens one of the sessions, and the person was not put out of it."""
    return any(
        (invitation.sessions is None or place.session.slug in invitation.sessions)
        and invitation.participant not in facts.removed.get(place.session.slug, ())
        for place in places
    )


def _wanted(
    registrant: ZoomRegistrant,
    alive: Mapping[InvitationId, Invitation],
    places: tuple[Place, ...],
    names: ZoomNames,
    facts: Facts,
) -> bool:
    """Whether a registration may stay as it is."""
    invitation = alive.get(registrant.invitation)
    if invitation is None or invitation.generation != registrant.generation:
        return False
    if not registered_by_us(invitation) or is_panelist(invitation, registrant.kind) != registrant.panelist:
        return False
    if not places:
        return True
    return names is registrant.names and _admitted(invitation, places, facts)


def _cut(text: str, length: int = MAX_NAME) -> str:
    return " ".join(clean(text).split())[:length].strip()


Draw = Callable[[], str]
"""Draws what makes an address that nobody else has."""


def drafted(
    plan: Plan, kind: ZoomKind, now: Instant, domain: str, draw: Draw, most: int
) -> tuple[ZoomRegistrant, ...]:
    """The next registrations, to be stored before Zoom hears of them: panelists first, never both at once."""
    speakers = [one for one in plan.missing if is_panelist(one, kind)]
    chosen = (speakers or list(plan.missing))[:most]
    return tuple(_draft(plan, kind, one, now, domain, draw()) for one in chosen)


def _draft(
    plan: Plan, kind: ZoomKind, one: Invitation, now: Instant, domain: str, mark: str
) -> ZoomRegistrant:
    return ZoomRegistrant(
        id=f"zr_{mark}",
        meeting=plan.meeting,
        kind=kind,
        panelist=is_panelist(one, kind),
        names=plan.names,
        invitation=one.id,
        participant=one.participant,
        generation=one.generation,
        email=f"p-{mark}@{domain}",
        asked_at=now,
    )
