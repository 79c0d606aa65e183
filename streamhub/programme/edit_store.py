"""What only the console and keepers of links write: cancelled sessions, documents gone, new epochs."""

import sqlalchemy as sa

from streamhub.kit.clock import Instant
from streamhub.kit.db import ReadTx, WriteTx
from streamhub.kit.ids import DelegationCode, SessionSlug
from streamhub.programme.differences import MADE_HERE, Stored
from streamhub.programme.model import Document
from streamhub.programme.store import delegations, documents, sessions


def set_cancelled(tx: WriteTx, slug: SessionSlug, at: Instant | None) -> None:
    """Cancel a session at that instant; None restores it."""
    tx.execute(sa.update(sessions).where(sessions.c.slug == slug).values(cancelled_at=at))


def take_away(tx: WriteTx, stored: Stored[Document], at: Instant) -> None:
    """Take a document away; what a file knows stays as a row, so that loading it again is a conflict."""
    here = (documents.c.session == stored.entry.session) & (documents.c.url == stored.entry.url)
    if stored.loaded == MADE_HERE:
        tx.execute(sa.delete(documents).where(here))
    else:
        tx.execute(sa.update(documents).where(here).values(removed_at=at))


def said_of(tx: ReadTx, document: Document) -> str:
    """What a file said of a document, taken away or not; MADE_HERE where none did."""
    here = (documents.c.session == document.session) & (documents.c.url == document.url)
    return tx.scalar(sa.select(documents.c.loaded).where(here)) or MADE_HERE


def raise_epoch(tx: WriteTx, code: DelegationCode, at: Instant) -> int:
    """Every token made for the delegation before is dead; answers the new epoch."""
    here = delegations.c.code == code
    tx.execute(delegations.update().where(here).values(epoch=delegations.c.epoch + 1, renewed_at=at))
    return int(tx.scalar(sa.select(delegations.c.epoch).where(here)) or 0)
