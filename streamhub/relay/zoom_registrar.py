"""Registers people at Zoom, each with a link of their own, and takes the links back.

Each account has its own supervised loop, so nothing waits for Zoom: not a page, not another account.
Whom Zoom is asked for is stored before; where no answer came the list at Zoom says who is there, so a
stop in any moment registers nobody twice.
"""

import asyncio
import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from streamhub.kit import audit
from streamhub.kit.audit import CLOCK, Act
from streamhub.kit.clock import HOUR, Clock, Instant
from streamhub.kit.db import Database, WriteTx
from streamhub.kit.ids import random_base32
from streamhub.kit.log import get_logger
from streamhub.kit.outgoing import Unanswered
from streamhub.kit.tasks import wait_briefly
from streamhub.programme.service import ProgrammeService
from streamhub.relay import zoom_registrants_store as store
from streamhub.relay.zoom_api import BATCH, ZoomApi
from streamhub.relay.zoom_model import NewRegistrant, Registrant, Trouble, ZoomMeeting, ZoomRefused
from streamhub.relay.zoom_registrants_model import (
    Standing,
    ZoomRegistrant,
    drafted,
    pause_after,
    zoom_name,
)
from streamhub.relay.zoom_situation import Asked, Situation, situations

LOOK_SECONDS = 30.0
"""How often it is looked whether something is due, if nobody says so before."""

GATHER_SECONDS = 1.0
"""Between two looks: what changes within it is one batch."""

LONGEST_REST_MS = 25 * HOUR
"""A limit of Zoom's lasts a day at the most, whatever the answer says."""

MARK_LENGTH = 16

ABOUT_ONE_CALL = frozenset(
    {Trouble.RIGHT_MISSING, Trouble.REFUSED, Trouble.NOT_FOUND, Trouble.REGISTRATION_OFF}
)
"""Troubles of one kind of call: others may go well."""

LOOK_AGAIN = frozenset({Trouble.REFUSED, Trouble.NOT_FOUND, Trouble.REGISTRATION_OFF})
"""After these it is asked anew what the number stands for."""

log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Desk:
    """One account: how to ask Zoom, and the domain under which its registrants have addresses."""

    api: ZoomApi
    domain: str


class ZoomRegistrar:
    """Keeps what Zoom has in step with who may join."""

    def __init__(
        self, db: Database, clock: Clock, programme: ProgrammeService, desks: Mapping[str, Desk], days: int
    ) -> None:
        """``days`` before a session people are registered for it."""
        self._db = db
        self._clock = clock
        self._programme = programme
        self._desks = desks
        self._days = days
        self._pokes = {account: asyncio.Event() for account in desks}

    @property
    def accounts(self) -> tuple[str, ...]:
        """The accounts that are asked."""
        return tuple(self._desks)

    async def poke(self, _key: str) -> None:
        """Something changed that may matter: look soon."""
        for event in self._pokes.values():
            event.set()

    async def keep_registering(self, account: str) -> None:
        """Do what is due for one account, for ever."""
        event = self._pokes[account]
        while True:
            event.clear()
            while await self.step(account):
                pass
            await asyncio.sleep(GATHER_SECONDS)
            await wait_briefly(event, LOOK_SECONDS)

    async def step(self, account: str) -> bool:
        """One batch for each meeting of the account; whether more is to be done at once."""
        now = self._clock.now()
        found = [one for one in await self.situations(account) if not one.plan.idle]
        more = [await self._tried(one) for one in found if one.standing.rest_until <= now]
        return any(more)

    async def situations(self, account: str) -> list[Situation]:
        """How it stands with the account's meetings."""
        sessions, delegations = await self._programme.sessions(), await self._programme.delegations()
        asked = Asked(tuple(sessions), tuple(delegations), self._clock.now(), self._days)
        return await self._db.read(lambda tx: situations(tx, account, asked))

    async def _tried(self, now: Situation) -> bool:
        """Links that must go first, then what is unsure, then who is missing: one trouble hides no other."""
        done = False
        failure: ZoomRefused | Unanswered | None = None
        for work in (self._cancel, self._settle, self._register):
            try:
                done |= await work(now)
            except ZoomRefused as refusal:
                failure = failure or refusal
                if refusal.trouble not in ABOUT_ONE_CALL:
                    break
            except Unanswered as silence:
                failure = failure or silence
                break
        if failure is not None:
            await self._failed(now, failure)
            return False
        if done or now.standing.fault:
            await self._keep(now, _good)
        return done

    async def _cancel(self, now: Situation) -> bool:
        """Take back a batch of links; registrations that Zoom never had are forgotten by ``_settle``."""
        some = _alike(now.plan.to_cancel)
        if not some:
            return False
        api, meeting = self._desks[some[0].meeting.account].api, _meeting(some[0])
        if some[0].panelist:
            for one in some:
                with _gone_already():
                    await api.remove_panelist(meeting, _known(one))
        else:
            with _gone_already():
                await api.cancel(meeting, [_known(one) for one in some])
        await self._write(now, "zoom.cancel", len(some), lambda tx, at: store.cancelled(tx, some, at))
        return True

    async def _settle(self, now: Situation) -> bool:
        """Ask Zoom who is there of those it gave no answer for, and ask again for who is not."""
        some = _alike(now.plan.unsure, most=len(now.plan.unsure))
        if not some:
            return False
        api, meeting = self._desks[some[0].meeting.account].api, _meeting(some[0])
        listed = await (api.panelists(meeting) if some[0].panelist else api.registrants(meeting))
        there = {one.email for one in listed}
        lost = [one for one in some if one.email not in there]
        unwanted = {one.id for one in now.plan.unwanted}

        def command(tx: WriteTx, at: Instant) -> None:
            store.found(tx, some, listed, at)
            store.drop(tx, [one for one in lost if one.id in unwanted])

        await self._write(now, "zoom.register", len(some) - len(lost), command)
        at = self._clock.now()
        again = [one for one in lost if one.id not in unwanted and one.may_be_asked(at)][:BATCH]
        if again:
            await self._db.write(lambda tx: store.asked(tx, again, at))
            await self._ask(now, again)
        return len(lost) < len(some) or bool(again) or any(one.id in unwanted for one in lost)

    async def _register(self, now: Situation) -> bool:
        """Register a batch of those who are missing."""
        if not now.plan.missing:
            return False
        desk = self._desks[now.plan.meeting.account]
        kind, registration = now.standing.kind, True
        if kind is None:
            info = await desk.api.meeting(now.plan.meeting.number)
            kind, registration = info.meeting.kind, info.registration
            if registration:
                await self._keep(now, lambda was, _at: replace(was, kind=info.meeting.kind))
        draw = partial(random_base32, MARK_LENGTH)
        some = drafted(now.plan, kind, self._clock.now(), desk.domain, draw, BATCH)
        if not registration and not some[0].panelist:
            raise ZoomRefused(Trouble.REGISTRATION_OFF)
        await self._db.write(lambda tx: store.add(tx, some))
        await self._ask(now, some)
        return True

    async def _ask(self, now: Situation, some: Sequence[ZoomRegistrant]) -> None:
        """Ask Zoom for registrations that are stored, and store their links."""
        api, meeting = self._desks[some[0].meeting.account].api, _meeting(some[0])
        people = await self._named(now, some)
        asked = api.invite_panelists if some[0].panelist else api.register
        answers = await asked(meeting, people)
        if not {one.email for one in some} & {one.email for one in answers}:
            raise Unanswered("rubbish")
        await self._write(now, "zoom.register", len(some), lambda tx, at: store.found(tx, some, answers, at))

    async def _named(self, now: Situation, some: Sequence[ZoomRegistrant]) -> list[NewRegistrant]:
        names: dict[str, str] = {one.code: one.names.get("fr") for one in await self._programme.delegations()}
        return [zoom_name(now.people[one.invitation], one.names, names, one.email) for one in some]

    async def _write(
        self, now: Situation, action: str, count: int, command: Callable[[WriteTx, Instant], object]
    ) -> None:
        """Store what Zoom did, with its line in the audit log: counts, no one's link."""
        at, meeting = self._clock.now(), now.plan.meeting

        def run(tx: WriteTx) -> None:
            command(tx, at)
            if count:
                audit.append(
                    tx, Act(by=CLOCK, action=action, target=meeting.account, detail=(("people", count),)), at
                )

        await self._db.write(run)

    async def _failed(self, now: Situation, failure: ZoomRefused | Unanswered) -> None:
        """Say what is wrong to staff, and ask again later: each time a little later."""
        faults = now.standing.faults + 1
        refusal = failure if isinstance(failure, ZoomRefused) else None
        fault = failure.code if isinstance(failure, Unanswered) else failure.trouble.value
        anew = refusal is not None and refusal.trouble in LOOK_AGAIN

        def change(was: Standing, at: Instant) -> Standing:
            until = max(at + pause_after(faults), (refusal and refusal.until) or 0)
            return replace(
                was,
                kind=None if anew else was.kind,
                fault=fault,
                right=refusal.right if refusal else "",
                faults=faults,
                rest_until=min(until, at + LONGEST_REST_MS),
            )

        await self._keep(now, change)
        log.warning("zoom did not do it", account=now.plan.meeting.account, fault=fault, failures=faults)

    async def _keep(self, now: Situation, change: Callable[[Standing, Instant], Standing]) -> None:
        at = self._clock.now()

        def command(tx: WriteTx) -> None:
            known = store.standing(tx, now.plan.meeting)
            store.keep(tx, replace(change(known, at), tried_at=at))

        await self._db.write(command)


def _good(was: Standing, at: Instant) -> Standing:
    return replace(was, fault="", right="", faults=0, rest_until=0, answered_at=at)


@contextlib.contextmanager
def _gone_already() -> Iterator[None]:
    """What Zoom does not have any more opens nothing any more."""
    try:
        yield
    except ZoomRefused as refusal:
        if refusal.trouble is not Trouble.NOT_FOUND:
            raise


def _alike(registrants: Sequence[ZoomRegistrant], most: int = BATCH) -> list[ZoomRegistrant]:
    """The first of them with those for which Zoom has the same call."""
    first = registrants[0] if registrants else None
    return [one for one in registrants if first and (one.kind, one.panelist) == (first.kind, first.panelist)][
        :most
    ]


def _meeting(registrant: ZoomRegistrant) -> ZoomMeeting:
    return ZoomMeeting(registrant.kind, registrant.meeting.number)


def _known(registrant: ZoomRegistrant) -> Registrant:
    return Registrant(registrant.zoom_id, registrant.email, registrant.join_url)
