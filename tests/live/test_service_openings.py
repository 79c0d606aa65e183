"""What is counted of pages beside attendance: public pages and players, from when to when."""

import pytest

from streamhub.attendance import store as ledger
from streamhub.attendance.openings import OpeningsService
from streamhub.attendance.openings_model import OpeningKind
from streamhub.kit.clock import SECOND
from streamhub.kit.ids import NodeId, ViewerId
from streamhub.live.messages import Beat
from streamhub.live.visit import Visit
from streamhub.programme.model import SessionState
from tests.handlers.house import OPEN, ROOM
from tests.live.pages import StillPage, open_hall
from tests.support import NOON
from tests.waiting import eventually

OPENED = Beat(visible=True, player="opened")
CLOSED = Beat(visible=True, player="closed")


@pytest.fixture
async def hall(tmp_path):
    async with open_hall(tmp_path) as hall:
        yield hall


async def comes_in_public(hall, name):
    """An anonymous page of the public session, which is live."""
    visit = Visit(StillPage(), OPEN, None, ViewerId(name), "browser")
    visit.page.on_close = lambda: hall.use.live.leave(visit)
    await hall.use.live.enter(visit)
    return visit


async def opened(hall, kind, slug):
    """Every opening as (from, to), in seconds since noon; None while it lasts."""
    await hall.use.db.write(lambda _tx: None)  # what was submitted before is written then
    found = await hall.use.openings.of_session(kind, await hall.use.programme.session(slug))
    return [(_seconds(one.since), _seconds(one.until)) for one in found]


def _seconds(instant):
    return None if instant is None else (instant - NOON) // SECOND


def since(visit):
    """What the page's welcome says."""
    return next(message["since"] for message in visit.page.told if message["type"] == "welcome")


async def test_a_public_page_whose_line_breaks_is_counted_until_its_last_sign_of_life(hall):
    await hall.house.begin(OPEN)
    visit = await comes_in_public(hall, "viewer-0001")
    hall.house.clock.advance(seconds=30)
    await hall.use.live.hear(visit, CLOSED)
    hall.use.live.leave(visit)

    hall.use.viewers.expire(hall.house.clock.advance(seconds=60))

    assert await opened(hall, OpeningKind.PAGE, OPEN) == [(0, 30)]


async def test_a_player_left_open_when_the_session_ended_does_not_keep_the_next_one_counted(hall):
    first = await hall.come("ada")
    await hall.use.live.hear(first, OPENED)
    await hall.house.begin(ROOM, SessionState.ENDED)
    await eventually(lambda: not first.player_opened)
    hall.use.live.leave(first)
    await hall.house.begin(ROOM, SessionState.LIVE)
    second = await hall.come("ada")
    hall.house.clock.advance(seconds=10)
    await hall.use.live.hear(second, OPENED)
    hall.house.clock.advance(seconds=10)

    await hall.use.live.hear(second, CLOSED)

    assert await opened(hall, OpeningKind.PLAYER, ROOM) == [(0, 0), (10, 20)]


async def test_a_viewers_welcome_says_since_when_the_page_is_counted(hall):
    await hall.house.begin(OPEN)
    visit = await comes_in_public(hall, "viewer-0001")

    assert since(visit) == "2021-11-04T12:00:00.000Z"


async def test_a_welcome_after_the_end_says_when_the_page_came(hall):
    await hall.house.begin(ROOM, SessionState.ENDED)

    visit = await hall.come("ada")

    assert since(visit) == "2021-11-04T12:00:00.000Z"


async def test_one_viewer_on_two_lines_is_one_opening(hall):
    await hall.house.begin(OPEN)
    await comes_in_public(hall, "viewer-0001")
    hall.house.clock.advance(seconds=5)

    await comes_in_public(hall, "viewer-0001")

    assert await opened(hall, OpeningKind.PAGE, OPEN) == [(0, None)]


@pytest.mark.parametrize(("lived", "until"), [(None, 1), (0, 1), (30, 30)])
async def test_what_a_crash_left_open_ends_where_its_server_last_lived_a_second_after_it_began_at_least(
    hall, lived, until
):
    dead = NodeId("n_dead")
    await OpeningsService(hall.use.db, hall.house.clock, dead).open(OpeningKind.PAGE, "ada", OPEN, 1, NOON)
    if lived is not None:
        await hall.use.db.write(lambda tx: ledger.start_node(tx, dead, NOON + lived * SECOND))

    await hall.use.openings.start()

    assert await opened(hall, OpeningKind.PAGE, OPEN) == [(0, until)]
