"""Taking a person out of attendance in SQL: what lasts ends, and no list leads to them any more."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass

import sqlalchemy as sa

from streamhub.attendance import door_store, guests_store, model, store
from streamhub.attendance.door_model import CheckInOrder, Direction, Place, Scope
from streamhub.attendance.guests_store import import_guests, import_matches
from streamhub.attendance.imports_store import import_people
from streamhub.attendance.matching import email_alias, fingerprint, name_alias
from streamhub.attendance.model import Cause, Event, Stay
from streamhub.attendance.openings_store import openings
from streamhub.kit.clock import Instant
from streamhub.kit.db import ReadTx, WriteTx
from streamhub.kit.ids import ParticipantId, new_id

_FINGERPRINT_BYTES = 20


@dataclass(frozen=True, slots=True)
class _Prints:
    """Fingerprints that lead to one person: as who counts once in a list, and from list to list."""

    people: frozenset[str]
    aliases: frozenset[str]


def end_all(tx: WriteTx, participant: ParticipantId, at: Instant, by: str) -> None:
    """Nothing of the person lasts beyond ``at``: stays in every channel, check-ins, players."""
    lasting = [stay for stay in store.open_stays(tx) if stay.key.participant == participant]
    store.append(tx, [event for stay in lasting for event in _ended(stay, at, by)], at)
    inside = door_store.current(tx, participant)
    if inside:
        place = Place(Scope.SUMMIT)
        out = CheckInOrder(participant, place, Direction.OUT, at, nonce=new_id("n"), by=by)
        door_store.close(tx, out, inside, at)
    mine = sa.and_(openings.c.who == participant, openings.c.until.is_(None))
    tx.execute(openings.update().where(mine), {"until": at})


def _ended(stay: Stay, at: Instant, by: str) -> list[Event]:
    """What ends a stay; one that others keep is told anew, with its end."""
    if stay.import_id is None or stay.row is None:
        return [model.leave(stay.key, at, Cause.REVOKED)]
    told = model.import_stay(stay.key, stay.since, at, import_id=stay.import_id, row=stay.row, at=at)
    return [model.undo(stay.import_id, at, row=stay.row, by=by), told]


def unrecognise(tx: WriteTx, participant: ParticipantId, names: Iterable[str], emails: Iterable[str]) -> None:
    """Lists forget the person: names leave the queue, what was remembered goes, fingerprints are drawn anew.

    Stays that came from lists stay. ``names`` and ``emails`` are those by which the person was
    invited; rows that a human gave to somebody else are left alone.
    """
    prints = _prints(tx, participant, names, emails)
    theirs = _theirs(participant, prints)
    anew = {old: secrets.token_hex(_FINGERPRINT_BYTES) for old in prints.people | prints.aliases}
    for row in tx.all(sa.select(import_people).where(theirs)):
        values = {"person": anew[row.person], "alias": anew[row.alias], "name": None, "email": None}
        tx.execute(import_people.update().where(import_people.c.id == row.id), values)
    for old in prints.people:
        tx.execute(import_guests.update().where(import_guests.c.person == old), {"person": anew[old]})
    of_a_delegation = import_matches.c.alias.in_(prints.aliases) & import_matches.c.participant.is_(None)
    tx.execute(import_matches.delete().where(of_a_delegation))


def _prints(tx: WriteTx, participant: ParticipantId, names: Iterable[str], emails: Iterable[str]) -> _Prints:
    """Everything by which lists know the person: one row leads to the next until none is new."""
    salt = guests_store.salt(tx)
    known = [*map(name_alias, names), *map(email_alias, emails)]
    found = _Prints(frozenset(), frozenset(fingerprint(salt, alias) for alias in known))
    while (wider := _wider(tx, participant, found)) != found:
        found = wider
    return found


def _wider(tx: ReadTx, participant: ParticipantId, known: _Prints) -> _Prints:
    rows = tx.all(sa.select(import_people).where(_theirs(participant, known)))
    people, aliases = {row.person for row in rows}, {row.alias for row in rows}
    return _Prints(known.people | people, known.aliases | aliases)


def _theirs(participant: ParticipantId, prints: _Prints) -> sa.ColumnElement[bool]:
    """Rows under the participant, and those that nobody recognised and that look the same."""
    person = import_people.c
    same = person.person.in_(prints.people) | person.alias.in_(prints.aliases)
    return (person.participant == participant) | (person.matched_by.is_(None) & same)
