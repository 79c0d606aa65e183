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
from typing import Protocol

from streamhub.access import mail_store, store
from streamhub.access.bulk_service import BulkService, Personal
from streamhub.access.calendar_service import CalendarService
from streamhub.access.mail_letter import AddressUnusable, Stationery, refused, written
from streamhub.access.mail_model import (
    Addressed,
    Answered,
    Candidate,
    Mail,
    MailOrder,
    MailReport,
    MailState,
    Outcome,
    Refusal,
    Standing,
    Step,
    addressed,
    answered,
    beside,
    count_of,
)
from streamhub.access.mail_smtp import Claim, ConnectionLost, Envelope, Post
from streamhub.access.model import Invitation
from streamhub.access.service import AccessService
from streamhub.kit.clock import MINUTE, SECOND, Clock, Instant
from streamhub.kit.db import Database, ReadTx, WriteTx
from streamhub.kit.errors import MailUnavailable, NotConfigured
from streamhub.kit.ids import InvitationId
from streamhub.kit.lock import held
from streamhub.kit.log import get_logger
from streamhub.kit.settings import Settings
from streamhub.kit.tasks import wait_briefly
from streamhub.kit.templates import pages
from streamhub.programme.service import ProgrammeService

log = get_logger(__name__)

MAX_LOST = 3
"""Connections that may be lost one after the other."""

MAX_IN_A_ROW = 10
"""Letters put off, or refused before any was taken: the server has something against us, not them."""

Tell = Callable[[Step], None]

FIRST = 1
"""The generation of the link that answers a request; a later one is for another reason."""


class Answers(Protocol):
    """Decided requests for access, and the mails that say so: whoever keeps the requests has them."""

    def refusals(self, tx: ReadTx) -> Sequence[Refusal]:
        """Everybody who was refused and is to get, or got, a mail; the oldest first."""

    def claim(self, tx: WriteTx, request: str, at: Instant) -> bool:
        """Say that the letter goes to the server now; False where it is not waiting any more."""

    def settle(self, tx: WriteTx, request: str, outcome: Outcome, at: Instant) -> None:
        """Say what became of it."""

    def give_up_on_interrupted(self, tx: WriteTx, at: Instant) -> int:
        """As ``mail_store.give_up_on_interrupted``."""

    def queue_again(self, tx: WriteTx, request: str, at: Instant) -> None:
        """Ask once more for a mail that was refused, or of which nobody knows."""

    def word_to(self, tx: ReadTx, invitation: InvitationId) -> str | None:
        """The organiser's word to somebody whose request led to this invitation; None without one."""


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
    answers: Answers
    lock: Path


class MailService:
    """Writes to people; one sender at a time, whichever process that is."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._db = parts.db

    async def mails(self) -> tuple[Mail, ...]:
        """Every mail ever asked for, by that time, and what became of it."""
        return tuple(await self._db.read(mail_store.mail_list))

    async def plan(self, order: MailOrder) -> tuple[Addressed, ...]:
        """Who would get a link, and who would not; raises NotFound for an unknown name."""
        rest = beside(order, await self.answers(order))
        if rest is None:
            return ()
        people = await self._parts.access.identities()
        who = {one.participant: one for one in people}
        known = {(mail.invitation, mail.generation): mail for mail in await self.mails()}
        rows = await self._parts.bulk.open_invitations()
        candidates = [
            Candidate(row, who.get(row.participant), known.get((row.id, row.generation))) for row in rows
        ]
        return addressed(candidates, rest)

    async def answers(self, order: MailOrder) -> tuple[Answered, ...]:
        """Who would be told that they were not let in."""
        return answered(await self._db.read(self._parts.answers.refusals), order)

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
            plan, answers = await self.plan(order), await self.answers(order)
            refusals = [one.refusal for one in answers if one.standing is Standing.TO_SEND]
            rows = [one.candidate.invitation for one in plan if one.standing is Standing.TO_SEND]
            await self._queue(refusals, rows, by)
            due: list[_Link | _No] = [
                *(_No(self._parts, one) for one in refusals),
                *(_Link(self._parts, row) for row in rows),
            ]
            log.info("mails begin", count=len(due), by=by)
            post = Post(self._parts.settings)
            try:
                steps = await self._send_all(due, post, tell, stop)
            finally:
                await post.close()
        unknown = count_of(Standing.UNKNOWN, plan, answers)
        before = count_of(Standing.REFUSED, plan, answers)
        return MailReport(steps, unknown, len(steps) < len(due), before)

    async def _begin(self) -> None:
        """What a sender who died left behind is settled as unknown."""
        now = self._parts.clock.now()
        found = await self._db.write(
            lambda tx: (
                mail_store.give_up_on_interrupted(tx, now)
                + self._parts.answers.give_up_on_interrupted(tx, now)
            )
        )
        if found:
            log.warning("a sender was interrupted: nobody knows of some mails", count=found)

    async def _queue(self, refusals: Sequence[Refusal], rows: Sequence[Invitation], by: str) -> None:
        now = self._parts.clock.now()

        def run(tx: WriteTx) -> None:
            mail_store.queue(tx, [(row.id, row.generation) for row in rows], now, by)
            for one in refusals:
                self._parts.answers.queue_again(tx, one.request, now)

        await self._db.write(run)

    async def _send_all(
        self, due: "Sequence[_Link | _No]", post: Post, tell: Tell, stop: asyncio.Event
    ) -> tuple[Step, ...]:
        stationery = await self._stationery()
        interval_ms = MINUTE // self._parts.settings.mail_per_minute
        trouble = _Trouble()
        steps: list[Step] = []
        for number, letter in enumerate(due, start=1):
            next_at = self._parts.clock.now() + interval_ms
            outcome = await self._send_one(letter, post, stationery)
            step = Step(number, len(due), letter.name, outcome)
            steps.append(step)
            tell(step)
            trouble.note(step.outcome)
            if number < len(due):
                await wait_briefly(stop, max(0, next_at - self._parts.clock.now()) / SECOND)
            if stop.is_set():
                break
        return tuple(steps)

    async def _send_one(self, letter: "_Link | _No", post: Post, stationery: Stationery) -> Outcome | None:
        try:
            envelope = await letter.written(stationery)
        except AddressUnusable as error:
            outcome: Outcome | None = Outcome(MailState.REFUSED, None, str(error))
        else:
            outcome = await _delivered(post, envelope, letter.claim)
        await letter.settle(outcome)
        state = outcome.state if outcome else "not due any more"
        log.info("mail", about=letter.ident, state=state, code=outcome.code if outcome else None)
        return outcome

    async def _stationery(self) -> Stationery:
        return Stationery(
            pages=pages(),
            calendars=await self._parts.calendars.shared(),
            delegations={d.code: d for d in await self._parts.programme.delegations()},
            sender=self._parts.settings.smtp_from,
        )


class _Link:
    """A letter that brings somebody their link."""

    def __init__(self, parts: Parts, row: Invitation) -> None:
        self._parts = parts
        self._row = row
        self._person: Personal | None = None
        self.name = row.seat
        self.ident = row.id

    async def written(self, stationery: Stationery) -> Envelope:
        """The letter, with a link of its own; raises AddressUnusable."""
        [self._person] = await self._parts.bulk.personal([self._row])
        word = None
        if self._row.generation == FIRST:
            word = await self._parts.db.read(lambda tx: self._parts.answers.word_to(tx, self._row.id))
        return written(stationery, self._person, self._parts.clock.now(), word)

    async def claim(self) -> bool:
        """Mark the letter as going out, if its link is still the one to be sent, to that address."""
        now, row = self._parts.clock.now(), self._row

        def run(tx: WriteTx) -> bool:
            current, identity = store.invitation(tx, row.id), store.identity(tx, row.participant)
            same = self._person is not None and identity == self._person.identity
            if current is None or not same or not _is_same_link(current, row, now):
                return False
            return mail_store.claim(tx, row.id, row.generation, now)

        return await self._parts.db.write(run)

    async def settle(self, outcome: Outcome | None) -> None:
        """Say what became of it; None: it is not due any more."""
        now = self._parts.clock.now()
        await self._parts.db.write(lambda tx: _settle(tx, self._row, outcome, now))


class _No:
    """A letter that tells somebody that they were not let in."""

    def __init__(self, parts: Parts, refusal: Refusal) -> None:
        self._parts = parts
        self._refusal = refusal
        self.name = refusal.request
        self.ident = refusal.request

    async def written(self, stationery: Stationery) -> Envelope:
        """The letter, with the organiser's word; raises AddressUnusable."""
        return refused(stationery, self._refusal, self._parts.clock.now())

    async def claim(self) -> bool:
        """Mark the letter as going out, if the request was not forgotten meanwhile."""
        now = self._parts.clock.now()
        return await self._parts.db.write(lambda tx: self._parts.answers.claim(tx, self.name, now))

    async def settle(self, outcome: Outcome | None) -> None:
        """Say what became of it; None: nobody is there any more to be told."""
        now = self._parts.clock.now()
        if outcome is not None:
            await self._parts.db.write(lambda tx: self._parts.answers.settle(tx, self.name, outcome, now))


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
