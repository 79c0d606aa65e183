"""Everybody's own link of a Zoom meeting: shown to the holder of the invitation, and to nobody else."""

from collections.abc import Iterable

from streamhub.access.model import Grant
from streamhub.kit.db import Database, ReadTx
from streamhub.kit.ids import InvitationId
from streamhub.relay import zoom_registrants_store as store
from streamhub.relay.model import Source
from streamhub.relay.zoom_registrants_model import Numbered, numbered

Links = dict[tuple[InvitationId, int], str]


class OwnLinks:
    """The links of the meetings that pages asked about, kept: a whole summit may arrive in one minute."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._known: dict[Numbered, Links] = {}

    async def learn(self, sources: Iterable[Source]) -> None:
        """Read the links of these sources' meetings, those that are not known yet."""
        meetings = {meeting for one in sources if (meeting := numbered(one)) and meeting not in self._known}
        if meetings:
            self._known |= await self._db.read(lambda tx: _read(tx, meetings))

    async def relearn(self) -> frozenset[InvitationId]:
        """Read everything again; answers whose link came or went."""
        before = dict(self._known)
        after = await self._db.read(lambda tx: _read(tx, before))
        self._known |= after
        changed = {key for meeting, was in before.items() for key, _ in was.items() ^ after[meeting].items()}
        return frozenset(invitation for invitation, _ in changed)

    def of(self, source: Source, grant: Grant | None) -> str | None:
        """The caller's own link through a source; None where there is none (yet): the common one holds.

        It belongs to one link of one invitation: an older one, or somebody else's, finds nothing.
        """
        meeting = numbered(source)
        if meeting is None or grant is None:
            return None
        return self._known.get(meeting, {}).get((grant.invitation, grant.generation))

    def has_any(self, source: Source | None) -> bool:
        """Whether anybody has an own link through this source."""
        meeting = numbered(source) if source else None
        return meeting is not None and bool(self._known.get(meeting))


def _read(tx: ReadTx, meetings: Iterable[Numbered]) -> dict[Numbered, Links]:
    return {meeting: store.links_of(tx, meeting) for meeting in meetings}
