"""A summit of one day in two venues, and its door, on a real database."""

from contextlib import asynccontextmanager
from dataclasses import dataclass

from streamhub.access.model import InvitationOrder
from streamhub.access.roles import Role
from streamhub.access.service import AccessService
from streamhub.attendance import store
from streamhub.attendance.door import DoorService
from streamhub.attendance.door_model import CheckInOrder, Direction, Place, Scope
from streamhub.attendance.service import AttendanceService
from streamhub.kit.clock import parse_rfc3339
from streamhub.kit.db import Database
from streamhub.kit.ids import new_id
from streamhub.kit.settings import Settings
from streamhub.kit.text import localised
from streamhub.presence.service import PresenceService
from streamhub.programme.files import SessionEntry, SummitFiles
from streamhub.programme.model import Delegation, DelegationKind, SessionAccess, SessionState, Summit
from streamhub.programme.service import ProgrammeService
from tests.support import FakeClock, open_database

SETTINGS = Settings(public_url="https://live.example.org")
HALL = "Hémicycle"
HOUSE = "Maison"
SESSIONS = [
    ("ouverture", HALL, "09:00", "10:00"),
    ("plenary", HALL, "10:30", "12:00"),
    ("atelier-a", HOUSE, "10:00", "11:00"),
    ("atelier-b", HOUSE, "10:30", "11:30"),
]
"""The two workshops run in parallel in one house."""


def clock_time(text):
    """A time of the summit's day, in UTC."""
    return parse_rfc3339(f"2021-11-04T{text}:00Z")


@dataclass(slots=True)
class House:
    """What a test of the door touches."""

    db: Database
    clock: FakeClock
    programme: ProgrammeService
    access: AccessService
    presence: PresenceService
    attendance: AttendanceService
    door: DoorService
    person: str

    async def at(self, text):
        """Let the time come, and the sessions follow as the live side makes them."""
        self.clock.advance(ms=clock_time(text) - self.clock.now())
        for change in await self.programme.settle():
            session = await self.programme.session(change.session)
            if change.state is SessionState.ENDED:
                await self.attendance.end_session(session, change.at)
            elif change.state is SessionState.DOORS:
                await self.door.open_session(session)

    async def check(self, direction="in", *, venue=None, session=None, at=None, nonce=None):
        """One passage of the person."""
        scope = Scope.SESSION if session else Scope.VENUE if venue else Scope.SUMMIT
        order = CheckInOrder(
            self.person,
            Place(scope, session or venue or ""),
            Direction(direction),
            clock_time(at) if at else self.clock.now(),
            nonce or new_id("x"),
            "p_desk",
        )
        return await self.door.check(order)

    async def stays(self):
        """The person's stays as (session, since, until), times as text."""
        found = await self.db.read(lambda tx: store.stays_of_participant(tx, self.person))
        return [(s.key.session, _hm(s.since), _hm(s.until)) for s in found]

    def in_hall(self, slug):
        """Whether the live list has the person in this hall."""
        person = self.presence.person(slug, self.person)
        return person is not None and person.state == "hall"


def _hm(instant):
    if instant is None:
        return None
    minutes = (instant - clock_time("00:00")) // 60_000
    return f"{minutes // 60:02}:{minutes % 60:02}"


@asynccontextmanager
async def open_house(folder):
    """The summit at eight in the morning, with one delegate."""
    clock = FakeClock(clock_time("08:00"))
    async with open_database(folder) as db:
        programme = ProgrammeService(db, clock, SETTINGS)
        await programme.load(_files())
        access = AccessService(db, clock, SETTINGS, programme, folder / "keys")
        presence = PresenceService(clock, SETTINGS)
        attendance = AttendanceService(db, clock, SETTINGS)
        await attendance.start()
        door = DoorService(db, clock, programme, access, presence)
        order = InvitationOrder(role=Role.DELEGATE, delegation="BJ")
        [issued] = await access.issue(order, "test")
        person = issued.invitation.participant
        yield House(db, clock, programme, access, presence, attendance, door, person)


def _files():
    return SummitFiles(
        summit=Summit("sommet", localised({"fr": "Sommet"}), "UTC"),
        sessions=tuple(
            SessionEntry(
                slug=slug,
                kind="plenary",
                titles=localised({"fr": slug}),
                venue=venue,
                room=slug if venue == HOUSE else "",
                access=SessionAccess.INVITED,
                notes="",
                starts_at=clock_time(start),
                ends_at=clock_time(end),
                order=order,
            )
            for order, (slug, venue, start, end) in enumerate(SESSIONS)
        ),
        delegations=(Delegation("BJ", localised({"fr": "Bénin"}), DelegationKind.COUNTRY, "BJ"),),
    )
