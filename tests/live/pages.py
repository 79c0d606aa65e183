"""Pages without a line: they keep what they are told, and are let in by the real service."""

from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field

import msgspec
import sqlalchemy as sa

from streamhub.access.model import InvitationOrder
from streamhub.access.roles import NEEDS_DELEGATION, Role
from streamhub.attendance import store as ledger
from streamhub.kit.channel import Channel
from streamhub.kit.ids import DelegationCode, new_id
from streamhub.live.frames import payload_of
from streamhub.live.messages import Bye
from streamhub.live.visit import Visit
from tests.handlers.house import ROOM, House, open_house
from tests.programme.samples import DELEGATIONS, loaded
from tests.waiting import eventually

BENIN = DelegationCode("BJ")


@dataclass
class StillPage:
    """A page that keeps what it is told."""

    id: str = field(default_factory=lambda: new_id("t"))
    closing: bool = False
    told: list = field(default_factory=list)
    end: tuple = ()
    on_close: object = None

    def __hash__(self):
        return hash(self.id)

    def send(self, frame):
        if not self.closing:
            self.told.append(msgspec.json.decode(payload_of(frame)))

    send_latest = send

    def send_all(self, *frames):
        for frame in frames:
            self.send(frame)

    def ping(self):
        pass

    def close(self, code, reason, retry_after_ms=None):
        if not self.closing:
            self.closing, self.end = True, (int(code), reason)
            self.on_close()


@dataclass
class Hall:
    """The small summit, its room live, with ``seats`` of Benin."""

    house: House
    people: dict = field(default_factory=dict)

    @property
    def use(self):
        return self.house.use

    async def invite(self, name, role=Role.DELEGATE, delegation=BENIN, **order):
        """Somebody new, known by this name in the test."""
        code = delegation if role in NEEDS_DELEGATION | {Role.OBSERVER} else None
        [issued] = await self.use.access.issue(InvitationOrder(role=role, delegation=code, **order), "test")
        self.people[name] = issued
        return issued

    def id(self, name):
        return self.people[name].invitation.participant

    async def visit(self, name, device="laptop", slug=ROOM):
        """A page of theirs that has not come yet."""
        if name not in self.people:
            await self.invite(name)
        grant = await self.use.access.grant_for_token(self.people[name].token)
        visit = Visit(StillPage(), slug, grant, None, device)
        visit.page.on_close = lambda: self.use.live.leave(visit)
        return visit

    async def come(self, name, device="laptop", slug=ROOM):
        """A page of theirs comes."""
        visit = await self.visit(name, device, slug)
        try:
            await self.use.live.enter(visit)
        except BaseException:
            self.use.live.leave(visit)
            raise
        return visit

    async def bye(self, visit):
        """The page is left with a goodbye."""
        await self.use.live.hear(visit, Bye())
        self.use.live.leave(visit)

    def silence(self, seconds=20):
        """Time passes in which nobody shows life."""
        self.use.presence.expire(self.house.clock.advance(seconds=seconds))

    def heads(self):
        """Remote, on site, waiting."""
        heads = self.use.presence.now(ROOM).summary.heads
        return heads.remote, heads.on_site, heads.waiting

    async def stays(self, name):
        """Whether each web stay of theirs lasts, oldest first."""
        await self.use.db.write(lambda _tx: None)  # what was submitted before is written then
        stays = await self.use.attendance.stays_of(self.id(name))
        return [stay.until is None for stay in stays if stay.key.channel is Channel.WEB]

    async def events(self, name):
        """The kinds of the ledger's events of somebody."""
        await self.use.db.write(lambda _tx: None)
        events = await self.use.db.read(ledger.all_events)
        return [event.kind.value for event in events if event.participant == self.id(name)]


@contextmanager
def disk_full(hall):
    """Nothing can be stored meanwhile."""

    def fail(_tx):
        raise sa.exc.OperationalError("INSERT", {}, OSError("no space left on device"))

    before, hall.use.db.on_group = hall.use.db.on_group, fail
    try:
        yield
    finally:
        hall.use.db.on_group = before


def kinds(visit, *wanted):
    """What a page was told, by kind: of these kinds, or of those that say whether it is in."""
    return [m["type"] for m in visit.page.told if m["type"] in (wanted or ("welcome", "waiting"))]


def places(visit):
    """The places in line that a page was told."""
    return [m["position"] for m in visit.page.told if m["type"] == "waiting"]


async def inside(*visits):
    """Every one of these pages is welcomed, soon."""
    for visit in visits:
        await eventually(lambda visit=visit: kinds(visit)[-1:] == ["welcome"])


@asynccontextmanager
async def open_hall(folder, *, seats="3", **settings):
    async with open_house(folder, **settings) as house:
        await house.use.programme.load(loaded(delegations=DELEGATIONS.replace("BJ,6", f"BJ,{seats}")))
        await house.begin(ROOM)
        yield Hall(house)
