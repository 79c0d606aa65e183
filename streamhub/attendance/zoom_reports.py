"""Zoom's reports after the end: asked for by a timetable that survives restarts, until they come."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from streamhub.attendance import zoom_events_store, zoom_hearing_store
from streamhub.attendance.zoom_fold import fold_meeting, fold_report
from streamhub.attendance.zoom_model import HEARD, HeardMeeting
from streamhub.kit import audit
from streamhub.kit.audit import CLOCK, Act
from streamhub.kit.clock import HOUR, Clock, Instant
from streamhub.kit.db import Database, WriteTx
from streamhub.kit.log import get_logger
from streamhub.kit.outgoing import Unanswered
from streamhub.relay.zoom_api import ZoomApi
from streamhub.relay.zoom_model import ReportRow, Trouble, ZoomKind, ZoomMeeting, ZoomRefused

log = get_logger(__name__)

THROTTLED_MS = HOUR
"""The wait where Zoom says that it is too much and not until when."""


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a report did not come, as staff are told; ``until`` is when the account may be asked again."""

    code: str
    right: str = ""
    until: Instant | None = None


class ZoomReports:
    """Asks for what is due, one report at a time."""

    def __init__(self, db: Database, clock: Clock, apis: Mapping[str, ZoomApi]) -> None:
        self._db = db
        self._clock = clock
        self._apis = apis

    async def pull(self) -> int:
        """Ask for every report that is due now; answers how many came."""
        now = self._clock.now()
        came = 0
        for heard in await self._db.read(zoom_events_store.unreported):
            due = heard.report_due_at
            if heard.account in self._apis and due is not None and due <= now:
                came += await self._ask(heard, now)
        return came

    async def _ask(self, heard: HeardMeeting, now: Instant) -> bool:
        known = (await self._db.read(zoom_hearing_store.heard)).get(heard.account)
        if known is not None and known.rest_until > now:
            return False
        kind = ZoomKind.WEBINAR if heard.webinar else ZoomKind.MEETING
        try:
            rows = await self._apis[heard.account].report(ZoomMeeting(kind, heard.number), heard.uuid)
        except ZoomRefused as refused:
            await self._missed(heard, _fault(refused, now))
            return False
        except Unanswered as failure:
            await self._missed(heard, Fault(failure.code))
            return False
        if not rows:
            await self._missed(heard, None)
            return False
        await self._came(heard, rows)
        return True

    async def _missed(self, heard: HeardMeeting, fault: Fault | None) -> None:
        """Not yet, or something is wrong; where Zoom names a time the try does not count."""
        now = self._clock.now()

        def command(tx: WriteTx) -> None:
            if fault is None or fault.until is None:
                zoom_events_store.set_tried(tx, heard)
            if fault is not None:
                said = {"fault": fault.code, "right": fault.right, "fault_at": now}
                zoom_hearing_store.note(tx, heard.account, **said, rest_until=fault.until or 0)

        await self._db.write(command)
        if fault is not None:
            log.warning("zoom gave no report", account=heard.account, fault=fault.code)

    async def _came(self, heard: HeardMeeting, rows: Sequence[ReportRow]) -> None:
        """The report stands for the meeting from now on; both counts go into the log."""
        now = self._clock.now()

        def command(tx: WriteTx) -> None:
            zoom_events_store.report(tx, heard, rows, now)
            said = zoom_events_store.said_of(tx, heard)
            webhooks = fold_meeting(said.events).people
            report = fold_report(said.reported, said.events).people
            detail = (("webhooks", webhooks), ("report", report))
            audit.append(tx, Act(by=CLOCK, action="zoom.report", target=heard.number, detail=detail), now)
            fine = {"report_at": now, "fault": "", "right": "", "fault_at": None, "rest_until": 0}
            zoom_hearing_store.note(tx, heard.account, **fine)
            tx.notice(HEARD, "")

        await self._db.write(command)
        log.info("zoom report", account=heard.account, rows=len(rows))


def _fault(refused: ZoomRefused, now: Instant) -> Fault | None:
    """What staff are told; a report that is not there yet is no fault."""
    if refused.trouble is Trouble.NOT_FOUND:
        return None
    until = refused.until
    if refused.trouble is Trouble.THROTTLED and until is None:
        until = now + THROTTLED_MS
    return Fault(refused.trouble.value, refused.right, until)
