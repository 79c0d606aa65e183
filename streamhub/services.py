"""The composition root: the only file where concrete parts meet."""

from dataclasses import dataclass
from pathlib import Path

from streamhub.access import mail_service
from streamhub.access.admissions import AdmissionService
from streamhub.access.bulk_service import BulkService
from streamhub.access.calendar_service import CalendarService
from streamhub.access.delegates import DelegatesService
from streamhub.access.issuers import NOBODY_ELSE, Issuers, load_issuers
from streamhub.access.mail_service import MailService
from streamhub.access.renewal_service import RenewalService
from streamhub.access.service import AccessService
from streamhub.attendance.correction_requests import CorrectionRequestsService
from streamhub.attendance.door import DoorService
from streamhub.attendance.excused import ExcusedService
from streamhub.attendance.imports_service import ImportsService
from streamhub.attendance.openings import OpeningsService
from streamhub.attendance.service import AttendanceService
from streamhub.audience.service import AudienceService
from streamhub.floor.service import FloorService
from streamhub.kit.audit import AuditLog
from streamhub.kit.changes import Changes
from streamhub.kit.clock import Clock
from streamhub.kit.db import Database, read_once
from streamhub.kit.folder import DataFolder
from streamhub.kit.ids import InvitationId
from streamhub.kit.settings import Settings
from streamhub.kit.tasks import Tasks
from streamhub.live import announcer
from streamhub.live.announcer import Announcer
from streamhub.live.beats import Beats
from streamhub.live.hub import Hub
from streamhub.live.parts import Parts
from streamhub.live.service import LiveService
from streamhub.presence.service import PresenceService
from streamhub.privacy.retention import RetentionService
from streamhub.privacy.service import TOPIC as ERASED
from streamhub.privacy.service import PrivacyService
from streamhub.programme import store as programme_store
from streamhub.programme.edit_service import EditService
from streamhub.programme.service import ProgrammeService
from streamhub.relay.service import RelayService
from streamhub.reports.service import ReportsService
from streamhub.requests.service import RequestsService
from streamhub.requests.trials import TrialsService
from streamhub.statistics import service as statistics_service
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
    admissions: AdmissionService
    renewals: RenewalService
    delegates: DelegatesService
    requests: RequestsService
    trials: TrialsService
    relay: RelayService
    floor: FloorService
    presence: PresenceService
    viewers: PresenceService
    attendance: AttendanceService
    door: DoorService
    openings: OpeningsService
    excused: ExcusedService
    correction_requests: CorrectionRequestsService
    imports: ImportsService
    audience: AudienceService
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
        await self.changes.catch_up()
        self.tasks.spawn("changes", self.changes.run)
        self.tasks.spawn("session clock", self.programme.keep_time)
        self.tasks.spawn("presence", self.presence.keep_time)
        self.tasks.spawn("viewers", self.viewers.keep_time)
        self.tasks.spawn("heartbeat", lambda: self.hub.heartbeat(self.settings.heartbeat_seconds))
        self.tasks.spawn("lease", self.attendance.keep_lease)
        self.tasks.spawn("imports", self.imports.keep_clean)
        self.tasks.spawn("grants", self.access.keep_clean)
        self.tasks.spawn("access requests", self.requests.keep_clean)
        self.tasks.spawn("retention", self.retention.keep_clean)
        self.started = True

    async def ready(self) -> bool:
        """New people may come: started, not stopping, and the database answers."""
        return self.started and not self.draining and await self.db.answers()

    async def close(self) -> None:
        """Stop the background and close the database; harmless when it was never started."""
        await self.tasks.cancel()
        await self.db.close()


async def build(folder: DataFolder, settings: Settings, clock: Clock) -> Services:
    """Wire everything on one data folder whose schema is ready."""
    db = Database(folder.database)
    changes = Changes(db)
    programme = ProgrammeService(db, clock, settings)
    access = AccessService(db, clock, settings, programme, folder.keys, other_issuers(settings))
    bulk = BulkService(db, clock, settings, programme, access)
    calendars = CalendarService(db, clock, settings, programme)
    mail = MailService(
        mail_service.Parts(db, clock, settings, programme, access, bulk, calendars, folder.mail_lock)
    )
    admissions = AdmissionService(db, clock, programme, access)
    relay = RelayService(db, clock, settings)
    floor = FloorService(db, clock, programme)
    presence = PresenceService(clock, settings)
    attendance = AttendanceService(db, clock, settings)
    door = DoorService(db, clock, programme, access, presence)
    openings = OpeningsService(db, clock, attendance.node)
    excused = ExcusedService(db, clock, programme)
    imports = ImportsService(db, clock, settings, programme, access)
    audience = AudienceService(db, clock, programme)
    statistics = StatisticsService(
        statistics_service.Parts(
            db, clock, settings, programme, access, relay, attendance, door, openings, imports, audience
        )
    )
    reports = ReportsService(clock, programme, statistics)
    hub = Hub()
    tasks = Tasks()
    viewers = PresenceService(clock, settings)
    live = LiveService(
        Parts(
            clock=clock,
            settings=settings,
            tasks=tasks,
            hub=hub,
            programme=programme,
            access=access,
            admissions=admissions,
            floor=floor,
            presence=presence,
            viewers=viewers,
            attendance=attendance,
            door=door,
            openings=openings,
            announcer=Announcer(
                announcer.Parts(settings, hub, programme, relay, floor, excused, access, presence)
            ),
        )
    )
    _subscribe(changes, programme, access, relay, live)
    _forget_erased(changes, access, presence, clock)
    changes.subscribe("admission", admissions.forget)
    changes.subscribe("admission", live.on_admission)
    return Services(
        folder=folder,
        settings=settings,
        clock=clock,
        db=db,
        tasks=tasks,
        changes=changes,
        audit=AuditLog(db, clock),
        programme=programme,
        editing=EditService(db, clock, settings, programme),
        access=access,
        bulk=bulk,
        calendars=calendars,
        mail=mail,
        admissions=admissions,
        renewals=RenewalService(db, clock, programme, access),
        delegates=DelegatesService(db, access),
        requests=RequestsService(db, clock, settings, programme, access, folder.documents),
        trials=TrialsService(db, clock),
        relay=relay,
        floor=floor,
        presence=presence,
        viewers=viewers,
        attendance=attendance,
        door=door,
        openings=openings,
        excused=excused,
        correction_requests=CorrectionRequestsService(db, clock, programme),
        imports=imports,
        audience=audience,
        statistics=statistics,
        privacy=PrivacyService(db, clock, access),
        retention=RetentionService(db, clock, settings, programme, statistics),
        reports=reports,
        hub=hub,
        live=live,
        beats=Beats(),
    )


def _subscribe(
    changes: Changes,
    programme: ProgrammeService,
    access: AccessService,
    relay: RelayService,
    live: LiveService,
) -> None:
    """Who hears of what, in this order: caches forget before anybody acts on the news."""

    async def forget_invitation(key: str) -> None:
        access.forget(InvitationId(key))

    changes.subscribe("programme", programme.forget)
    changes.subscribe("session", programme.forget)
    changes.subscribe("session", live.on_session)
    changes.subscribe("source", relay.forget)
    changes.subscribe("source", live.on_source)
    changes.subscribe("invitation", forget_invitation)
    changes.subscribe("invitation", live.on_invitation)
    changes.subscribe("keys", access.signer.forget)
    changes.subscribe("removal", live.on_removal)
    changes.subscribe("floor", live.on_floor)
    changes.subscribe("excused", live.on_excused)


def _forget_erased(changes: Changes, access: AccessService, presence: PresenceService, clock: Clock) -> None:
    """Nobody is shown any more under a pseudonym that was drawn anew."""

    async def look_again(_key: str) -> None:
        presence.keep_only({person.id for person in await access.participants()}, clock.now())

    changes.subscribe(ERASED, look_again)


def other_issuers(settings: Settings) -> Issuers:
    """Whose tokens are taken beside ours; raises SettingInvalid."""
    if not settings.issuers_file:
        return NOBODY_ELSE
    return load_issuers(Path(settings.issuers_file), settings.issuer or settings.public_url)


def summit_settings(folder: DataFolder) -> dict[str, int | str]:
    """The settings that the loaded summit brings with it; none where nothing is loaded."""
    stored = read_once(folder.database, programme_store.summit_of)
    return dict(stored.entry.settings) if stored else {}
