"""A night of three sessions on the real services, in one process: pages are objects, hands move the clock.

The night is that of 30 to 31 October 2021 in Brussels: past midnight, and past the end of summer time.
"""

import asyncio
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

import sqlalchemy as sa

from streamhub import composition
from streamhub.access.model import DevicePolicy, Grant, InvitationOrder
from streamhub.access.roles import Role
from streamhub.attendance import zoom_events_store
from streamhub.attendance.door_model import CheckInOrder, Direction, place_of
from streamhub.attendance.imports_model import Upload, ZoomOrder
from streamhub.attendance.service import CorrectionOrder
from streamhub.attendance.zoom_service import Post
from streamhub.kit.channel import Channel
from streamhub.kit.clock import MINUTE, SystemClock, parse_rfc3339, to_datetime
from streamhub.kit.errors import DeviceLimit
from streamhub.kit.folder import DataFolder
from streamhub.kit.settings import Settings
from streamhub.kit.text import localised
from streamhub.live.connection import ALIVE
from streamhub.live.messages import Beat, Bye
from streamhub.live.visit import Stage, Visit
from streamhub.migrations.tables import metadata
from streamhub.programme.files import SessionEntry, SummitFiles
from streamhub.programme.model import Delegation, DelegationKind, SessionAccess, SessionState, Summit
from streamhub.relay.model import NewSource
from streamhub.relay.zoom_model import ReportRow
from streamhub.relay.zoom_registrants_store import zoom_registrants
from streamhub.statistics.disclosure import Audience
from tests.attendance.zoom_samples import HEADER
from tests.stand_ins import zoom_sender
from tests.stand_ins.zoom_sender import Delivery, Guest, Running

EVENING = parse_rfc3339("2021-10-30T20:50:00Z")
"""22:50 in Brussels; the clock there goes back an hour at 01:00 UTC."""
SETTINGS = Settings(public_url="https://live.example.org", issuer="https://live.example.org")
HALL, HOUSE = "Hémicycle", "Maison"
SESSIONS = {
    "nuit": (HALL, "", "2021-10-30T21:30:00Z", "2021-10-31T01:30:00Z"),
    "atelier-a": (HOUSE, "a", "2021-10-30T22:00:00Z", "2021-10-31T00:00:00Z"),
    "atelier-b": (HOUSE, "b", "2021-10-30T23:30:00Z", "2021-10-31T02:00:00Z"),
}
"""Venue, room, begin and end. The workshops overlap in one house: each needs its own scan."""
PEOPLE = {
    "ana": (Role.DELEGATE, "BJ", 2, DevicePolicy.REPLACE_OLDEST),
    "bob": (Role.DELEGATE, "BJ", 1, DevicePolicy.TAKE_OVER),
    "cyr": (Role.PRESS, "SN", 1, DevicePolicy.REFUSE),
    "dia": (Role.OBSERVER, "SN", 2, DevicePolicy.REPLACE_OLDEST),
}
"""Role, delegation, devices and what happens to one more. Dia observes: in lists, in no figure."""
MEETINGS = {"nuit": "85512345678", "atelier-a": "85512345678", "atelier-b": "91112223334"}
"""The numbers of Zoom's meetings: one of them serves two sessions, which overlap."""
REGISTERED = ("ana", "bob", "dia")
"""Who has a link of their own to each meeting."""


@dataclass(slots=True)
class Hands:
    """What the machine's two clocks say: ``jump`` is by how much somebody moved the one on the wall."""

    at: int = EVENING
    jump: int = 0

    def clock(self):
        """The clock of a process that starts now."""
        return SystemClock(lambda: (self.at + self.jump) * 1_000_000, lambda: (self.at - EVENING) * 1_000_000)


@dataclass(slots=True, eq=False)
class Line:
    """A page's line without a network: it remembers only that it was closed."""

    id: str
    closing: bool = False

    def send(self, frame):
        pass

    def send_all(self, *frames):
        pass

    def send_latest(self, frame):
        pass

    def ping(self):
        pass

    def close(self, code, reason, retry_after_ms=None):
        self.closing = True


@dataclass(slots=True)
class Page:
    """An open page: ``answers`` is False while it is silent, ``life`` when it was last heard."""

    visit: Visit
    who: str
    life: int
    answers: bool = True


@cache
def evening():
    """The data folder's file once everything is loaded, and everybody's grant: made once."""

    async def make(folder):
        data = DataFolder(folder)
        data.create()
        engine = sa.create_engine(f"sqlite:///{data.database}")
        metadata.create_all(engine)
        engine.dispose()
        use = await composition.build(data, SETTINGS, Hands().clock())
        await use.programme.load(_files())
        for slug, number in MEETINGS.items():
            await use.relay.add(slug, NewSource(url=f"https://us02web.zoom.us/j/{number}"), None)
        grants = {}
        for name, (role, code, devices, policy) in PEOPLE.items():
            order = InvitationOrder(role=role, delegation=code, devices=devices, device_policy=policy)
            [issued] = await use.access.issue(order, "test")
            grants[name] = await use.access.grant_for_token(issued.token)
        rows = [_registration(name, grants[name].participant) for name in REGISTERED]
        await use.db.write(lambda tx: tx.execute(zoom_registrants.insert(), rows))
        await use.close()
        return data.database.read_bytes(), grants

    with TemporaryDirectory() as folder, asyncio.Runner() as runner:
        return runner.run(make(Path(folder)))


@dataclass(slots=True)
class World:
    """The service, its people and their pages. Every method is what somebody does, or time."""

    folder: Path
    hands: Hands = field(default_factory=Hands)
    use: composition.Services | None = None
    grants: dict[str, Grant] = field(default_factory=dict)
    pages: dict[str, Page] = field(default_factory=dict)
    numbers: count = field(default_factory=count)

    async def open(self):
        """A new evening."""
        content, self.grants = evening()
        data = DataFolder(self.folder)
        data.create()
        data.database.write_bytes(content)
        self.accounts.write_text(f'[ville]\nsecret_token = "{zoom_sender.SECRET}"\n', encoding="utf-8")
        await self.start()

    @property
    def accounts(self):
        """The file of the one Zoom account."""
        return self.folder / "zoom.toml"

    @property
    def now(self):
        return self.use.clock.now()

    def who(self, name):
        """The pseudonym behind a name."""
        return self.grants[name].participant

    # The server

    async def start(self):
        """Everything that a server does at its start but for the tasks that wait for real seconds."""
        given = replace(SETTINGS, zoom_accounts_file=str(self.accounts))
        self.use = await composition.build(DataFolder(self.folder), given, self.hands.clock())
        await self.use.attendance.start()
        await self.use.openings.start()
        await self.use.changes.start()
        await self.use.programme.settle()
        await self.use.live.start()
        await self.use.tasks.cancel()
        await self.use.zoom._look_again()
        await self.told()

    async def stop(self):
        """SIGTERM: every page is told, every stay is marked as our restart."""
        await asyncio.gather(self.use.live.drain(), self._hang_up())
        await self.kill()

    async def _hang_up(self):
        self.sweep()

    async def kill(self):
        """The process is gone, and every page's line with it."""
        await self.use.close()
        self.pages.clear()

    async def lives(self):
        """The node says that it lives, as it does every two seconds."""
        await self.use.db.write(lambda _tx: None)

    async def comes_back(self, down_ms):
        """The server starts again; a wall clock before the last stored instant is mended first."""
        stopped = self.now
        self.hands.at += down_ms
        behind = stopped + down_ms - self.hands.clock().now()
        if behind > 0:
            self.hands.jump += behind
        await self.start()

    async def told(self):
        """Whatever was written is noticed, and who may come in by that has come in."""
        await self.use.changes.catch_up()
        await self.use.zoom.work_off()
        while coming := [task for task in self.use.tasks._tasks if task.get_name() == "admit"]:
            await asyncio.gather(*coming)
        self.sweep()

    def sweep(self):
        """A page that the server closed hangs up."""
        for name in [name for name, page in self.pages.items() if page.visit.page.closing]:
            self.use.live.leave(self.pages.pop(name).visit)

    # Time

    async def stops(self, until):
        """The instants up to ``until`` at which something is due by itself, and ``until``."""
        grace, settings = SETTINGS.grace_seconds * 1000, SETTINGS
        silent = (p.life + p.visit.rhythm_ms + grace for p in self.pages.values())
        due = set(silent)
        for session in await self.use.programme.sessions():
            due |= {
                await self.use.programme.doors_at(session),
                session.starts_at,
                session.ends_at + settings.overrun_minutes * MINUTE,
            }
        return [*sorted(at for at in due if self.now < at < until), until]

    async def tick(self, at):
        """It is ``at``: pages that live answer, those silent too long are let go, sessions go on."""
        self.hands.at += at - self.now
        for page in self.pages.values():
            if page.answers:
                await self.use.live.hear(page.visit, ALIVE)
                page.life = at
        self.use.presence.expire(at)
        self.sweep()
        if await self.use.programme.settle():
            await self.told()

    # Pages

    async def opens(self, who, slug, device, rhythm_ms):
        """A page comes; answers its name, or None where the device is refused."""
        name = f"page{next(self.numbers)}"
        visit = Visit(Line(name), slug, self.grants[who], None, device, rhythm_ms)
        try:
            await self.use.live.enter(visit)
        except DeviceLimit:
            return None
        self.pages[name] = Page(visit, who, self.now)
        self.sweep()
        return name

    async def bye(self, name):
        """The page says goodbye and its line ends."""
        visit = self.pages.pop(name).visit
        await self.use.live.hear(visit, Bye())
        self.use.live.leave(visit)

    async def breaks(self, name):
        """The line breaks without a goodbye."""
        self.use.live.leave(self.pages.pop(name).visit)

    async def looks_again(self, name):
        """The page was hidden and is looked at again (pageshow)."""
        page = self.pages[name]
        page.answers = True
        for visible in (False, True):
            await self.use.live.hear(page.visit, Beat(visible=visible, player="closed"))
        if page.visit.stage is not Stage.ELSEWHERE:
            page.life = self.now

    async def elsewhere(self, who, slug):
        await self.use.live.gone_elsewhere(slug, self.grants[who])

    # The hall, moderators, lists

    async def check(self, who, direction, at, nonce, *, venue=None, session=None):
        order = CheckInOrder(
            self.who(who), place_of(venue, session), Direction(direction), at, nonce, "p_desk"
        )
        return await self.use.door.check(order)

    async def correct(self, who, slug, since, until, present, channel):
        order = CorrectionOrder(self.who(who), since, until, present, Channel(channel), "vu")
        await self.use.attendance.correct(await self.use.programme.session(slug), order, "p_mod")

    async def set_state(self, slug, state):
        await self.use.programme.set_state(slug, SessionState(state), "p_mod")
        await self.told()

    async def shift(self, slug, minutes):
        await self.use.programme.shift(slug, minutes, "p_mod")
        await self.told()

    async def apply_list(self, slugs, rows):
        """Import a Zoom list: name, since, until; answers the import's id."""
        lines = [HEADER, *(f'"{name}",,{_utc(since)},{_utc(until)},1,Yes,No' for name, since, until in rows)]
        upload = Upload("zoom.csv", "\n".join(lines).encode())
        order = ZoomOrder(timezone="UTC", sessions=tuple(slugs))
        found = await self.use.imports.preview("zoom-participants", upload, order, "p_com")
        await self.use.imports.apply(found.asked.id, "p_com")
        return found.asked.id

    async def zoom_says(self, number, events):
        """Zoom's words of a meeting, each in a call of its own: (kind, user, name or None, at)."""
        for event in events:
            delivery = Delivery(self.now // 1000, zoom_sender.body_of(_zooms(number, *event)))
            sign = (delivery.headers[name] for name in ("x-zm-request-timestamp", "x-zm-signature"))
            await self.use.zoom.receive(Post(*sign, delivery.body))
        await self.told()

    async def zoom_reports(self, number, rows):
        """Zoom's report of a meeting came: (user, name or None, since, until)."""
        heard = await self.use.db.read(lambda tx: zoom_events_store.meeting(tx, f"uuid of {number}"))
        told = [ReportRow(user, "", f"reg-{who}" if who else "", a, b) for user, who, a, b in rows]
        await self.use.zoom._reports._came(heard, told)
        await self.told()

    # Looking

    async def figures(self):
        """Every figure of the summit, exact."""
        return (await self.use.statistics.of_summit(Audience.INTERNAL)).value

    def channels(self, who, slug):
        """By which channels the live list has somebody."""
        person = self.use.presence.person(slug, self.who(who))
        return set() if person is None else {str(c) for c in person.channels}

    def guests(self, slug):
        """How many stand in the live list whom nobody knows."""
        return sum(person.who.guest for person in self.use.presence.now(slug).people)


def _registration(name, participant):
    """A registration at Zoom that was answered."""
    texts = {column.name: "" for column in zoom_registrants.columns if not column.nullable}
    known = {"id": name, "account": "ville", "zoom_id": f"reg-{name}", "email": f"{name}@delegues.example"}
    rest = {"participant": participant, "generation": 1, "asked_at": EVENING, "panelist": False}
    return texts | known | rest


def _zooms(number, kind, user, who, at):
    """An event as Zoom says it."""
    run = Running(f"uuid of {number}", EVENING // 1000, number, kind="meeting")
    if kind == "ended":
        return zoom_sender.ended(run, at // 1000)
    guest = Guest(user, registrant_id=f"reg-{who}" if who else "")
    return (zoom_sender.joined if kind == "joined" else zoom_sender.left)(run, guest, at // 1000)


def _utc(at):
    return f"{to_datetime(at):%Y-%m-%d %H:%M:%S}"


def _files():
    entry = SessionEntry(
        slug="",
        kind="plenary",
        titles=localised({"fr": "x"}),
        venue="",
        room="",
        access=SessionAccess.INVITED,
        notes="",
        starts_at=0,
        ends_at=0,
        order=0,
    )
    return SummitFiles(
        summit=Summit("sommet", localised({"fr": "Sommet"}), "Europe/Brussels"),
        sessions=tuple(
            replace(
                entry,
                slug=slug,
                venue=venue,
                room=room,
                starts_at=parse_rfc3339(since),
                ends_at=parse_rfc3339(until),
                order=order,
            )
            for order, (slug, (venue, room, since, until)) in enumerate(SESSIONS.items())
        ),
        delegations=tuple(
            Delegation(code, localised({"fr": code}), DelegationKind.COUNTRY, code) for code in ("BJ", "SN")
        ),
    )
