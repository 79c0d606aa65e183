"""Requests for access: asked in public until a deadline, decided by an organiser, forgotten in time."""

import asyncio
from collections.abc import AsyncIterable, Sequence
from pathlib import Path

from streamhub.access import adding_store, mail_store, orders, roster
from streamhub.access import store as access_store
from streamhub.access.gate import digest
from streamhub.access.model import (
    CODE_LENGTH,
    Identity,
    Invitation,
    InvitationOrder,
    IssuedInvitation,
    NewInvitation,
)
from streamhub.access.service import AccessService
from streamhub.kit.clock import DAY, HOUR, SECOND, Clock, Instant, parse_rfc3339, rfc3339
from streamhub.kit.cursor import page_of, position
from streamhub.kit.db import Database, WriteTx
from streamhub.kit.errors import NotFound, StateConflict
from streamhub.kit.ids import new_id, random_base32
from streamhub.kit.log import get_logger
from streamhub.kit.scrub import scrub
from streamhub.kit.settings import Settings
from streamhub.kit.tasks import every
from streamhub.programme.service import ProgrammeService
from streamhub.requests import answers_store, model, store
from streamhub.requests.documents import Documents, Received
from streamhub.requests.model import (
    UPLOAD_WITHIN_MS,
    Acceptance,
    AccessRequest,
    Asked,
    NewRequest,
    Page,
    RequestId,
    RequestState,
)

log = get_logger(__name__)

MAX_WAITING = 2_000  # requests at once: more than anybody decides before a summit
MAX_DOCUMENTS_BYTES = 1024**3
SECRET_LENGTH = 26  # base32 characters: 130 bits


class RequestsService:
    """Who asks to be let in. ``folder`` holds the documents until the decision."""

    def __init__(
        self,
        db: Database,
        clock: Clock,
        settings: Settings,
        programme: ProgrammeService,
        access: AccessService,
        folder: Path,
    ) -> None:
        self._db = db
        self._clock = clock
        self._settings = settings
        self._programme = programme
        self._access = access
        self._documents = Documents(folder)

    # Asking

    def until(self) -> Instant | None:
        """Until when one may ask; None where the organiser takes no requests."""
        deadline = self._settings.access_requests_until
        return parse_rfc3339(deadline) if deadline else None

    def is_open(self) -> bool:
        """Whether one may ask now."""
        until = self.until()
        return until is not None and self._clock.now() < until

    def check_open(self) -> None:
        """Raise StateConflict when one may not ask now."""
        until = self.until()
        if until is None:
            raise StateConflict("no requests for access are taken")
        if not self.is_open():
            raise StateConflict(f"requests for access were taken until {rfc3339(until)}")

    async def ask(self, asked: Asked, received: Received | None = None) -> NewRequest:
        """Store a request, with the document that came with it; raises FieldInvalid or StateConflict."""
        self.check_open()
        one = await self.check(asked)
        ident, secret = RequestId(new_id("r")), random_base32(SECRET_LENGTH)
        now = self._clock.now()

        def run(tx: WriteTx) -> None:
            if store.waiting(tx) >= MAX_WAITING:
                raise StateConflict("too many requests wait already; write to the organisers")
            store.add(tx, ident, one, digest(secret), now)
            if received is not None:
                _attach(tx, ident, received)

        await self._db.write(run)
        if received is not None:
            self._documents.keep(received, ident)
        log.info("access requested", request=ident, kind=one.kind, document=received is not None)
        return NewRequest(ident, secret)

    async def check(self, asked: Asked) -> Asked:
        """The request with clean words; raises FieldInvalid with every wrong field."""
        return model.checked(asked, await self._programme.delegations())

    async def receive(self, chunks: AsyncIterable[bytes]) -> Received:
        """Take a document in before its request is stored; raises FieldInvalid."""
        return await self._documents.receive(chunks)

    def drop(self, received: Received) -> None:
        """The request was not stored: neither is its document."""
        self._documents.drop(received)

    async def upload(self, ident: RequestId, secret: str, chunks: AsyncIterable[bytes]) -> None:
        """The document of a request: once, by who made it, within the hour.

        Raises NotFound for a secret that opens nothing any more, or FieldInvalid.
        """
        await self._db.read(lambda tx: self._check_secret(store.by_secret(tx, ident, digest(secret))))
        received = await self._documents.receive(chunks)

        def run(tx: WriteTx) -> None:
            self._check_secret(store.by_secret(tx, ident, digest(secret)))
            _attach(tx, ident, received)

        try:
            await self._db.write(run)
            self._documents.keep(received, ident)
        finally:
            self._documents.drop(received)
        log.info("document received", request=ident, bytes=received.document.size)

    # Deciding

    async def requests(
        self, state: RequestState | None = None, *, limit: int = 100, cursor: str | None = None
    ) -> Page:
        """Requests in the order in which they came; raises FieldInvalid for a bad cursor."""
        after = position(cursor)
        rows = await self._db.read(lambda tx: store.request_list(tx, state, after=after, limit=limit + 1))
        return Page(*page_of(rows, limit))

    async def request(self, ident: RequestId) -> AccessRequest:
        """One request; raises NotFound."""
        return _required(await self._db.read(lambda tx: store.request(tx, ident)))

    async def document(self, ident: RequestId) -> tuple[AccessRequest, bytes]:
        """A request and the document that came with it; raises NotFound."""
        return await self.request(ident), await self._documents.read(ident)

    async def accept(self, ident: RequestId, given: Acceptance, by: str) -> IssuedInvitation:
        """Let somebody in: the invitation is issued, the document deleted, the name kept apart.

        Raises NotFound, StateConflict for what was decided, or FieldInvalid.
        """
        facts = await self._access.facts()
        request = await self.request(ident)
        order = InvitationOrder(
            role=model.role_for(request, given),
            delegation=model.delegation_for(request, given, facts.delegations.values()),
            sessions=given.sessions,
            label=request.asked.label,
        )
        reason = model.reason_of(given.reason)
        _check_waiting(request)
        code = random_base32(CODE_LENGTH)
        new = roster.new_invitation(orders.complete(order, facts), facts, digest(code))

        def run(tx: WriteTx) -> Invitation:
            current = _check_waiting(_required(store.request(tx, ident)))
            made = _issued(tx, new, current.asked, facts.now, by)
            store.accept(tx, ident, made.id, reason, facts.now, by)
            if self._tells:
                mail_store.queue(tx, [(made.id, made.generation)], facts.now, by)
            return made

        invitation = await self._db.write(run)
        self._documents.remove(ident)
        log.info("access granted", request=ident, invitation=invitation.id, role=invitation.role, by=by)
        return await self._access.issued(invitation, code)

    async def refuse(self, ident: RequestId, reason: str, by: str) -> AccessRequest:
        """Say no, with a word; the document is deleted. Raises NotFound, StateConflict or FieldInvalid.

        Where mails are sent at all, one waits from now on that says so: see ``untold``.
        """
        words = model.reason_of(reason)

        def run(tx: WriteTx) -> AccessRequest:
            _check_waiting(_required(store.request(tx, ident)))
            store.refuse(tx, ident, words, self._clock.now(), by)
            if self._tells:
                answers_store.queue(tx, ident, self._clock.now())
            return _required(store.request(tx, ident))

        refused = await self._db.write(run)
        self._documents.remove(ident)
        log.info("access refused", request=ident, by=by)
        return refused

    async def untold(self) -> tuple[str, ...]:
        """Whose decision still waits to be mailed: refused requests, and the seats of those let in."""
        return await self._db.read(answers_store.untold)

    @property
    def _tells(self) -> bool:
        return bool(self._settings.smtp_host)

    # Forgetting

    async def forget(self, ident: RequestId, by: str) -> None:
        """Delete a request that waits or was refused, with all that it holds, from every byte of the file.

        Raises NotFound, and StateConflict once somebody was let in: then it is the person who is erased.
        """

        def run(tx: WriteTx) -> None:
            if _required(store.request(tx, ident)).state is RequestState.ACCEPTED:
                raise StateConflict("this person was let in; erase the person instead")
            store.drop(tx, ident)

        await self._db.write(run)
        self._documents.remove(ident)
        log.info("request for access deleted", request=ident, by=by)
        await scrub(self._db.path)

    async def keep_clean(self) -> None:
        """Forget what is no longer needed, now and every hour, for ever."""
        await every(HOUR / SECOND, self.purge)

    async def purge(self) -> None:
        """Forget requests some days after their refusal; undecided ones as long after the deadline.

        With them goes what was arriving when a server ended: only the server may call this.
        """
        now, kept_ms = self._clock.now(), self._settings.identities_days * DAY
        undecided_over = (self.until() or 0) + kept_ms <= now

        def run(tx: WriteTx) -> int:
            dropped = store.drop_refused(tx, now - kept_ms)
            return dropped + (store.drop_waiting(tx, now - kept_ms) if undecided_over else 0)

        dropped = await self._db.write(run)
        swept = await self.sweep(self._documents.abandoned())
        if dropped or swept:
            log.info("requests for access forgotten", count=dropped, documents=swept)
        if dropped:
            await scrub(self._db.path)

    async def sweep(self, abandoned: Sequence[str] = ()) -> int:
        """Remove files of no waiting request, and ``abandoned`` ones, by name; answers how many.

        Files are listed first: a row is stored before its file. What is arriving at a server
        stays, whichever process calls.
        """
        names = self._documents.kept()
        waiting = await self._db.read(store.waiting_ids)
        unwanted = [*abandoned, *(name for name in names if name not in waiting)]
        await asyncio.to_thread(self._documents.sweep, unwanted)
        return len(unwanted)

    def _check_secret(self, found: AccessRequest | None) -> None:
        if found is None or self._clock.now() >= found.created_at + UPLOAD_WITHIN_MS:
            raise NotFound("no request waits for this document")


def _attach(tx: WriteTx, ident: RequestId, received: Received) -> None:
    if store.document_bytes(tx) + received.document.size > MAX_DOCUMENTS_BYTES:
        raise StateConflict("no document can be taken now; send it to the organisers")
    store.attach(tx, ident, received.document)


def _issued(tx: WriteTx, new: NewInvitation, asked: Asked, at: Instant, by: str) -> Invitation:
    """The invitation of somebody who asked, and who that is."""
    adding_store.add(tx, new, orders.seat_prefix(new.role, new.delegation), at, by)
    identity = Identity(participant=new.participant, name=asked.name, email=asked.email, lang=asked.lang)
    access_store.put_identity(tx, identity)
    tx.notice("invitation", new.id)
    made = access_store.invitation(tx, new.id)
    if made is None:
        raise NotFound("no such invitation")
    return made


def _required(found: AccessRequest | None) -> AccessRequest:
    if found is None:
        raise NotFound("no such request")
    return found


def _check_waiting(request: AccessRequest) -> AccessRequest:
    if request.state is not RequestState.WAITING:
        raise StateConflict(f"the request was {request.state} already")
    return request
