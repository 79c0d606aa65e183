"""Lists of people in SQL: who is known, taking over a list, and further links for many at once."""

from collections.abc import Sequence
from dataclasses import replace

import sqlalchemy as sa

from streamhub.access import orders, roster, store
from streamhub.access.bulk_model import Known, Planned
from streamhub.access.model import Invitation
from streamhub.access.orders import Facts
from streamhub.kit.db import ReadTx, WriteTx
from streamhub.kit.ids import InvitationId


def known_people(tx: ReadTx) -> list[Known]:
    """Everybody invited, with what the organiser's lists call them and what is kept of who they are."""
    table = store.participants
    ids = {row.id: row.external_id or "" for row in tx.all(sa.select(table.c.id, table.c.external_id))}
    who = {one.participant: one for one in store.identity_list(tx)}
    rows = store.invitation_list(tx, delegation=None, after=0, limit=None)
    return [Known(row, ids[row.participant], who.get(row.participant)) for _, row in rows]


def take_over(tx: WriteTx, plans: Sequence[Planned], facts: Facts, by: str) -> list[Invitation | None]:
    """Store what was planned; answers the invitation of each new person, None for the others."""
    return [_store_one(tx, plan, facts, by) for plan in plans]


def further_links(tx: WriteTx, hashes: Sequence[tuple[InvitationId, str]]) -> None:
    """Let each invitation be opened by one link more, of its present generation."""
    for invitation_id, code_hash in hashes:
        row = store.invitation(tx, invitation_id)
        if row is not None:
            store.add_code(tx, code_hash, invitation_id, row.generation)


def _store_one(tx: WriteTx, plan: Planned, facts: Facts, by: str) -> Invitation | None:
    new = plan.listed.new
    added = None
    if plan.known is None:
        store.add(tx, new, orders.seat_prefix(new.role, new.delegation), facts.now, by)
        tx.notice("invitation", new.id)
        added = store.invitation(tx, new.id)
    elif plan.update:
        was = plan.known.invitation
        kept = replace(new, epoch=roster.kept_epoch(was, new, facts))
        prefix = orders.seat_prefix(new.role, new.delegation)
        store.update(tx, was, kept, prefix, roster.extended(was, facts))
        tx.notice("invitation", was.id)
    if plan.known is not None and plan.listed.external_id != plan.known.external_id:
        _name(tx, plan.known.invitation, plan.listed.external_id)
    if plan.identity is not None:
        store.put_identity(tx, plan.identity)
    return added


def _name(tx: WriteTx, invitation: Invitation, external_id: str) -> None:
    """Remember what the lists call a person from now on."""
    here = store.participants.c.id == invitation.participant
    tx.execute(store.participants.update().where(here).values(external_id=external_id))
