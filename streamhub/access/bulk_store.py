"""Lists of people in SQL: who is known, taking over a list, and further links for many at once."""

from collections.abc import Sequence
from dataclasses import replace

import sqlalchemy as sa

from streamhub.access import adding_store, orders, roster, store
from streamhub.access.bulk_model import Known, Planned
from streamhub.access.model import Invitation
from streamhub.access.orders import Facts
from streamhub.kit.db import ReadTx, WriteTx
from streamhub.kit.ids import InvitationId


def known_people(tx: ReadTx) -> list[Known]:
    """Everybody invited, with what the organiser's lists call them and what is kept of who they are."""
    table = store.participants
    columns = (table.c.id, table.c.external_id, table.c.label_edited)
    about = {row.id: row for row in tx.all(sa.select(*columns))}
    who = {one.participant: one for one in store.identity_list(tx)}
    rows = store.invitation_list(tx, delegation=None, after=0, limit=None)
    return [
        Known(
            invitation=row,
            external_id=about[row.participant].external_id or "",
            identity=who.get(row.participant),
            label_edited=about[row.participant].label_edited,
        )
        for _, row in rows
    ]


def take_over(tx: WriteTx, plans: Sequence[Planned], facts: Facts, by: str) -> list[Invitation | None]:
    """Store what was planned; answers the invitation of each new person, None for the others."""
    added = _add(tx, [plan for plan in plans if plan.known is None], facts, by)
    for plan in plans:
        if plan.known is not None:
            _update(tx, plan, plan.known, facts)
    return [added.get(plan.listed.new.id) for plan in plans]


def further_links(tx: WriteTx, hashes: Sequence[tuple[InvitationId, str]]) -> None:
    """Let each invitation be opened by one link more, of its present generation."""
    of = store.invitations.c
    present = {row.id: row.generation for row in tx.all(sa.select(of.id, of.generation))}
    codes = [
        {"hash": code_hash, "invitation": ident, "generation": present[ident]}
        for ident, code_hash in hashes
        if ident in present
    ]
    if codes:
        tx.execute(store.invitation_codes.insert(), codes)


def _add(tx: WriteTx, plans: Sequence[Planned], facts: Facts, by: str) -> dict[InvitationId, Invitation]:
    """The new people of a list, and who they are; nobody remembers anything of them yet."""
    if not plans:
        return {}
    listed = [plan.listed.new for plan in plans]
    adding_store.add_all(
        tx, [(new, orders.seat_prefix(new.role, new.delegation)) for new in listed], facts.now, by
    )
    store.put_new_identities(tx, [plan.identity for plan in plans if plan.identity is not None])
    tx.notice("invitation", listed[0].id)
    wanted = {new.id for new in listed}
    rows = store.invitation_list(tx, delegation=None, after=0, limit=None)
    return {row.id: row for _, row in rows if row.id in wanted}


def _update(tx: WriteTx, plan: Planned, known: Known, facts: Facts) -> None:
    was, new = known.invitation, plan.listed.new
    if plan.update:
        kept = replace(new, epoch=roster.kept_epoch(was, new, facts))
        prefix = orders.seat_prefix(new.role, new.delegation)
        store.update(tx, was, kept, prefix, roster.extended(was, facts))
        tx.notice("invitation", was.id)
    if plan.listed.external_id != known.external_id:
        _name(tx, was, plan.listed.external_id)
    if plan.identity is not None:
        store.put_identity(tx, plan.identity)


def _name(tx: WriteTx, invitation: Invitation, external_id: str) -> None:
    """Remember what the lists call a person from now on."""
    here = store.participants.c.id == invitation.participant
    tx.execute(store.participants.update().where(here).values(external_id=external_id))
