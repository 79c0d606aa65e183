"""Every use case of one data folder, started and stopped together."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

from streamhub.access.admissions import AdmissionService
from streamhub.access.bulk_service import BulkService
from streamhub.access.calendar_service import CalendarService
from streamhub.access.delegates import DelegatesService
from streamhub.access.mail_job import MailJob
from streamhub.access.mail_model import MailOrder
from streamhub.access.mail_service import MailService
from streamhub.access.renewal_service import RenewalService
from streamhub.access.service import AccessService
from streamhub.attendance.correction_requests import CorrectionRequestsService
from streamhub.attendance.door import DoorService
from streamhub.attendance.excused import ExcusedService
from streamhub.attendance.imports_service import ImportsService
from streamhub.attendance.openings import OpeningsService
from streamhub.attendance.service import AttendanceService
from streamhub.attendance.zoom_service import ZoomService
from streamhub.attendance.zoom_twice import ZoomTwice
from streamhub.audience.sampler import Sampler
from streamhub.audience.service import AudienceService
from streamhub.floor.service import FloorService
from streamhub.kit.audit import CLOCK, AuditLog
from streamhub.kit.changes import Changes
from streamhub.kit.clock import HOUR, SECOND, Clock
from streamhub.kit.db import Database
from streamhub.kit.folder import DataFolder
from streamhub.kit.outgoing import Outgoing
from streamhub.kit.settings import Settings
from streamhub.kit.tasks import Tasks, every
from streamhub.live.beats import Beats
from streamhub.live.hub import Hub
from streamhub.live.service import LiveService
from streamhub.presence.service import PresenceService
from streamhub.privacy.retention import RetentionService
from streamhub.privacy.service import PrivacyService
from streamhub.programme.edit_service import EditService
from streamhub.programme.service import ProgrammeService
from streamhub.relay.checking import CheckingService
from streamhub.relay.link_check import LinkChecker
from streamhub.relay.service import RelayService
from streamhub.relay.timetable import TimetableService
from streamhub.relay.zoom_accounts import ZoomAccount
from streamhub.relay.zoom_api import ZoomApi
from streamhub.relay.zoom_registrar import ZoomRegistrar
from streamhub.relay.zoom_sdk_service import ZoomSdkService
from streamhub.relay.zoom_sources import ZoomSources
from streamhub.reports.service import ReportsService
from streamhub.requests.service import RequestsService
from streamhub.requests.trials import TrialsService
from streamhub.statistics.service import StatisticsService


@dataclass(slots=True)
class Services:
    """Every use case of one data folder."""

    folder: DataFolder
    settings: Settings
    clock: Clock
    db: Database
    tasks: Tasks
    changes: Changes
    audit: AuditLog
    programme: ProgrammeService
    editing: EditService
    access: AccessService
    bulk: BulkService
    calendars: CalendarService
    mail: MailService
    mailing: MailJob
    admissions: AdmissionService
    renewals: RenewalService
    delegates: DelegatesService
    requests: RequestsService
    trials: TrialsService
    relay: RelayService
    timetable: TimetableService
    checking: CheckingService
    floor: FloorService
    presence: PresenceService
    viewers: PresenceService
    attendance: AttendanceService
    door: DoorService
    openings: OpeningsService
    excused: ExcusedService
    correction_requests: CorrectionRequestsService
    imports: ImportsService
    zoom: ZoomService
    audience: AudienceService
    registrar: ZoomRegistrar
    zoom_sources: ZoomSources
    zoom_twice: ZoomTwice
    outgoing: Outgoing
    links: LinkChecker
    sampler: Sampler
    zoom_accounts: tuple[ZoomAccount, ...]
    zoom_apis: Mapping[str, ZoomApi]
    zoom_sdk: ZoomSdkService
    statistics: StatisticsService
    privacy: PrivacyService
    retention: RetentionService
    reports: ReportsService
    hub: Hub
    live: LiveService
    beats: Beats
    started: bool = False
    draining: bool = False

    async def start(self) -> None:
        """Recover, catch up with the clock, then keep time in the background."""
        await self.attendance.start()
        await self.openings.start()
        await self.changes.start()
        await self.programme.settle()
        await self.live.start()
        await self.access.remember()
        await self.changes.catch_up()
        self.tasks.spawn("changes", self.changes.run)
        self.tasks.spawn("session clock", self.programme.keep_time)
        self.tasks.spawn("timetable of sources", self.timetable.keep_time)
        self.tasks.spawn("links of sources", self.checking.keep_checked)
        self.tasks.spawn("presence", self.presence.keep_time)
        self.tasks.spawn("viewers", self.viewers.keep_time)
        self.tasks.spawn("beats", self.beats.keep_time)
        self.tasks.spawn("heartbeat", lambda: self.hub.heartbeat(self.settings.heartbeat_seconds))
        self.tasks.spawn("lease", self.attendance.keep_lease)
        self.tasks.spawn("rollups", self.statistics.keep_rolled)
        self.tasks.spawn("imports", self.imports.keep_clean)
        self.tasks.spawn("zoom", self.zoom.keep_working)
        self.tasks.spawn("zoom reports", self.zoom.keep_reporting)
        self.tasks.spawn("zoom deliveries", self.zoom.keep_clean)
        self.tasks.spawn("grants", self.access.keep_clean)
        self.tasks.spawn("access requests", self.requests.keep_clean)
        self.tasks.spawn("answers to requests", self._keep_answering)
        self.tasks.spawn("retention", self.retention.keep_clean)
        self.tasks.spawn("samples", self.sampler.keep_clean)
        for account in self.registrar.accounts:
            self.tasks.spawn(f"zoom of {account}", partial(self.registrar.keep_registering, account))
        for platform in self.sampler.platforms:
            self.tasks.spawn(f"counts of {platform}", partial(self.sampler.keep_reading, platform))
        self.started = True

    async def _keep_answering(self) -> None:
        """Mail decisions that a stop, or the mail server, put off; now and every hour, for ever."""
        await every(HOUR / SECOND, self._answer)

    async def _answer(self) -> None:
        if self.mailing.configured and (untold := await self.requests.untold()):
            self.mailing.soon(MailOrder(only=untold), CLOCK)

    async def ready(self) -> bool:
        """New people may come: started, not stopping, and the database answers."""
        return self.started and not self.draining and await self.db.answers()

    async def close(self) -> None:
        """Stop the background and close the database; harmless when it was never started."""
        await self.mailing.stop(self.settings.drain_seconds)
        await self.tasks.cancel()
        await self.outgoing.close()
        await self.links.close()
        await self.db.close()
