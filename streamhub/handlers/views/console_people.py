"""The organiser's console: delegations, people with their invitations, staff."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from streamhub.access.directory import Found, Person, Standing
from streamhub.access.model import Participant
from streamhub.access.roles import AUDIENCE, Role
from streamhub.handlers.views.console import Origin, Tab, TextField, origin, tabs, text_fields
from streamhub.handlers.views.programme import Reader
from streamhub.kit.ids import DelegationCode, InvitationId, ParticipantId, SessionSlug
from streamhub.kit.text import Localised
from streamhub.kit.times import Moment
from streamhub.programme.editing import Editable
from streamhub.programme.model import Delegation, DelegationKind, Session, Summit
from streamhub.requests.trials_model import Trial

GUESTS = (Role.DELEGATE, Role.CORRESPONDENT, Role.PRESS, Role.OBSERVER)
"""Roles of people who come, in the order of the form."""

TEAM = (
    *(Role.MODERATOR, Role.TECHNICIAN, Role.INTERPRETER, Role.DESK),
    *(Role.COMMUNICATIONS, Role.ORGANISER),
)
"""Roles of people who work here, in the order of the page."""


@dataclass(frozen=True, slots=True)
class DelegationRow:
    """One delegation: its fields, how many were invited, how many are there now."""

    code: str
    name: str
    names: tuple[TextField, ...]
    kind: DelegationKind
    country: str
    seats: int | None
    version: str
    origin: Origin
    invited: int
    present: int
    untested: int


@dataclass(frozen=True, slots=True)
class DelegationsConsole:
    """What ``/console/delegations`` shows, in protocol order."""

    tabs: tuple[Tab, ...]
    rows: tuple[DelegationRow, ...]
    blank: tuple[TextField, ...]
    kinds: tuple[DelegationKind, ...]
    invited: int
    present: int
    untested: int


@dataclass(frozen=True, slots=True)
class PersonRow:
    """One invitation. ``sessions`` None opens all; ``links`` counts those made for it so far.

    ``trial``: whether the connection was tested: works, partly, none, or empty for who needs no test.
    """

    invitation: str
    seat: str
    label: str
    name: str
    email: str
    role: Role
    delegation: str
    sessions: tuple[str, ...] | None
    expires: Moment
    opens: Moment | None
    standing: Standing
    links: int
    here: bool
    trial: str


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several in a form."""

    value: str
    text: str
    chosen: bool = False


@dataclass(frozen=True, slots=True)
class Search:
    """What was searched for, to stand in the form again."""

    words: str
    delegation: str
    role: str
    standing: str

    @property
    def narrowed(self) -> bool:
        """Whether anything was asked for."""
        return bool(self.words or self.delegation or self.role or self.standing)


@dataclass(frozen=True, slots=True)
class PeopleConsole:
    """What ``/console/people`` shows."""

    tabs: tuple[Tab, ...]
    search: Search
    rows: tuple[PersonRow, ...]
    total: int
    next: str | None
    delegations: tuple[Choice, ...]
    roles: tuple[Role, ...]
    sessions: tuple[Choice, ...]
    island: dict[str, Any]


@dataclass(frozen=True, slots=True)
class TeamGroup:
    """Everybody of one role."""

    role: Role
    rows: tuple[PersonRow, ...]


@dataclass(frozen=True, slots=True)
class StaffConsole:
    """What ``/console/staff`` shows."""

    tabs: tuple[Tab, ...]
    groups: tuple[TeamGroup, ...]
    sessions: tuple[Choice, ...]
    island: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Known:
    """What the rows of people are made with: names of delegations and sessions, who is there now.

    ``trials``: the last tests of connections.
    """

    delegations: Sequence[Delegation]
    sessions: Sequence[Session]
    here: frozenset[ParticipantId]
    trials: Mapping[InvitationId, Trial] = field(default_factory=dict)


def delegations_console(
    rows: Sequence[Editable[Delegation]],
    participants: Iterable[Participant],
    here: frozenset[ParticipantId],
    untested: Mapping[DelegationCode, int],
    summit: Summit,
    lang: str,
) -> DelegationsConsole:
    """Every delegation in protocol order; only those who count are counted.

    ``untested``: how many of each never tested their connection.
    """
    counted = [p for p in participants if p.invited and p.role in AUDIENCE]
    invited = Counter(p.delegation for p in counted)
    present = Counter(p.delegation for p in counted if p.id in here)
    made = tuple(
        _delegation(one, (invited[code], present[code], untested.get(code, 0)), summit, lang)
        for one in rows
        for code in (one.row.code,)
    )
    return DelegationsConsole(
        tabs=tabs("delegations"),
        rows=made,
        blank=text_fields(Localised(), summit),
        kinds=tuple(DelegationKind),
        invited=sum(one.invited for one in made),
        present=sum(one.present for one in made),
        untested=sum(one.untested for one in made),
    )


def people_console(found: Found, search: Search, known: Known, reader: Reader) -> PeopleConsole:
    """One page of people, and the form that invites more."""
    lang = reader.times.lang
    return PeopleConsole(
        tabs=tabs("people"),
        search=search,
        rows=tuple(_person(one, known, reader) for one in found.people),
        total=found.total,
        next=found.next,
        delegations=tuple(
            Choice(d.code, d.names.get(lang), d.code == search.delegation) for d in known.delegations
        ),
        roles=GUESTS,
        sessions=session_choices(known.sessions, reader),
        island={},
    )


def staff_console(people: Sequence[Person], known: Known, reader: Reader) -> StaffConsole:
    """Everybody who works here, by role; invitations that are withdrawn stand last."""
    ranked = sorted(people, key=lambda one: one.standing is Standing.REVOKED)
    return StaffConsole(
        tabs=tabs("staff"),
        groups=tuple(
            TeamGroup(
                role, tuple(_person(one, known, reader) for one in ranked if one.invitation.role is role)
            )
            for role in TEAM
        ),
        sessions=session_choices(known.sessions, reader),
        island={},
    )


def session_choices(sessions: Sequence[Session], reader: Reader) -> tuple[Choice, ...]:
    """The sessions to choose from, with their hour."""
    return tuple(
        Choice(s.slug, f"{reader.times.moment(s.starts_at).hm} {s.titles.get(reader.times.lang)}")
        for s in sorted(sessions, key=lambda s: (s.starts_at, s.order))
    )


def _delegation(
    editable: Editable[Delegation], numbers: tuple[int, int, int], summit: Summit, lang: str
) -> DelegationRow:
    one, (invited, present, untested) = editable.row, numbers
    return DelegationRow(
        code=one.code,
        name=one.names.get(lang),
        names=text_fields(one.names, summit),
        kind=one.kind,
        country=one.country,
        seats=one.seats,
        version=editable.version,
        origin=origin(editable),
        invited=invited,
        present=present,
        untested=untested,
    )


def _person(person: Person, known: Known, reader: Reader) -> PersonRow:
    row, times = person.invitation, reader.times
    names = {d.code: d.names.get(times.lang) for d in known.delegations}
    titles: dict[SessionSlug, str] = {s.slug: s.titles.get(times.lang) for s in known.sessions}
    opened = None if row.sessions is None else tuple(titles.get(s, s) for s in sorted(row.sessions))
    return PersonRow(
        invitation=row.id,
        seat=row.seat,
        label=row.label,
        name=person.identity.name if person.identity else "",
        email=person.identity.email if person.identity else "",
        role=row.role,
        delegation=names.get(row.delegation, ""),
        sessions=opened,
        expires=times.moment(row.expires_at),
        opens=times.maybe(row.not_before),
        standing=person.standing,
        links=row.generation,
        here=row.participant in known.here,
        trial=_trial(person, known.trials.get(row.id)),
    )


def _trial(person: Person, trial: Trial | None) -> str:
    if person.invitation.role not in AUDIENCE or person.standing not in (Standing.VALID, Standing.LATER):
        return ""
    if trial is None:
        return "none"
    return "works" if trial.works else "partly"
