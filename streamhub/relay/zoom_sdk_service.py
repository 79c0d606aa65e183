"""Who may join which Zoom meeting in our page. Whoever calls has let the person into the session."""

from collections.abc import Iterable, Mapping

from streamhub.access.model import Invitation
from streamhub.kit.clock import Clock
from streamhub.kit.db import Database, ReadTx, WriteTx
from streamhub.relay import zoom_keys_store, zoom_registrants_store
from streamhub.relay.model import Source
from streamhub.relay.zoom_accounts import ZoomAccount
from streamhub.relay.zoom_registrants_model import Numbered, numbered, zoom_name
from streamhub.relay.zoom_sdk import Joining, OwnLink, joining


class ZoomSdkService:
    """Meetings of accounts with credentials of the Meeting SDK; none where it is switched off.

    Zoom lets such an app into the meetings of its own account only, so a source must name it.
    """

    def __init__(self, db: Database, clock: Clock, accounts: Iterable[ZoomAccount], *, on: bool) -> None:
        self._db = db
        self._clock = clock
        self._accounts = {one.name: one for one in accounts if one.embeds} if on else {}

    def meeting(self, source: Source | None) -> Numbered | None:
        """The meeting that the source opens in our page; None where it opens elsewhere only."""
        found = numbered(source) if source is not None else None
        return found if found is not None and found.account in self._accounts else None

    async def name(self, source: Source, invitation: Invitation, delegations: Mapping[str, str]) -> str:
        """Under which name Zoom shows the person; ``delegations`` are names by code."""
        return await self._db.read(lambda tx: _name(tx, source, invitation, delegations))

    async def join(
        self, source: Source, invitation: Invitation, delegations: Mapping[str, str]
    ) -> Joining | None:
        """What the person needs to join now, for one time; None where the source opens elsewhere only."""
        meeting, now = self.meeting(source), self._clock.now()
        if meeting is None or source.link is None:
            return None

        def command(tx: WriteTx) -> tuple[OwnLink | None, str, str]:
            own = zoom_registrants_store.own_link(tx, meeting, invitation.id, invitation.generation)
            key = zoom_keys_store.key_of(tx, invitation.participant, meeting, now)
            return own, _name(tx, source, invitation, delegations), key

        own, name, key = await self._db.write(command)
        return joining(self._accounts[meeting.account], source.link, own, name, key, now)


def _name(tx: ReadTx, source: Source, invitation: Invitation, delegations: Mapping[str, str]) -> str:
    """As those are named who are registered; whoever has no delegation is a seat."""
    names = zoom_registrants_store.names_of(tx, [source.id])[source.id]
    return zoom_name(invitation, names, delegations, "").name
