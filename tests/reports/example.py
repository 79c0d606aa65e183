"""A summit with known numbers in a real data folder: every figure below is counted by hand.

Times are minutes after 14:00 in Brussels. The round table was planned from 14:30 to 17:00 and
held by hand from 14:41 to 17:18: 157 minutes.

| who | channel | there | inside the window |
|---|---|---|---|
| 6 of Benin | hall | 14:41-17:18 | 157 min |
| 5 of Belgium | page | 15:00-17:00 | 120 min |
| 3 of Wallonia | hall, then page too | 14:30-16:00, 15:30-16:30 | 109 min (14:41-16:30) |
| 2 of Unesco | Zoom | 15:42-17:18 | 96 min |
| an interpreter, an observer | page | all of it | not counted |
| 6 public pages | | 14:50-15:50 | 60 min, not counted |
"""

import asyncio
import shutil
from contextlib import asynccontextmanager
from pathlib import Path

from streamhub import composition
from streamhub.access.model import InvitationOrder
from streamhub.access.roles import Role
from streamhub.attendance.door_model import CheckInOrder, Direction, Place, Scope
from streamhub.attendance.model import Cause, Key
from streamhub.attendance.openings_model import OpeningKind
from streamhub.audience.model import FigureOrder
from streamhub.kit.channel import Channel
from streamhub.kit.clock import MINUTE, parse_rfc3339
from streamhub.kit.folder import DataFolder
from streamhub.kit.ids import SessionSlug
from streamhub.kit.settings import Settings
from streamhub.programme.model import SessionState
from streamhub.relay.model import NewSource
from streamhub.server import prepare
from tests.programme.samples import loaded
from tests.support import FakeClock

HALL, ZOOM, WEB = Channel
OPENING, TABLE, CLOSING = map(SessionSlug, ("ouverture", "table-ronde", "cloture"))
"""The opening was held by the clock and empty; the closing is to come."""

SUMMIT = """\
slug = "ports-2021"
title_fr = "Sommet des ports"
title_en = "Summit of ports"
timezone = "Europe/Brussels"
represented = 24
"""
PROGRAMME = """\
slug,date,start,end,kind,venue,title_fr,title_en,room,access,source_urls
ouverture,2021-11-04,13:00,13:45,ceremony,Maison,Ouverture,Opening,Salle,public,
table-ronde,2021-11-04,14:30,17:00,round-table,Maison,Table ronde,Round table,Salle,public,
cloture,2021-11-04,19:00,19:30,ceremony,Maison,=Clôture,Closing,Salle,invited,
"""
DELEGATIONS = """\
code,name_fr,name_en,kind,country,seats
BJ,Bénin,Benin,country,BJ,
BE,Belgique,Belgium,country,BE,
BE-WAL,Wallonie,Wallonia,region,BE,
UNESCO,Unesco,Unesco,organisation,,
PRESS,Presse,Press,press,,
"""
TWO = parse_rfc3339("2021-11-04T14:00:00+01:00")
ZOOM_LINK = "https://us02web.zoom.us/j/85512345678"
SETTINGS = Settings(public_url="https://live.example.org", issuer="https://live.example.org")


def at(minutes):
    """An instant, in minutes after 14:00 in Brussels."""
    return TWO + round(minutes * MINUTE)


@asynccontextmanager
async def open_folder(folder: Path, clock: FakeClock):
    """The services on a data folder whose schema is ready."""
    use = await composition.build(DataFolder(folder), SETTINGS, clock)
    try:
        yield use
    finally:
        await use.close()


@asynccontextmanager
async def open_example(folder: Path):
    """The services on the summit, and its clock at 17:30."""
    prepare(DataFolder(folder))
    clock = FakeClock(at(-120))
    async with open_folder(folder, clock) as use:
        files = loaded(
            summit=SUMMIT, programme=PROGRAMME, delegations=DELEGATIONS, participants=None, documents=None
        )
        await use.programme.load(files)
        await hold(use, clock)
        yield use


@asynccontextmanager
async def open_copy(folder: Path, made: Path):
    """The services on a copy of a folder that somebody made, to go on with at 17:30."""
    shutil.copytree(made, folder)
    async with open_folder(folder, FakeClock(at(210))) as use:
        yield use


async def hold(use, clock):
    """Everything that happened until 17:30."""
    await invite(use)
    await use.relay.add(TABLE, NewSource(url=f"{ZOOM_LINK}?pwd=QWxhZGRpbjpvcGVu.1"), None, activate=True)
    for minutes, state in (
        (-5, SessionState.DOORS),
        (41, SessionState.LIVE),
        (60, SessionState.PAUSED),
        (65, SessionState.LIVE),
    ):
        clock.advance(ms=at(minutes) - clock.now())
        await use.programme.set_state(TABLE, state, "test")
    await attend(use)
    clock.advance(ms=at(198) - clock.now())
    await use.programme.set_state(TABLE, SessionState.ENDED, "test")
    clock.advance(ms=at(210) - clock.now())
    await declare(use)


async def invite(use):
    """18 of audience, one of them by a link that was withdrawn; 3 others."""
    for role, delegation, count in (
        (Role.DELEGATE, "BJ", 8),
        (Role.DELEGATE, "BE", 5),
        (Role.DELEGATE, "BE-WAL", 3),
        (Role.DELEGATE, "UNESCO", 2),
        (Role.PRESS, "PRESS", 1),
        (Role.OBSERVER, "BJ", 1),
        (Role.INTERPRETER, None, 1),
        (Role.COMMUNICATIONS, None, 1),
    ):
        await use.access.issue(InvitationOrder(role=role, delegation=delegation, count=count), "test")
    withdrawn = next(i for i in (await use.access.invitations()).items if i.seat == "BJ-08")
    await use.access.revoke(withdrawn.id, "test")


async def attend(use):
    """Who was in the round table, and how."""
    people = {person.seat: person.id for person in await use.access.participants()}

    async def stay(seats, channel, since, until):
        keys = [Key(people[seat], TABLE, 1, channel) for seat in seats]
        for key in keys:
            await use.attendance.arrive(key, at(since))
        await use.attendance.depart([(key, at(until)) for key in keys], Cause.BYE)

    await stay([f"BJ-0{n}" for n in range(1, 7)], HALL, 41, 198)
    await stay([f"BE-0{n}" for n in range(1, 6)], WEB, 60, 180)
    wallonia = [seat for seat in people if seat.startswith("BE-WAL")]
    await stay(wallonia, HALL, 30, 120)
    await stay(wallonia, WEB, 90, 150)
    await stay([seat for seat in people if seat.startswith("UNESCO")], ZOOM, 102, 198)
    others = [p.seat for p in await use.access.participants() if p.role in {Role.OBSERVER, Role.INTERPRETER}]
    await stay(others, WEB, 30, 198)
    for n in range(6):
        await use.openings.open(OpeningKind.PAGE, f"viewer-{n}", TABLE, 1, at(50))
        use.openings.close(OpeningKind.PAGE, f"viewer-{n}", TABLE, at(110))
    await use.openings.open(OpeningKind.PLAYER, people["BE-01"], TABLE, 1, at(70))
    use.openings.close(OpeningKind.PLAYER, people["BE-01"], TABLE, at(130))
    press = next(seat for seat in people if seat.startswith("PRESS"))
    await use.door.check(
        CheckInOrder(people[press], Place(Scope.SUMMIT), Direction.IN, at(65), "n-1", "test")
    )


async def declare(use):
    """Numbers that others counted."""
    author = (await use.access.participants())[0].id
    for platform, metric, value, source, covers in (
        ("youtube", "views", 398, "Studio export", (TABLE, OPENING)),
        ("room", "head_count", 31, "=usher's count", (TABLE,)),
        ("facebook", "views", 412, "Insights", ()),
    ):
        order = FigureOrder(platform, metric, value, at(205), source, covers)
        await use.audience.declare(order, author)


async def make(folder: Path):
    """The summit as a data folder that nobody has open."""
    async with open_example(folder):
        pass


def make_folder(folder: Path):
    """The same where no loop runs."""
    asyncio.run(make(folder))
