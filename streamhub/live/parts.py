"""What the live side works with."""

from dataclasses import dataclass

from streamhub.access.admissions import AdmissionService
from streamhub.access.service import AccessService
from streamhub.attendance.door import DoorService
from streamhub.attendance.openings import OpeningsService
from streamhub.attendance.service import AttendanceService
from streamhub.floor.service import FloorService
from streamhub.kit.clock import Clock
from streamhub.kit.settings import Settings
from streamhub.kit.tasks import Tasks
from streamhub.live.announcer import Announcer
from streamhub.live.hub import Hub
from streamhub.presence.service import PresenceService
from streamhub.programme.service import ProgrammeService


@dataclass(frozen=True, slots=True)
class Parts:
    """What the live side works with."""

    clock: Clock
    settings: Settings
    tasks: Tasks
    hub: Hub
    programme: ProgrammeService
    access: AccessService
    admissions: AdmissionService
    floor: FloorService
    presence: PresenceService
    viewers: PresenceService
    attendance: AttendanceService
    door: DoorService
    openings: OpeningsService
    announcer: Announcer
