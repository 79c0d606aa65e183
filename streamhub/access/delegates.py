"""What a correspondent does with the seats of a delegation beside issuing and replacing links."""

from streamhub.access import delegates_store, store
from streamhub.access.delegates_model import DelegationLinks, Link, state_of
from streamhub.access.model import MAX_LABEL, Invitation
from streamhub.access.service import AccessService
from streamhub.kit.clock import Instant
from streamhub.kit.db import Database, ReadTx, WriteTx
from streamhub.kit.errors import FieldInvalid, FieldProblem, NotFound
from streamhub.kit.ids import DelegationCode, InvitationId
from streamhub.kit.log import get_logger
from streamhub.kit.text import clean

log = get_logger(__name__)


class DelegatesService:
    """The seats of one delegation at a time."""

    def __init__(self, db: Database, access: AccessService) -> None:
        self._db = db
        self._access = access

    async def of(self, code: DelegationCode) -> DelegationLinks:
        """Every invitation of the delegation in the order of its seats, and how far its link has come."""
        facts = await self._access.facts()
        rows = await self._access.every_invitation(code)

        def counted(tx: ReadTx) -> tuple[dict[InvitationId, Instant], int]:
            return delegates_store.first_entered(tx, code), store.seats_taken(tx, code, facts.now)

        entered, taken = await self._db.read(counted)
        links = []
        for row in rows:
            at = entered.get(row.id)
            state = state_of(row, epoch=facts.epoch(code), entered_at=at, now=facts.now)
            links.append(Link(row, state, at))
        return DelegationLinks(code, facts.seats(code), taken, tuple(links))

    async def rename(self, invitation_id: InvitationId, label: str, by: str) -> Invitation:
        """Change the function that is shown of a seat's person; raises NotFound or FieldInvalid."""
        words = " ".join(clean(label).split())
        if len(words) > MAX_LABEL:
            raise FieldInvalid(FieldProblem("label", f"must not be longer than {MAX_LABEL} characters"))

        def run(tx: WriteTx) -> Invitation:
            found = store.invitation(tx, invitation_id)
            if found is None:
                raise NotFound("no such invitation")
            delegates_store.set_label(tx, found.participant, words)
            tx.notice("invitation", invitation_id)
            return store.invitation(tx, invitation_id) or found

        renamed = await self._db.write(run)
        self._access.forget(invitation_id)
        log.info("label changed", invitation=invitation_id, by=by)
        return renamed
