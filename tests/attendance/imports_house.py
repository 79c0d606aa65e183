"""A summit in a real database whose sessions are over, and the imports service on it."""

from contextlib import asynccontextmanager
from dataclasses import dataclass

from streamhub.access.bulk_service import BulkService
from streamhub.access.model import InvitationOrder
from streamhub.access.roles import Role
from streamhub.access.service import AccessService
from streamhub.attendance import store
from streamhub.attendance.imports_model import Upload, ZoomOrder
from streamhub.attendance.imports_service import ImportsService
from streamhub.attendance.model import fold
from streamhub.kit.clock import parse_rfc3339
from streamhub.kit.db import Database, changes_after
from streamhub.kit.intervals import length_ms, union
from streamhub.kit.settings import Settings
from streamhub.kit.text import localised
from streamhub.programme.files import ParticipantEntry, SessionEntry, SummitFiles
from streamhub.programme.model import Delegation, DelegationKind, SessionAccess, Summit
from streamhub.programme.service import ProgrammeService
from tests.attendance.zoom_samples import HEADER
from tests.support import FakeClock, open_database

SETTINGS = Settings(public_url="https://live.example.org")
SESSIONS = [
    ("ouverture", "2021-11-19T09:00:00Z", "2021-11-19T11:00:00Z"),
    ("table-ronde", "2021-11-19T11:30:00Z", "2021-11-19T13:00:00Z"),
    ("atelier", "2021-11-12T09:00:00Z", "2021-11-12T10:00:00Z"),
    ("fin", "2021-11-25T09:00:00Z", "2021-11-25T10:00:00Z"),
]
"""The first at 10:00 in Brussels; the last has not begun."""
EVENING = parse_rfc3339("2021-11-20T20:00:00Z")
BRUSSELS = "Europe/Brussels"


@dataclass(slots=True)
class House:
    """What a test of imports touches."""

    db: Database
    clock: FakeClock
    programme: ProgrammeService
    access: AccessService
    imports: ImportsService

    async def seat(self, delegation="BJ", email=""):
        """Invite a delegate and answer the participant and the seat."""
        if email:
            entry = ParticipantEntry(
                external_id=email,
                delegation=delegation,
                role="delegate",
                label="",
                name="N",
                email=email,
                lang="fr",
                sessions=None,
                speak=False,
            )
            bulk = BulkService(self.db, self.clock, Settings(), self.programme, self.access)
            [issued] = await bulk.load([entry], "test")
        else:
            [issued] = await self.access.issue(
                InvitationOrder(role=Role.DELEGATE, delegation=delegation), "test"
            )
        return issued.invitation.participant, issued.invitation.seat

    async def preview(self, content, *sessions, day=None, **order):
        """Look at a list; for the opening unless said otherwise."""
        named = () if day else sessions or ("ouverture",)
        order = ZoomOrder(**({"timezone": BRUSSELS, "sessions": named, "day": day} | order))
        content = content if isinstance(content, bytes) else content.encode()
        return await self.imports.preview("zoom-participants", Upload("zoom.csv", content), order, "test")

    async def load(self, content, *sessions, **order):
        """Import a list."""
        previewed = await self.preview(content, *sessions, **order)
        return await self.imports.apply(previewed.asked.id, "test")

    async def stays(self, session="ouverture"):
        """Participant to the stays in a session, in seconds from its start."""
        found = await self.db.read(lambda tx: store.stays_of_session(tx, session, 1))
        start = parse_rfc3339(next(s[1] for s in SESSIONS if s[0] == session))
        by_person = {}
        for stay in found:
            times = ((stay.since - start) / 1000, (stay.until - start) / 1000)
            by_person.setdefault(stay.key.participant, []).append(times)
        return {person: sorted(times) for person, times in by_person.items()}

    async def minutes(self, session="ouverture"):
        """The minutes of everybody's union, sorted."""
        return sorted(length_ms(union(times)) / 60 for times in (await self.stays(session)).values())

    async def ledger_agrees(self):
        """Whether the table of stays is what all events amount to."""
        events, stays = await self.db.read(lambda tx: (store.all_events(tx), store.all_stays(tx)))
        return sorted(map(repr, fold(events))) == sorted(map(repr, stays))

    async def noticed(self):
        """The sessions whose ledger was noticed to have changed."""
        changes = await self.db.read(lambda tx: changes_after(tx, 0))
        return [change.key for change in changes if change.topic == "ledger"]


@asynccontextmanager
async def open_house(folder):
    """The summit, loaded."""
    clock = FakeClock(EVENING)
    async with open_database(folder) as db:
        programme = ProgrammeService(db, clock, SETTINGS)
        await programme.load(summit_files())
        access = AccessService(db, clock, SETTINGS, programme, folder / "keys")
        yield House(db, clock, programme, access, ImportsService(db, clock, SETTINGS, programme, access))


def listed(*lines):
    """A list; a line is ``name[/e-mail] joined left`` in minutes after ten o'clock in Brussels."""
    rows = [HEADER]
    for line in lines:
        who, joined, left = line.rsplit(" ", 2)
        name, _, email = who.partition("/")
        rows.append(f'"{name}",{email},{_local(joined)},{_local(left)},1,Yes,No')
    return "\n".join(rows)


def _local(minutes):
    at = 10 * 60 + int(minutes)
    return f"2021-11-19 {at // 60:02}:{at % 60:02}:00"


def summit_files():
    """Four sessions and two delegations."""
    sessions = tuple(
        SessionEntry(
            slug=slug,
            kind="plenary",
            titles=localised({"fr": slug}),
            venue=slug,
            room="",
            access=SessionAccess.INVITED,
            notes="",
            starts_at=parse_rfc3339(since),
            ends_at=parse_rfc3339(until),
            order=order,
        )
        for order, (slug, since, until) in enumerate(SESSIONS)
    )
    delegations = tuple(
        Delegation(
            code=code, names=localised({"fr": code}), kind=DelegationKind.COUNTRY, country=code, order=i
        )
        for i, code in enumerate(["BJ", "SN"])
    )
    summit = Summit(slug="sommet", titles=localised({"fr": "Sommet"}), timezone=BRUSSELS)
    return SummitFiles(summit=summit, sessions=sessions, delegations=delegations)
