"""What Zoom says of its meetings: heard, stored, answered, and worked off afterwards."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from streamhub.access.service import AccessService
from streamhub.attendance import zoom_events_store, zoom_hearing_store
from streamhub.attendance.zoom_hearing_store import Delivery
from streamhub.attendance.zoom_model import (
    BODY_KEPT_MS,
    DIGEST_KEPT_MS,
    VALIDATED_MS,
    ZoomStanding,
)
from streamhub.attendance.zoom_reports import ZoomReports
from streamhub.attendance.zoom_telling import ZoomTelling
from streamhub.kit.clock import HOUR, SECOND, Clock
from streamhub.kit.db import Database, ReadTx, WriteTx
from streamhub.kit.errors import NotConfigured, StorageUnavailable
from streamhub.kit.ids import SessionSlug
from streamhub.kit.log import get_logger
from streamhub.kit.tasks import every, wait_briefly
from streamhub.presence.service import PresenceService
from streamhub.programme.service import ProgrammeService
from streamhub.relay import zoom_sources_store
from streamhub.relay.zoom_accounts import ZoomAccount
from streamhub.relay.zoom_api import ZoomApi
from streamhub.relay.zoom_hooks import Challenge, HookRefused, ZoomEvent, digest, read_event, received, sender

log = get_logger(__name__)

AT_ONCE = 100
"""Deliveries that are worked off in one transaction."""

LOOK_SECONDS = 5.0
TOGETHER_SECONDS = 0.5
"""What comes within this is told together."""

REPORT_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Post:
    """A call of Zoom: what it signed, when, and the body as it came."""

    timestamp: str
    signature: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Parts:
    """What hearing Zoom needs. ``apis`` are those of the accounts that can be asked for reports."""

    db: Database
    clock: Clock
    programme: ProgrammeService
    access: AccessService
    presence: PresenceService
    accounts: Sequence[ZoomAccount]
    apis: Mapping[str, ZoomApi]


@dataclass(frozen=True, slots=True)
class _Readable:
    """A delivery as it was read: an event, nothing of use, or why it cannot be read."""

    delivery: Delivery
    event: ZoomEvent | None
    fault: str | None = None


class ZoomService:
    """Zoom's webhooks and reports. None is required: without accounts nothing happens here."""

    def __init__(self, parts: Parts) -> None:
        self._use = parts
        db, clock = parts.db, parts.clock
        self._telling = ZoomTelling(db, clock, parts.programme, parts.access, parts.presence)
        self._reports = ZoomReports(db, clock, parts.apis)
        self._to_show: set[SessionSlug] = set()
        self._wake = asyncio.Event()
        self._turn = asyncio.Lock()

    # Hearing

    async def receive(self, post: Post) -> Mapping[str, str] | None:
        """Take a webhook: stored when this returns. Answers what Zoom wants to read, or None.

        Raises NotConfigured, HookRefused, StorageUnavailable.
        """
        if not any(account.hears for account in self._use.accounts):
            raise NotConfigured("no Zoom account has a secret_token")
        now = self._use.clock.now()
        account = sender(self._use.accounts, post.timestamp, post.signature, post.body, now)
        found = received(account, post.body)
        if isinstance(found, Challenge):
            await self._use.db.write(
                lambda tx: zoom_hearing_store.note(tx, account.name, webhook_at=now, validation_at=now)
            )
            return found.answer
        if found:
            mark = digest(post.body)
            await self._use.db.write(
                lambda tx: zoom_hearing_store.keep(tx, account.name, mark, post.body, now)
            )
            self._wake.set()
        else:
            await self._use.db.write(lambda tx: zoom_hearing_store.note(tx, account.name, webhook_at=now))
        return None

    # Working off

    async def keep_working(self) -> None:
        """Work off what was stored, first what an earlier run left, for ever."""
        await self._look_again()
        while True:
            self._wake.clear()
            await self.work_off()
            await wait_briefly(self._wake, LOOK_SECONDS)
            await asyncio.sleep(TOGETHER_SECONDS)

    async def work_off(self) -> None:
        """Read everything that is stored and tell what follows from it."""
        async with self._turn:
            while waiting := await self._use.db.read(lambda tx: zoom_hearing_store.waiting(tx, AT_ONCE)):
                await self._take_in([_read(delivery) for delivery in waiting])
            await self._telling.tell()
            slugs, self._to_show = self._to_show, set()
            await self._telling.show(slugs)

    async def _take_in(self, found: Sequence[_Readable]) -> None:
        """All in one transaction; where one fails each in its own, and those that fail are set aside."""
        try:
            await self._use.db.write(lambda tx: self._store(tx, found))
        except StorageUnavailable:
            raise
        except Exception:
            if len(found) == 1:
                log.exception("a webhook of Zoom could not be worked off", delivery=found[0].delivery.id)
                broken = _Readable(found[0].delivery, None, "not_workable")
                await self._use.db.write(lambda tx: self._store(tx, [broken]))
                return
            for one in found:
                await self._take_in([one])

    def _store(self, tx: WriteTx, found: Sequence[_Readable]) -> None:
        now = self._use.clock.now()
        for one in found:
            if one.event is not None:
                zoom_events_store.add(tx, one.delivery.account, one.event)
            if one.fault is not None:
                log.warning("a webhook of Zoom was set aside", delivery=one.delivery.id, cause=one.fault)
                zoom_hearing_store.done(tx, [one.delivery.id], now, one.fault)
        zoom_hearing_store.done(tx, [one.delivery.id for one in found if one.fault is None], now)

    async def _look_again(self) -> None:
        """After a start: sessions and sources may be others, and nobody remembers who is in Zoom."""
        sessions = [session.slug for session in await self._use.programme.sessions()]
        for slug in sessions:
            await self.on_session(slug)
        async with self._turn:
            await self._telling.show(sessions)

    # What changed

    async def on_heard(self, key: str) -> None:
        """Somebody else wrote what is to be told: another process, a report, a human in the queue."""
        if key:
            self._to_show.add(SessionSlug(key))
        self._wake.set()

    async def on_session(self, key: str) -> None:
        """A session's state, times or sources changed: its meetings are told anew."""
        slug = SessionSlug(key)
        numbers = await self._use.db.read(lambda tx: _heard_numbers(tx, slug))
        if numbers:
            await self._use.db.write(lambda tx: zoom_events_store.touch(tx, numbers))
            self._wake.set()

    # Reports

    async def keep_reporting(self) -> None:
        """Ask for reports when they are due, for ever."""
        await every(REPORT_SECONDS, self.pull_reports)

    async def pull_reports(self) -> None:
        """Ask for the reports that are due now."""
        if await self._reports.pull():
            self._wake.set()

    # Looking and forgetting

    async def standings(self) -> tuple[ZoomStanding, ...]:
        """How it goes, for each account."""
        heard, counts = await self._use.db.read(
            lambda tx: (zoom_hearing_store.heard(tx), zoom_hearing_store.counts(tx))
        )
        now = self._use.clock.now()
        found = []
        for account in self._use.accounts:
            known = heard.get(account.name, zoom_hearing_store.Heard())
            waiting, set_aside = counts.get(account.name, (0, 0))
            validation = known.validation_at
            found.append(
                ZoomStanding(
                    account=account.name,
                    hears=account.hears,
                    asks=account.asks,
                    last_webhook_at=known.webhook_at,
                    last_validation_at=validation,
                    validated=validation is not None and now - validation < VALIDATED_MS,
                    last_report_at=known.report_at,
                    fault=known.fault,
                    right=known.right,
                    fault_at=known.fault_at,
                    waiting=waiting,
                    set_aside=set_aside,
                )
            )
        return tuple(found)

    async def keep_clean(self) -> None:
        """Forget what is too old, at once and every hour, for ever."""
        await every(HOUR / SECOND, self.purge)

    async def purge(self) -> None:
        """Bodies go after a day, what is known of a delivery after a week."""
        now = self._use.clock.now()

        def command(tx: WriteTx) -> tuple[int, int]:
            bodies = zoom_hearing_store.forget_bodies(tx, now - BODY_KEPT_MS)
            return bodies, zoom_hearing_store.drop(tx, now - DIGEST_KEPT_MS)

        bodies, deliveries = await self._use.db.write(command)
        if bodies or deliveries:
            log.info("zoom deliveries purged", bodies=bodies, deliveries=deliveries)


def _read(delivery: Delivery) -> _Readable:
    try:
        return _Readable(delivery, read_event(delivery.body))
    except HookRefused as refused:
        return _Readable(delivery, None, refused.code)


def _heard_numbers(tx: ReadTx, slug: SessionSlug) -> list[str]:
    """The meetings of a session of which something was heard."""
    return zoom_events_store.heard_of(tx, zoom_sources_store.numbers_of(tx, slug))
