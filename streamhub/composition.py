"""The composition root: the only file where concrete parts meet."""

from dataclasses import fields
from pathlib import Path
from typing import Any

from streamhub.access import mail_service
from streamhub.access.admissions import AdmissionService
from streamhub.access.bulk_service import BulkService
from streamhub.access.calendar_service import CalendarService
from streamhub.access.delegates import DelegatesService
from streamhub.access.issuers import NOBODY_ELSE, Issuers, load_issuers
from streamhub.access.mail_job import MailJob
from streamhub.access.mail_service import MailService
from streamhub.access.renewal_service import RenewalService
from streamhub.access.service import AccessService
from streamhub.attendance.correction_requests import CorrectionRequestsService
from streamhub.attendance.door import DoorService
from streamhub.attendance.excused import ExcusedService
from streamhub.attendance.imports_service import ImportsService
from streamhub.attendance.openings import OpeningsService
from streamhub.attendance.service import AttendanceService
from streamhub.attendance.who import who_of
from streamhub.attendance.zoom_model import HEARD
from streamhub.attendance.zoom_service import Parts as ZoomParts
from streamhub.attendance.zoom_service import ZoomService
from streamhub.attendance.zoom_twice import ZoomTwice
from streamhub.audience.facebook import Facebook
from streamhub.audience.peertube import PeerTube
from streamhub.audience.sampler import Reader, Sampler
from streamhub.audience.service import AudienceService
from streamhub.audience.youtube import YouTube
from streamhub.floor.service import FloorService
from streamhub.kit.audit import AuditLog
from streamhub.kit.changes import Changes
from streamhub.kit.clock import Clock
from streamhub.kit.db import Database, read_once
from streamhub.kit.folder import DataFolder
from streamhub.kit.ids import InvitationId
from streamhub.kit.outgoing import Outgoing
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
from streamhub.relay.checking import CheckingService
from streamhub.relay.link_check import LinkChecker
from streamhub.relay.link_model import Provider
from streamhub.relay.service import RelayService
from streamhub.relay.timetable import TimetableService
from streamhub.relay.zoom_accounts import ZoomAccount, load_accounts
from streamhub.relay.zoom_api import ZoomApi
from streamhub.relay.zoom_registrants_store import TOPIC as OWN_LINKS
from streamhub.relay.zoom_registrar import Desk, ZoomRegistrar
from streamhub.relay.zoom_sdk_service import ZoomSdkService
from streamhub.relay.zoom_sources import ZoomSources
from streamhub.reports.service import ReportsService
from streamhub.requests import answers_store
from streamhub.requests.service import RequestsService
from streamhub.requests.trials import TrialsService
from streamhub.services import Services
from streamhub.statistics import service as statistics_service
from streamhub.statistics.service import StatisticsService


class _Wiring:
    """Each part that several others need, made once, from those before it.

    It has the name that it has in ``Services``, which takes it from here.
    """

    def __init__(self, folder: DataFolder, settings: Settings, clock: Clock) -> None:
        self.settings = settings
        self.clock = clock
        self.db = db = Database(folder.database)
        self.changes = Changes(db)
        self.tasks = Tasks()
        self.hub = Hub()
        self.programme = programme = ProgrammeService(db, clock, settings)
        self.access = access = AccessService(
            db, clock, settings, programme, folder.keys, other_issuers(settings)
        )
        self.bulk = BulkService(db, clock, settings, programme, access)
        self.calendars = CalendarService(db, clock, settings, programme)
        self.admissions = AdmissionService(db, clock, programme, access)
        self.relay = relay = RelayService(db, clock, settings)
        self.timetable = TimetableService(db, clock, programme, relay)
        self.floor = FloorService(db, clock, programme)
        self.presence = PresenceService(clock, settings)
        self.viewers = PresenceService(clock, settings)
        self.attendance = AttendanceService(db, clock, settings)
        self.door = DoorService(db, clock, programme, access, self.presence)
        self.openings = OpeningsService(db, clock, self.attendance.node)
        self.excused = ExcusedService(db, clock, programme)
        self.imports = ImportsService(db, clock, settings, programme, access)
        self.audience = AudienceService(db, clock, programme, self.relay)
        self.outgoing = Outgoing()
        self.zoom_accounts = zoom_accounts(settings)
        self.zoom_apis = {
            account.name: ZoomApi(self.outgoing, account, clock, settings.stand_in("zoom"))
            for account in self.zoom_accounts
            if account.asks
        }
        desks = {
            account.name: Desk(self.zoom_apis[account.name], account.email_domain)
            for account in self.zoom_accounts
            if account.asks
        }
        self.registrar = ZoomRegistrar(db, clock, programme, desks, settings.zoom_register_days)

    def zoom(self) -> ZoomService:
        """What hears Zoom and asks for its reports."""
        return ZoomService(
            ZoomParts(
                self.db,
                self.clock,
                self.programme,
                self.access,
                self.presence,
                self.zoom_accounts,
                self.zoom_apis,
            )
        )

    def sampler(self) -> Sampler:
        """What reads the counts of the platforms that are configured."""
        given, ask, readers = self.settings, self.outgoing, dict[Provider, Reader]()
        if given.youtube_api_key:
            readers[Provider.YOUTUBE] = YouTube(ask, given.youtube_api_key, given.stand_in("youtube"))
        if given.facebook_token:
            readers[Provider.FACEBOOK] = Facebook(
                ask, given.facebook_page, given.facebook_token, given.stand_in("facebook")
            )
        if given.peertube_hosts:
            readers[Provider.PEERTUBE] = PeerTube(ask, given.peertube_hosts, given.stand_in("peertube"))
        budgets = {Provider.YOUTUBE: given.youtube_units_per_day}
        return Sampler(self.db, self.clock, self.programme, self.relay, readers, budgets, given.platform_days)

    def links(self) -> LinkChecker:
        """What asks providers whether a link can be shown."""
        given = self.settings
        return LinkChecker(given.dailymotion_player_id, {p: given.stand_in(p) for p in Provider})

    def mail(self, folder: DataFolder) -> MailService:
        """What writes letters."""
        return MailService(
            mail_service.Parts(
                self.db,
                self.clock,
                self.settings,
                self.programme,
                self.access,
                self.bulk,
                self.calendars,
                answers_store,
                folder.mail_lock,
            )
        )

    def statistics(self) -> StatisticsService:
        """The figures, from everything that they are counted from."""
        return StatisticsService(
            statistics_service.Parts(
                self.db,
                self.clock,
                self.settings,
                self.programme,
                self.access,
                self.relay,
                self.attendance,
                self.door,
                self.openings,
                self.imports,
                self.audience,
            )
        )

    def live(self) -> LiveService:
        """The open pages, and what they are told."""
        told = announcer.Parts(
            self.settings,
            self.hub,
            self.programme,
            self.relay,
            self.floor,
            self.excused,
            self.access,
            self.presence,
        )
        return LiveService(
            Parts(
                clock=self.clock,
                settings=self.settings,
                tasks=self.tasks,
                hub=self.hub,
                programme=self.programme,
                access=self.access,
                admissions=self.admissions,
                floor=self.floor,
                presence=self.presence,
                viewers=self.viewers,
                attendance=self.attendance,
                door=self.door,
                openings=self.openings,
                announcer=Announcer(told),
            )
        )


async def build(folder: DataFolder, settings: Settings, clock: Clock) -> Services:
    """Wire everything on one data folder whose schema is ready."""
    parts = _Wiring(folder, settings, clock)
    db, programme, access = parts.db, parts.programme, parts.access
    statistics, live = parts.statistics(), parts.live()
    requests = RequestsService(db, clock, settings, programme, access, folder.documents)
    zoom = parts.zoom()
    _subscribe(parts, live)
    for topic, listener in (
        (HEARD, zoom.on_heard),
        ("session", zoom.on_session),
        ("source", zoom.on_session),
        ("sources", zoom.on_session),
    ):
        parts.changes.subscribe(topic, listener)
    links = parts.links()
    mail = parts.mail(folder)
    names = [account.name for account in parts.zoom_accounts]
    zoom_sources = ZoomSources(db, programme, parts.registrar, names, settings.zoom_register_days)
    wanted = {field.name for field in fields(Services)}
    taken: dict[str, Any] = {name: part for name, part in vars(parts).items() if name in wanted}
    return Services(
        folder=folder,
        audit=AuditLog(db, clock),
        editing=EditService(db, clock, settings, programme),
        mail=mail,
        mailing=MailJob(mail, parts.tasks, configured=bool(settings.smtp_host)),
        renewals=RenewalService(db, clock, programme, access),
        delegates=DelegatesService(db, access),
        requests=requests,
        trials=TrialsService(db, clock),
        checking=CheckingService(db, clock, programme, parts.relay, links, parts.tasks),
        correction_requests=CorrectionRequestsService(db, clock, programme),
        zoom=zoom,
        zoom_sources=zoom_sources,
        zoom_twice=ZoomTwice(db, clock, parts.relay),
        links=links,
        sampler=parts.sampler(),
        zoom_sdk=ZoomSdkService(db, clock, parts.zoom_accounts, on=settings.zoom_embedded),
        statistics=statistics,
        privacy=PrivacyService(db, clock, access, requests),
        retention=RetentionService(db, clock, settings, programme, statistics),
        reports=ReportsService(clock, programme, statistics),
        live=live,
        beats=Beats(clock, settings.grace_seconds),
        **taken,
    )


REGISTERING = ("programme", "session", "source", "sources", "invitation", "removal")
"""What may change who is registered at Zoom."""


def _subscribe(parts: _Wiring, live: LiveService) -> None:
    """Who hears of what, in this order: caches forget before anybody acts on the news."""
    access, presence, programme = parts.access, parts.presence, parts.programme

    async def forget_invitation(key: str) -> None:
        access.forget(InvitationId(key))

    async def look_again(_key: str) -> None:
        """Nobody is shown any more under a pseudonym that was drawn anew."""
        presence.keep_only({person.id for person in await access.participants()}, parts.clock.now())

    async def revise(key: str) -> None:
        """In the hall or in Zoom somebody has no page that would come back as what they are now."""
        found = await access.find(InvitationId(key)) if presence.anybody() else None
        if found is not None:
            presence.revise(who_of(found.person()))

    async def own_links(_key: str) -> None:
        await live.on_own_links(await parts.relay.own.relearn())

    for topic, listener in (
        ("programme", programme.forget),
        ("session", programme.forget),
        ("session", live.on_session),
        ("source", parts.relay.forget),
        ("source", parts.timetable.forget),
        ("sources", parts.relay.forget),
        ("sources", parts.timetable.forget),
        ("sources", live.on_sources),
        ("source", live.on_source),
        ("invitation", forget_invitation),
        ("invitation", live.on_invitation),
        ("invitation", revise),
        ("keys", access.signer.forget),
        ("removal", access.forget_removals),
        ("removal", live.on_removal),
        ("floor", parts.floor.forget),
        ("floor", live.on_floor),
        ("excused", live.on_excused),
        (ERASED, access.forget_removals),
        (ERASED, parts.floor.forget),
        (ERASED, look_again),
        ("admission", parts.admissions.forget),
        ("admission", live.on_admission),
        (OWN_LINKS, own_links),
        *((topic, parts.registrar.poke) for topic in REGISTERING),
    ):
        parts.changes.subscribe(topic, listener)
    parts.timetable.subscribe(live.on_sources)


def other_issuers(settings: Settings) -> Issuers:
    """Whose tokens are taken beside ours; raises SettingInvalid."""
    if not settings.issuers_file:
        return NOBODY_ELSE
    return load_issuers(Path(settings.issuers_file), settings.issuer or settings.public_url)


def zoom_accounts(settings: Settings) -> tuple[ZoomAccount, ...]:
    """The Zoom accounts that are asked and heard; raises SettingInvalid."""
    return load_accounts(Path(settings.zoom_accounts_file)) if settings.zoom_accounts_file else ()


def summit_settings(folder: DataFolder) -> dict[str, int | str]:
    """The settings that the loaded summit brings with it; none where nothing is loaded."""
    stored = read_once(folder.database, programme_store.summit_of)
    return dict(stored.entry.settings) if stored else {}
