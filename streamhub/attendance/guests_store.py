"""People of lists who are no invited participants, and what humans said of them, in SQL."""

import secrets
from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa

from streamhub.attendance.imports_model import Guest
from streamhub.attendance.matching import Target
from streamhub.kit.clock import Instant
from streamhub.kit.db import ReadTx, WriteTx, metadata
from streamhub.kit.ids import DelegationCode, ParticipantId, new_id

SALT_BYTES = 32
AT_ONCE = 500  # names in one statement

import_salt = sa.Table(
    "import_salt",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("salt", sa.Text, nullable=False),
)
"""What the fingerprints of names and e-mails are made with; one row."""

import_guests = sa.Table(
    "import_guests",
    metadata,
    sa.Column("person", sa.Text, primary_key=True),
    sa.Column("participant", sa.Text, nullable=False, unique=True),
    sa.Column("delegation", sa.Text),
)
"""Pseudonyms, by the fingerprint of the person."""

import_matches = sa.Table(
    "import_matches",
    metadata,
    sa.Column("alias", sa.Text, primary_key=True),
    sa.Column("participant", sa.Text),
    sa.Column("delegation", sa.Text),
    sa.Column("matched_at", sa.BigInteger, nullable=False),
    sa.Column("matched_by", sa.Text, nullable=False),
)
"""What humans said, for the next list, by the fingerprint of e-mail or name."""


def salt(tx: WriteTx) -> bytes:
    """The salt of this data folder's fingerprints; the first use makes it."""
    stored = tx.scalar(sa.select(import_salt.c.salt))
    if stored is None:
        stored = secrets.token_hex(SALT_BYTES)
        tx.execute(import_salt.insert(), {"id": 1, "salt": stored})
    return bytes.fromhex(stored)


def guest(tx: WriteTx, person: str) -> ParticipantId:
    """The pseudonym of somebody who is no invited participant; the first use makes it."""
    stored = tx.scalar(sa.select(import_guests.c.participant).where(import_guests.c.person == person))
    if stored is None:
        stored = new_id("z")
        tx.execute(import_guests.insert(), {"person": person, "participant": stored, "delegation": None})
    return ParticipantId(stored)


def guests_named(tx: WriteTx, people: Iterable[str]) -> dict[str, ParticipantId]:
    """``guest`` of many."""
    wanted = sorted(set(people))
    found: dict[str, ParticipantId] = {}
    for start in range(0, len(wanted), AT_ONCE):
        some = import_guests.c.person.in_(wanted[start : start + AT_ONCE])
        found |= {row.person: row.participant for row in tx.all(sa.select(import_guests).where(some))}
    new = {person: ParticipantId(new_id("z")) for person in wanted if person not in found}
    if new:
        rows = [{"person": one, "participant": new[one], "delegation": None} for one in new]
        tx.execute(import_guests.insert(), rows)
    return found | new


def guests_among(tx: ReadTx, participants: Iterable[ParticipantId]) -> list[Guest]:
    """Which of these are guests."""
    wanted = list(participants)
    found: list[Guest] = []
    for start in range(0, len(wanted), AT_ONCE):
        some = import_guests.c.participant.in_(wanted[start : start + AT_ONCE])
        found += map(_guest, tx.all(sa.select(import_guests).where(some)))
    return found


def give_to_delegation(tx: WriteTx, guest_id: ParticipantId, delegation: DelegationCode) -> None:
    """Say to which delegation a guest belongs."""
    which = import_guests.c.participant == guest_id
    tx.execute(import_guests.update().where(which), {"delegation": delegation})


def guests(tx: ReadTx) -> list[Guest]:
    """Every pseudonym with its delegation."""
    return [_guest(row) for row in tx.all(sa.select(import_guests).order_by(import_guests.c.participant))]


def remember(tx: WriteTx, alias: str, target: Target, at: Instant, by: str) -> None:
    """Keep what a human said; the later word holds."""
    tx.execute(import_matches.delete().where(import_matches.c.alias == alias))
    values = {"alias": alias, "participant": target.participant, "delegation": target.delegation}
    tx.execute(import_matches.insert(), {**values, "matched_at": at, "matched_by": by})


def remembered(tx: ReadTx) -> dict[str, Target]:
    """What humans said, by the fingerprint of the alias."""
    return {
        row.alias: Target(
            ParticipantId(row.participant) if row.participant else None,
            DelegationCode(row.delegation) if row.delegation else None,
        )
        for row in tx.all(sa.select(import_matches))
    }


def _guest(row: sa.Row[Any]) -> Guest:
    delegation = DelegationCode(row.delegation) if row.delegation else None
    return Guest(ParticipantId(row.participant), delegation, row.person)
