"""What a person may ask for: everything that is recorded of them, and to be erased from it."""

from dataclasses import dataclass

from streamhub.access import erased_store
from streamhub.access import store as access_store
from streamhub.access.model import Identity
from streamhub.access.service import AccessService
from streamhub.attendance import erasing_store, excused_store, zoom_events_store, zoom_hearing_store
from streamhub.attendance import store as attendance_store
from streamhub.floor import store as floor_store
from streamhub.floor.model import RequestState
from streamhub.kit import audit
from streamhub.kit.audit import Act
from streamhub.kit.clock import Clock, Instant
from streamhub.kit.db import Database, ReadTx, WriteTx
from streamhub.kit.errors import NotFound
from streamhub.kit.ids import InvitationId, ParticipantId, new_id
from streamhub.kit.log import get_logger
from streamhub.kit.scrub import scrub
from streamhub.privacy import store
from streamhub.privacy.model import Anew, Erased, Export, Kept, Section, Trace
from streamhub.privacy.schema import TABLES
from streamhub.relay import zoom_registrants_store
from streamhub.requests.service import RequestsService

log = get_logger(__name__)

TOPIC = "erased"
"""Noticed without a key: whoever shows people looks again who there is."""


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks for an erasure: a participant with a role, or ``cli``."""

    by: str
    role: str = ""


class PrivacyService:
    """Access and erasure, for the person themself and for the organiser."""

    def __init__(self, db: Database, clock: Clock, access: AccessService, requests: RequestsService) -> None:
        self._db = db
        self._clock = clock
        self._access = access
        self._requests = requests

    async def export(self, participant: ParticipantId) -> Export:
        """Everything that is recorded of a person; raises NotFound."""
        sections = await self._db.read(lambda tx: _sections(tx, participant))
        return Export(participant, self._clock.now(), sections)

    async def erase(self, participant: ParticipantId, asker: Asker) -> Erased:
        """Take a person out of everything, in one transaction; no figure changes.

        Name and address go, the invitation is revoked, what lasts ends now, and the pseudonym
        is drawn anew wherever it stands; then files and the bytes of the database follow the
        rows. Raises NotFound, also for who was erased before.
        """
        at = self._clock.now()
        erased, buried = await self._db.write(lambda tx: _erase(tx, participant, asker, at))
        self._access.forget(buried)
        await self._requests.sweep()
        await scrub(self._db.path)
        log.info("a person was erased", stays=erased.stays)
        return erased


def _sections(tx: ReadTx, participant: ParticipantId) -> tuple[Section, ...]:
    invitation = access_store.invitation_of(tx, participant)
    if invitation is None:
        raise NotFound("no such participant")
    lasting = [table for table in TABLES if table.kept is not Kept.NOTICE]
    return tuple(store.sections(tx, lasting, _trace(tx, participant, invitation.id)))


def _trace(tx: ReadTx, participant: ParticipantId, invitation: InvitationId) -> Trace:
    identity = access_store.identity(tx, participant)
    return Trace(participant, invitation, identity.email if identity else "")


def _erase(tx: WriteTx, participant: ParticipantId, asker: Asker, at: Instant) -> tuple[Erased, InvitationId]:
    invitation = access_store.invitation_of(tx, participant)
    if invitation is None or erased_store.is_vacant(tx, participant):
        raise NotFound("no such participant")
    old = _trace(tx, participant, invitation.id)
    new = Anew(ParticipantId(new_id("p")), InvitationId(new_id("i")))
    by = new.participant if asker.by == participant else asker.by
    identity = access_store.identity(tx, participant)
    stays = len(attendance_store.stays_of_participant(tx, participant))
    _end(tx, participant, at, by)
    _forget_lists(tx, participant, identity)
    erased_store.bury(tx, invitation.id, new.invitation, at, by)
    store.redraw(tx, TABLES, old, new)
    erased_store.vacate(tx, new.participant, registered=invitation.revoked_at is None)
    audit.append(tx, Act(by=by, role=asker.role, action="person.erase", target=new.participant), at)
    tx.notice("invitation", invitation.id)
    tx.notice(TOPIC, "")
    return Erased(at, identity is not None, stays), invitation.id


def _end(tx: WriteTx, participant: ParticipantId, at: Instant, by: str) -> None:
    """Nothing of the person goes on: neither a stay, nor a place in a queue, nor what walls show."""
    erasing_store.end_all(tx, participant, at, by)
    zoom_events_store.end_of(tx, participant, at)
    zoom_hearing_store.drop(tx, at)
    zoom_registrants_store.release(tx, participant)
    for request in floor_store.open_of(tx, participant):
        floor_store.set_state(tx, request.id, RequestState.WITHDRAWN, at)
        tx.notice("floor", request.session)
    for slug in excused_store.sessions_of(tx, participant):
        tx.notice("excused", slug)


def _forget_lists(tx: WriteTx, participant: ParticipantId, identity: Identity | None) -> None:
    """No list leads from a name or an address to what stays recorded."""
    known = [] if identity is None else [identity]
    erasing_store.unrecognise(
        tx,
        participant,
        names=[one.name for one in known if one.name],
        emails=[one.email.casefold() for one in known if one.email],
    )
