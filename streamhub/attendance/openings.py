"""Public pages and players: opened, closed, and ended with the session or the server."""

from collections.abc import Sequence

from streamhub.attendance import openings_store, store
from streamhub.attendance.openings_model import Opening, OpeningKind
from streamhub.kit.clock import SECOND, Clock, Instant
from streamhub.kit.db import Database, WriteTx
from streamhub.kit.ids import NodeId, SessionSlug
from streamhub.programme.model import Session


class OpeningsService:
    """Openings on this node."""

    def __init__(self, db: Database, clock: Clock, node: NodeId) -> None:
        self._db = db
        self._clock = clock
        self._node = node

    async def start(self) -> None:
        """End what a crash left open, at the lease of the node that had it."""
        await self._db.write(self._recover)

    def _recover(self, tx: WriteTx) -> None:
        for number, node, since in openings_store.left_open(tx, self._node):
            lease = store.lease(tx, node) or since
            openings_store.end(tx, number, max(lease, since + SECOND))

    async def open(self, kind: OpeningKind, who: str, slug: SessionSlug, run: int, at: Instant) -> None:
        """It opened; returns after the commit."""
        await self._db.write(lambda tx: openings_store.begin(tx, kind, who, slug, run, at, self._node))

    def close(self, kind: OpeningKind, who: str, slug: SessionSlug, at: Instant) -> None:
        """It closed at ``at``; written with the next group, or once there is room on the disk."""
        self._db.submit(lambda tx: openings_store.close(tx, kind, who, slug, at), owed=True)

    async def end_session(self, slug: SessionSlug, at: Instant) -> None:
        """The session ended at ``at``."""
        await self._db.write(lambda tx: openings_store.close_session(tx, slug, at))

    async def stop(self, at: Instant) -> None:
        """End what this node has open: it stops."""
        await self._db.write(lambda tx: openings_store.close_node(tx, self._node, at))

    async def of_session(self, kind: OpeningKind, session: Session) -> Sequence[Opening]:
        """Every opening of one kind in one holding of a session."""
        return await self._db.read(lambda tx: openings_store.of_session(tx, kind, session.slug, session.run))
