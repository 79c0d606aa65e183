"""What stands in the database of an account's meetings, read at one moment."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from streamhub.access import store as access_store
from streamhub.access.model import Invitation
from streamhub.kit.clock import Instant
from streamhub.kit.db import ReadTx
from streamhub.kit.ids import InvitationId, SourceId
from streamhub.programme.model import Delegation, Session
from streamhub.relay import store as relay_store
from streamhub.relay import zoom_registrants_store as store
from streamhub.relay.zoom_registrants_model import Facts, Numbered, Place, Plan, Standing, numbered, planned


@dataclass(frozen=True, slots=True)
class Asked:
    """For whom it is read: the programme as it stands, and so many days before a session."""

    sessions: tuple[Session, ...]
    delegations: tuple[Delegation, ...]
    now: Instant
    days: int


@dataclass(frozen=True, slots=True)
class Situation:
    """One meeting: what is to be done for it, how it went so far, and the people it is about."""

    plan: Plan
    standing: Standing
    people: Mapping[InvitationId, Invitation]


def situations(tx: ReadTx, account: str, asked: Asked) -> list[Situation]:
    """Every meeting of an account that a session has, or for which people are registered still."""
    places = _places(tx, account, asked.sessions)
    registrants = store.registrants_of(tx, account)
    meetings = list(dict.fromkeys((*places, *registrants)))
    if not meetings:
        return []
    facts = _facts(
        tx, asked, {place.session.slug: place.session for some in places.values() for place in some}
    )
    people = {one.id: one for one in facts.invitations}
    return [
        Situation(
            planned(meeting, places.get(meeting, ()), registrants.get(meeting, ()), facts),
            store.standing(tx, meeting),
            people,
        )
        for meeting in meetings
    ]


def _places(tx: ReadTx, account: str, sessions: Iterable[Session]) -> dict[Numbered, list[Place]]:
    """Where each meeting of the account is shown."""
    found: list[tuple[Numbered, Session, SourceId]] = []
    for session in sessions:
        for source in relay_store.sources_of(tx, session.slug):
            meeting = numbered(source)
            if meeting is not None and meeting.account == account:
                found.append((meeting, session, source.id))
    names = store.names_of(tx, [shown for _, _, shown in found])
    places: dict[Numbered, list[Place]] = {}
    for meeting, session, shown in found:
        places.setdefault(meeting, []).append(Place(session, shown, names[shown]))
    return places


def _facts(tx: ReadTx, asked: Asked, shown: Mapping[str, Session]) -> Facts:
    rows = access_store.invitation_list(tx, delegation=None, after=0, limit=None)
    return Facts(
        now=asked.now,
        days=asked.days,
        invitations=tuple(one for _, one in rows),
        epochs={one.code: one.epoch for one in asked.delegations},
        removed={one.slug: access_store.removed(tx, one.slug) for one in shown.values()},
    )
