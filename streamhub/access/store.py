"""Participants, invitations, grants and removals in SQL."""

import json
from collections.abc import Collection, Sequence
from typing import Any

import sqlalchemy as sa

from streamhub.access.model import (
    DevicePolicy,
    Identity,
    Invitation,
    NewInvitation,
    Participant,
    Sessions,
    StoredGrant,
)
from streamhub.access.roles import Role
from streamhub.kit.clock import Instant
from streamhub.kit.db import ReadTx, WriteTx, metadata
from streamhub.kit.ids import DelegationCode, InvitationId, ParticipantId, SessionSlug

participants = sa.Table(
    "participants",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("external_id", sa.Text, unique=True),
    sa.Column("delegation", sa.Text, nullable=False, index=True),
    sa.Column("role", sa.Text, nullable=False),
    sa.Column("label", sa.Text, nullable=False),
    sa.Column("seat_prefix", sa.Text, nullable=False),
    sa.Column("seat_number", sa.Integer, nullable=False),
    sa.Column("speak", sa.Boolean, nullable=False),
    sa.Column("label_edited", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("created_at", sa.BigInteger, nullable=False),
    sa.UniqueConstraint("seat_prefix", "seat_number"),
)

seats_given = sa.Table(
    "seats_given",
    metadata,
    sa.Column("prefix", sa.Text, primary_key=True),
    sa.Column("highest", sa.Integer, nullable=False),
)
"""The highest seat number ever given: one that was left still stands on a badge and in Zoom lists."""

identities = sa.Table(
    "identities",
    metadata,
    sa.Column("participant", sa.Text, primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("email", sa.Text, nullable=False),
    sa.Column("lang", sa.Text, nullable=False),
)
"""Names and addresses: the only table that holds them."""

invitations = sa.Table(
    "invitations",
    metadata,
    sa.Column("seq", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("id", sa.Text, nullable=False, unique=True),
    sa.Column("participant", sa.Text, nullable=False, unique=True),
    sa.Column("sessions", sa.Text),
    sa.Column("not_before", sa.BigInteger),
    sa.Column("expires_at", sa.BigInteger, nullable=False),
    sa.Column("devices", sa.Integer, nullable=False),
    sa.Column("device_policy", sa.Text, nullable=False, server_default="replace_oldest"),
    sa.Column("generation", sa.Integer, nullable=False),
    sa.Column("epoch", sa.Integer, nullable=False),
    sa.Column("created_at", sa.BigInteger, nullable=False),
    sa.Column("created_by", sa.Text, nullable=False),
    sa.Column("revoked_at", sa.BigInteger),
    sa.Column("revoked_by", sa.Text),
    sa.Column("issuer", sa.Text),
    sa.Column("issued_at", sa.BigInteger),
    sa.Column("replaced_at", sa.BigInteger),
    sqlite_autoincrement=True,
)

invitation_codes = sa.Table(
    "invitation_codes",
    metadata,
    sa.Column("hash", sa.Text, primary_key=True),
    sa.Column("invitation", sa.Text, nullable=False, index=True),
    sa.Column("generation", sa.Integer, nullable=False),
)
"""Hashes of every link ever made: an old one still says that it was replaced."""

grants = sa.Table(
    "grants",
    metadata,
    sa.Column("hash", sa.Text, primary_key=True),
    sa.Column("invitation", sa.Text, nullable=False, index=True),
    sa.Column("generation", sa.Integer, nullable=False),
    sa.Column("sessions", sa.Text),
    sa.Column("created_at", sa.BigInteger, nullable=False),
    sa.Column("expires_at", sa.BigInteger, nullable=False, index=True),
    sa.Column("run", sa.Integer),
)

removals = sa.Table(
    "removals",
    metadata,
    sa.Column("session", sa.Text, primary_key=True),
    sa.Column("participant", sa.Text, primary_key=True),
    sa.Column("removed_at", sa.BigInteger, nullable=False),
    sa.Column("removed_by", sa.Text, nullable=False),
)

_JOINED = invitations.join(participants, invitations.c.participant == participants.c.id)
_INVITATION = sa.select(
    invitations,
    participants.c.delegation,
    participants.c.role,
    participants.c.label,
    participants.c.seat_prefix,
    participants.c.seat_number,
    participants.c.speak,
).select_from(_JOINED)


def take_seats(tx: WriteTx, prefix: str, count: int = 1) -> int:
    """The first of so many seat numbers that nobody under ``prefix`` has or ever had."""
    here = seats_given.c.prefix == prefix
    highest = int(tx.scalar(sa.select(seats_given.c.highest).where(here)) or 0)
    if not tx.execute(seats_given.update().where(here).values(highest=highest + count)):
        tx.execute(seats_given.insert(), {"prefix": prefix, "highest": count})
    return highest + 1


def add_code(tx: WriteTx, code_hash: str, invitation: InvitationId, generation: int) -> None:
    """Remember the hash of a link."""
    tx.execute(
        invitation_codes.insert(),
        {"hash": code_hash, "invitation": invitation, "generation": generation},
    )


def invitation(tx: ReadTx, invitation_id: InvitationId) -> Invitation | None:
    """One invitation, or None."""
    row = tx.first(_INVITATION.where(invitations.c.id == invitation_id))
    return None if row is None else _invitation(row)


def invitations_of(tx: ReadTx, ids: Collection[InvitationId]) -> dict[InvitationId, Invitation]:
    """Those of these invitations that are there."""
    found = map(_invitation, tx.all(_INVITATION.where(invitations.c.id.in_(ids))))
    return {invitation.id: invitation for invitation in found}


def first_invitations(tx: ReadTx, limit: int) -> dict[InvitationId, Invitation]:
    """The invitations made first, ``limit`` of them at the most."""
    found = map(_invitation, tx.all(_INVITATION.order_by(invitations.c.seq).limit(limit)))
    return {invitation.id: invitation for invitation in found}


def invitation_of(tx: ReadTx, participant: ParticipantId) -> Invitation | None:
    """The invitation of one participant, or None."""
    row = tx.first(_INVITATION.where(invitations.c.participant == participant))
    return None if row is None else _invitation(row)


def invitation_list(
    tx: ReadTx, *, delegation: DelegationCode | None, after: int, limit: int | None
) -> list[tuple[int, Invitation]]:
    """Invitations in the order in which they were made, each with its cursor."""
    query = _INVITATION.where(invitations.c.seq > after).order_by(invitations.c.seq).limit(limit)
    if delegation is not None:
        query = query.where(participants.c.delegation == delegation)
    return [(row.seq, _invitation(row)) for row in tx.all(query)]


def seats_taken(tx: ReadTx, delegation: DelegationCode, now: Instant) -> int:
    """Delegates of the delegation who may still join: revoked and past ones free their seat."""
    query = (
        sa.select(sa.func.count())
        .select_from(_JOINED)
        .where(
            participants.c.delegation == delegation,
            participants.c.role == Role.DELEGATE.value,
            invitations.c.revoked_at.is_(None),
            invitations.c.expires_at > now,
        )
    )
    return int(tx.scalar(query) or 0)


def code(tx: ReadTx, code_hash: str) -> tuple[InvitationId, int] | None:
    """The invitation and link generation that a code stands for, or None."""
    row = tx.first(sa.select(invitation_codes).where(invitation_codes.c.hash == code_hash))
    return None if row is None else (InvitationId(row.invitation), row.generation)


def revoke(tx: WriteTx, invitation_id: InvitationId, at: Instant, by: str) -> None:
    """End the invitation; a second time changes nothing.

    Its grants stay: whoever holds one is told what happened, and is let in nowhere.
    """
    tx.execute(
        invitations.update()
        .where(invitations.c.id == invitation_id, invitations.c.revoked_at.is_(None))
        .values(revoked_at=at, revoked_by=by)
    )


def replace(
    tx: WriteTx, old: Invitation, code_hash: str, *, epoch: int, expires_at: Instant, at: Instant
) -> None:
    """The next generation: a new link, every older code, token and grant dead."""
    generation = old.generation + 1
    tx.execute(
        invitations.update()
        .where(invitations.c.id == old.id)
        .values(generation=generation, epoch=epoch, expires_at=expires_at, replaced_at=at)
    )
    add_code(tx, code_hash, old.id, generation)


def update(tx: WriteTx, old: Invitation, new: NewInvitation, prefix: str, expires_at: Instant) -> None:
    """Take over what the organiser's file now says of a person it already named.

    Who moves to another delegation gets a seat number there; the link stays good.
    """
    values: dict[str, Any] = {"role": new.role.value, "label": new.label, "speak": new.speak}
    if new.label != old.label:
        values["label_edited"] = False
    if new.delegation != old.delegation:
        seat = {"seat_prefix": prefix, "seat_number": take_seats(tx, prefix)}
        values |= {"delegation": new.delegation, **seat}
    tx.execute(participants.update().where(participants.c.id == old.participant).values(**values))
    tx.execute(
        invitations.update()
        .where(invitations.c.id == old.id)
        .values(sessions=sessions_text(new.sessions), epoch=new.epoch, expires_at=expires_at)
    )


def set_devices(tx: WriteTx, invitation_id: InvitationId, devices: int, policy: DevicePolicy) -> None:
    """On how many devices the link may be open at once, and what one more means."""
    tx.execute(
        invitations.update()
        .where(invitations.c.id == invitation_id)
        .values(devices=devices, device_policy=policy.value)
    )


def put_identity(tx: WriteTx, identity: Identity) -> None:
    """Store or overwrite who a participant is."""
    tx.execute(identities.delete().where(identities.c.participant == identity.participant))
    put_new_identities(tx, [identity])


def put_new_identities(tx: WriteTx, new: Sequence[Identity]) -> None:
    """Store who participants are of whom nothing is known yet."""
    if new:
        tx.execute(
            identities.insert(),
            [
                {"participant": one.participant, "name": one.name, "email": one.email, "lang": one.lang}
                for one in new
            ],
        )


def identity(tx: ReadTx, participant: ParticipantId) -> Identity | None:
    """Who a participant is, while that is kept."""
    row = tx.first(sa.select(identities).where(identities.c.participant == participant))
    return None if row is None else _identity(row)


def identity_list(tx: ReadTx) -> list[Identity]:
    """Who everybody is, as far as that is kept."""
    return [_identity(row) for row in tx.all(sa.select(identities).order_by(identities.c.participant))]


def participant_list(tx: ReadTx) -> list[Participant]:
    """Everybody, in the order in which the invitations were made."""
    return [_invitation(row).person() for row in tx.all(_INVITATION.order_by(invitations.c.seq))]


def add_grant(tx: WriteTx, grant_hash: str, grant: StoredGrant, at: Instant) -> None:
    """Remember one entering."""
    tx.execute(
        grants.insert(),
        {
            "hash": grant_hash,
            "invitation": grant.invitation,
            "generation": grant.generation,
            "sessions": sessions_text(grant.sessions),
            "created_at": at,
            "expires_at": grant.expires_at,
            "run": grant.run,
        },
    )


def grant(tx: ReadTx, grant_hash: str) -> StoredGrant | None:
    """What a cookie stands for, or None."""
    row = tx.first(sa.select(grants).where(grants.c.hash == grant_hash))
    if row is None:
        return None
    invitation_id, sessions = InvitationId(row.invitation), _sessions(row.sessions)
    return StoredGrant(invitation_id, row.generation, sessions, row.expires_at, row.run)


def drop_grant(tx: WriteTx, grant_hash: str) -> None:
    """Forget one entering."""
    tx.execute(grants.delete().where(grants.c.hash == grant_hash))


def drop_expired_grants(tx: WriteTx, now: Instant) -> int:
    """Forget the enterings that are over; answers how many."""
    return tx.execute(grants.delete().where(grants.c.expires_at <= now))


def remove(tx: WriteTx, session: SessionSlug, participant: ParticipantId, at: Instant, by: str) -> bool:
    """Bar a participant from a session; False if that was so already."""
    if is_removed(tx, session, participant):
        return False
    tx.execute(
        removals.insert(),
        {"session": session, "participant": participant, "removed_at": at, "removed_by": by},
    )
    return True


def admit(tx: WriteTx, session: SessionSlug, participant: ParticipantId) -> bool:
    """Let a participant in again; False if nothing barred them."""
    barred = (removals.c.session == session) & (removals.c.participant == participant)
    return tx.execute(removals.delete().where(barred)) > 0


def is_removed(tx: ReadTx, session: SessionSlug, participant: ParticipantId) -> bool:
    """Whether the participant is barred from the session."""
    barred = (removals.c.session == session) & (removals.c.participant == participant)
    return tx.first(sa.select(removals.c.session).where(barred)) is not None


def removed(tx: ReadTx, session: SessionSlug) -> frozenset[ParticipantId]:
    """Everybody who is barred from the session."""
    rows = tx.all(sa.select(removals.c.participant).where(removals.c.session == session))
    return frozenset(ParticipantId(row.participant) for row in rows)


def _identity(row: sa.Row[Any]) -> Identity:
    return Identity(participant=ParticipantId(row.participant), name=row.name, email=row.email, lang=row.lang)


def _invitation(row: sa.Row[Any]) -> Invitation:
    return Invitation(
        id=InvitationId(row.id),
        participant=ParticipantId(row.participant),
        delegation=DelegationCode(row.delegation),
        role=Role(row.role),
        label=row.label,
        seat=f"{row.seat_prefix}-{row.seat_number:02d}",
        speak=bool(row.speak),
        sessions=_sessions(row.sessions),
        not_before=row.not_before,
        expires_at=row.expires_at,
        devices=row.devices,
        device_policy=DevicePolicy(row.device_policy),
        generation=row.generation,
        epoch=row.epoch,
        created_at=row.created_at,
        revoked_at=row.revoked_at,
        issuer=row.issuer,
        issued_at=row.issued_at,
        replaced_at=row.replaced_at,
    )


def sessions_text(sessions: Sessions) -> str | None:
    """Session slugs as they are stored; None for all of them."""
    return None if sessions is None else json.dumps(sorted(sessions))


def _sessions(text: str | None) -> Sessions:
    return None if text is None else frozenset(map(SessionSlug, json.loads(text)))
