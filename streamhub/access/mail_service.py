"""Mails that bring people their links: planned, sent one by one, and never twice.

Every letter is marked in the database before its content goes to the server and again
when the server has answered. A process that dies in between leaves one letter of which
nobody knows; it is told, and sent again only where somebody says so.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from streamhub.access import mail_store, store
from streamhub.access.bulk_service import BulkService, Personal
from streamhub.access.calendar_service import CalendarService
from streamhub.access.mail_letter import AddressUnusable, Stationery, written
from streamhub.access.mail_model import (
    Addressed,
    Candidate,
    Mail,
    MailOrder,
    MailReport,
    MailState,
    Outcome,
    Standing,
    Step,
    addressed,
)
from streamhub.access.mail_smtp import Claim, ConnectionLost, Envelope, Post
from streamhub.access.model import Invitation
from streamhub.access.service import AccessService
from streamhub.kit.clock import MINUTE, SECOND, Clock, Instant
from streamhub.kit.db import Database, WriteTx
from streamhub.kit.errors import MailUnavailable, NotConfigured
from streamhub.kit.lock import held
from streamhub.kit.log import get_logger
from streamhub.kit.settings import Settings
from streamhub.kit.tasks import wait_briefly
from streamhub.kit.templates import Pages
from streamhub.programme.service import ProgrammeService

log = get_logger(__name__)

MAX_LOST = 3
"""Connections that may be lost one after the other."""

MAX_IN_A_ROW = 10
"""Letters put off, or refused before any was taken: the server has something against us, not them."""

Tell = Callable[[Step], None]


@dataclass(frozen=True, slots=True)
class Parts:
    """What sending mails needs. ``lock`` is the file that a sender holds meanwhile."""

    db: Database
    clock: Clock
    settings: Settings
    programme: ProgrammeService
    access: AccessService
    bulk: BulkService
    calendars: CalendarService
    lock: Path


class MailService:
    """Writes to people; one sender at a time, whichever process that is."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._db = parts.db
        self._pages: Pages | None = None

    async def mails(self) -> tuple[Mail, ...]:
        """Every mail ever asked for, by that time, and what became of it."""
        return tuple(await self._db.read(mail_store.mail_list))

    async def plan(self, order: MailOrder) -> tuple[Addressed, ...]:
        """Who would get a letter, and who would not; raises NotFound for an unknown name."""
        people = await self._parts.access.identities()
        who = {one.participant: one for one in people}
        known = {(mail.invitation, mail.generation): mail for mail in await self.mails()}
        rows = await self._parts.bulk.open_invitations()
        candidates = [
            Candidate(row, who.get(row.participant), known.get((row.id, row.generation))) for row in rows
        ]
        return addressed(candidates, order)

    async def send(
        self, order: MailOrder, by: str, tell: Tell, stop: asyncio.Event | None = None
    ) -> MailReport:
        """Write to everybody of the order; ``stop`` ends it after the letter at hand.

        Raises NotConfigured without a mail server, StateConflict while another sender is at
        work, NotFound for an unknown name, MailUnavailable when the server cannot be used:
        what is not sent then goes on waiting.
        """
        if not self._parts.settings.smtp_host:
            raise NotConfigured("no mail server is set: smtp_host")
        stop = stop or asyncio.Event()
        with held(self._parts.lock, "mails are being sent already"):
            await self._begin()
            plan = await self.plan(order)
            due = [one.candidate.invitation for one in plan if one.standing is Standing.TO_SEND]
            now = self._parts.clock.now()
            keys = [(row.id, row.generation) for row in due]
            await self._db.write(lambda tx: mail_store.queue(tx, keys, now, by))
            log.info("mails begin", count=len(due), by=by)
            post = Post(self._parts.settings)
            try:
                steps = await self._send_all(due, post, tell, stop)
            finally:
                await post.close()
        unknown = sum(1 for one in plan if one.standing is Standing.UNKNOWN)
        return MailReport(steps, unknown, len(steps) < len(due))

    async def _begin(self) -> None:
        """What a sender who died left behind is settled as unknown."""
        now = self._parts.clock.now()
        found = await self._db.write(lambda tx: mail_store.give_up_on_interrupted(tx, now))
        if found:
            log.warning("a sender was interrupted: nobody knows of some mails", count=found)

    async def _send_all(
        self, due: Sequence[Invitation], post: Post, tell: Tell, stop: asyncio.Event
    ) -> tuple[Step, ...]:
        stationery = await self._stationery()
        interval_ms = MINUTE // self._parts.settings.mail_per_minute
        trouble = _Trouble()
        steps: list[Step] = []
        for number, row in enumerate(due, start=1):
            next_at = self._parts.clock.now() + interval_ms
            step = Step(number, len(due), row, await self._send_one(row, post, stationery))
            steps.append(step)
            tell(step)
            trouble.note(step.outcome)
            if number < len(due):
                await wait_briefly(stop, max(0, next_at - self._parts.clock.now()) / SECOND)
            if stop.is_set():
                break
        return tuple(steps)

    async def _send_one(self, row: Invitation, post: Post, stationery: Stationery) -> Outcome | None:
        [person] = await self._parts.bulk.personal([row])
        now = self._parts.clock.now()
        try:
            letter = written(stationery, person, now)
        except AddressUnusable as error:
            outcome: Outcome | None = Outcome(MailState.REFUSED, None, str(error))
        else:
            outcome = await _delivered(post, letter, lambda: self._claim(person))
        await self._db.write(lambda tx: _settle(tx, row, outcome, self._parts.clock.now()))
        state = outcome.state if outcome else "not due any more"
        code = outcome.code if outcome else None
        log.info("mail", invitation=row.id, generation=row.generation, state=state, code=code)
        return outcome

    async def _claim(self, person: Personal) -> bool:
        """Mark the letter as going out, if its link is still the one to be sent, to that address."""
        now = self._parts.clock.now()
        row = person.invitation

        def run(tx: WriteTx) -> bool:
            current, identity = store.invitation(tx, row.id), store.identity(tx, row.participant)
            if current is None or identity != person.identity or not _is_same_link(current, row, now):
                return False
            return mail_store.claim(tx, row.id, row.generation, now)

        return await self._db.write(run)

    async def _stationery(self) -> Stationery:
        if self._pages is None:
            self._pages = Pages()
        return Stationery(
            pages=self._pages,
            calendars=await self._parts.calendars.shared(),
            delegations={d.code: d for d in await self._parts.programme.delegations()},
            sender=self._parts.settings.smtp_from,
        )


class _Trouble:
    """Sees when going on makes no sense."""

    def __init__(self) -> None:
        self._sent = 0
        self._in_a_row: Counter[MailState] = Counter()

    def note(self, outcome: Outcome | None) -> None:
        """Raise MailUnavailable when the server treats every letter alike, and badly."""
        if outcome is None:
            return
        count = self._in_a_row[outcome.state] + 1
        self._in_a_row = Counter({outcome.state: count})
        self._sent += outcome.state is MailState.SENT
        said = f"{outcome.code or ''} {outcome.reason}".strip()
        if outcome.state is MailState.UNKNOWN and count >= MAX_LOST:
            raise MailUnavailable(f"the mail server hung up on {count} letters without an answer")
        if outcome.state is MailState.QUEUED and count >= MAX_IN_A_ROW:
            raise MailUnavailable(f"the mail server asks to come back later: {said}")
        if outcome.state is MailState.REFUSED and count >= MAX_IN_A_ROW and not self._sent:
            raise MailUnavailable(f"the mail server refused the first {count} letters: {said}")


async def _delivered(post: Post, letter: Envelope, claim: Claim) -> Outcome | None:
    for _ in range(MAX_LOST):
        try:
            return await post.deliver(letter, claim)
        except ConnectionLost:
            continue
    raise MailUnavailable("the mail server hangs up before it was given a letter")


def _is_same_link(current: Invitation, asked: Invitation, now: Instant) -> bool:
    same = (current.generation, current.epoch) == (asked.generation, asked.epoch)
    return same and current.revoked_at is None and current.expires_at > now


def _settle(tx: WriteTx, row: Invitation, outcome: Outcome | None, at: Instant) -> None:
    if outcome is None:
        mail_store.drop_queued(tx, row.id, row.generation)
    else:
        mail_store.settle(tx, row.id, row.generation, outcome, at)
