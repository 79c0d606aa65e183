"""What a correspondent sees: the seats of the own delegation, and nobody else's."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from streamhub.access.delegates_model import DelegationLinks, Link, LinkState
from streamhub.access.roles import Role
from streamhub.kit.ids import InvitationId, ParticipantId, SessionSlug
from streamhub.kit.times import Moment, Times
from streamhub.presence.model import Person, PersonState
from streamhub.programme.model import Session
from streamhub.requests.trials_model import Trial

_FIRST = {state: place for place, state in enumerate(PersonState)}


@dataclass(frozen=True, slots=True)
class Here:
    """Where somebody is now, of all sessions that are open the one that says most."""

    session: Session
    person: Person


@dataclass(frozen=True, slots=True)
class DelegationNow:
    """A delegation as of this moment."""

    links: DelegationLinks
    trials: Mapping[InvitationId, Trial]
    here: Mapping[ParticipantId, Here]

    def state(self, link: Link) -> str:
        """How far a link has come: issued, entered, tested, revoked or dead."""
        alive = link.state in {LinkState.ISSUED, LinkState.ENTERED}
        return "tested" if alive and link.invitation.id in self.trials else link.state.value


@dataclass(frozen=True, slots=True)
class HereView:
    """Where somebody is now, in words."""

    state: PersonState
    session: str
    since: Moment


@dataclass(frozen=True, slots=True)
class SeatRow:
    """One seat. ``managed``: its link may be shown, replaced and withdrawn here."""

    id: str
    generation: int
    seat: str
    label: str
    role: Role
    state: str
    entered: Moment | None
    tested: Moment | None
    works: bool
    here: HereView | None
    managed: bool


_BLANK = SeatRow("", 1, "", "", Role.DELEGATE, "issued", None, None, False, None, True)  # noqa: FBT003 - a row without anybody


@dataclass(frozen=True, slots=True)
class DelegationPage:
    """What ``/delegation`` shows. ``seats`` None is no limit; ``gone`` are withdrawn or over.

    ``blank`` is the row from which the script makes new ones.
    """

    name: str
    seats: int | None
    taken: int
    full: bool
    present: int
    untested: int
    rows: tuple[SeatRow, ...]
    gone: tuple[SeatRow, ...]
    blank: SeatRow
    island: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class TrialView:
    """The last test of one's connection."""

    at: Moment
    works: bool


def trial_view(trial: Trial | None, times: Times) -> TrialView | None:
    """The last test in words, None before the first."""
    return TrialView(times.moment(trial.tested_at), trial.works) if trial else None


def here_of(found: Iterable[tuple[Session, Person | None]]) -> Here | None:
    """Where somebody is, from what each open session knows of them."""
    there = [Here(session, person) for session, person in found if person is not None]
    return min(there, key=lambda here: _FIRST[here.person.state], default=None)


def delegation_page(
    now: DelegationNow, name: str, titles: Mapping[SessionSlug, str], times: Times
) -> DelegationPage:
    """The seats in their order; ``titles`` are those of every session, for what the script hears later."""
    rows = [_row(link, now, times) for link in now.links.links]
    alive = tuple(row for row in rows if row.state not in {"revoked", "dead"})
    return DelegationPage(
        name=name,
        seats=now.links.seats,
        taken=now.links.taken,
        full=now.links.is_full,
        present=_present(alive),
        untested=sum(row.tested is None for row in alive),
        rows=alive,
        gone=tuple(row for row in rows if row not in alive),
        blank=_BLANK,
        island={"zone": str(times.zone), "titles": dict(titles)},
    )


def _present(rows: Sequence[SeatRow]) -> int:
    there = {PersonState.HALL, PersonState.ONLINE, PersonState.UNSTABLE}
    return sum(row.here is not None and row.here.state in there for row in rows)


def _row(link: Link, now: DelegationNow, times: Times) -> SeatRow:
    invitation = link.invitation
    trial, here = now.trials.get(invitation.id), now.here.get(invitation.participant)
    return SeatRow(
        id=invitation.id,
        generation=invitation.generation,
        seat=invitation.seat,
        label=invitation.label,
        role=invitation.role,
        state=now.state(link),
        entered=times.maybe(link.entered_at),
        tested=times.maybe(trial.tested_at if trial else None),
        works=trial is not None and trial.works,
        here=_here(here, times),
        managed=invitation.role is Role.DELEGATE,
    )


def _here(here: Here | None, times: Times) -> HereView | None:
    if here is None:
        return None
    return HereView(here.person.state, here.session.titles.get(times.lang), times.moment(here.person.since))
