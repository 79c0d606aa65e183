"""Devices on the whole application: what one too many means, and the stay that goes on."""

import asyncio

import pytest

from streamhub.access.model import DevicePolicy
from streamhub.kit.errors import DeviceLimit, StorageUnavailable
from streamhub.programme.model import SessionState
from tests.handlers.house import OPEN, ROOM
from tests.live.pages import disk_full, inside, kinds, open_hall
from tests.waiting import eventually

MOVED = (4411, "moved")
REFUSE, REPLACE, TAKE_OVER = DevicePolicy.REFUSE, DevicePolicy.REPLACE_OLDEST, DevicePolicy.TAKE_OVER


@pytest.fixture
async def hall(tmp_path):
    async with open_hall(tmp_path) as hall:
        yield hall


async def devices(hall, policy, limit, *names):
    """Ada's pages on these devices, each within the limit."""
    await hall.invite("ada", devices=limit, device_policy=policy)
    return [await hall.come("ada", name) for name in names]


# Refuse


@pytest.mark.parametrize("names", [("laptop",), ("laptop", "phone")])
async def test_one_more_is_refused_and_the_others_notice_nothing(hall, names):
    pages = await devices(hall, REFUSE, len(names), *names)

    with pytest.raises(DeviceLimit):
        await hall.come("ada", "tablet")

    assert [page.page.end for page in pages] == [()] * len(names)
    assert hall.use.presence.person(ROOM, hall.id("ada")).connections == len(names)
    assert await hall.events("ada") == ["arrive"]


async def test_a_second_tab_of_an_open_browser_is_never_refused(hall):
    await devices(hall, REFUSE, 1, "laptop")

    assert kinds(await hall.come("ada", "laptop")) == ["welcome"]


async def test_as_soon_as_a_device_is_closed_another_may_come(hall):
    [laptop] = await devices(hall, REFUSE, 1, "laptop")
    await hall.bye(laptop)

    assert kinds(await hall.come("ada", "phone")) == ["welcome"]


async def test_of_two_devices_that_come_at_once_one_is_refused(hall):
    await devices(hall, REFUSE, 1)
    visits = [await hall.visit("ada", device) for device in ("laptop", "phone")]

    outcomes = await asyncio.gather(*(hall.use.live.enter(v) for v in visits), return_exceptions=True)

    assert [type(outcome) for outcome in outcomes] == [type(None), DeviceLimit]


async def test_devices_are_counted_over_all_sessions(hall):
    await hall.house.begin(OPEN)
    await devices(hall, REFUSE, 1, "laptop")

    with pytest.raises(DeviceLimit):
        await hall.come("ada", "phone", OPEN)
    assert kinds(await hall.come("ada", "laptop", OPEN)) == ["welcome"]


async def test_a_moderator_lifts_the_limit_and_the_next_device_comes_in(hall):
    [laptop] = await devices(hall, REFUSE, 1, "laptop")

    await hall.use.admissions.set_devices(hall.people["ada"].invitation.id, 2, None, "test")

    assert kinds(await hall.come("ada", "phone")) == ["welcome"]
    assert laptop.page.end == ()


# Replace the oldest


@pytest.mark.parametrize("names", [("laptop",), ("laptop", "phone")])
async def test_the_device_that_is_there_longest_gives_way_with_all_its_tabs(hall, names):
    pages = await devices(hall, REPLACE, len(names), *names)
    tab = await hall.come("ada", "laptop")

    tablet = await hall.come("ada", "tablet")

    ends = [page.page.end for page in (*pages, tab, tablet)]
    assert ends == [MOVED, *[()] * (len(names) - 1), MOVED, ()]
    assert await hall.stays("ada") == [True]
    assert await hall.events("ada") == ["arrive"]


async def test_of_two_devices_that_come_at_once_the_later_one_stays(hall):
    await devices(hall, REPLACE, 1)
    visits = [await hall.visit("ada", device) for device in ("laptop", "phone")]

    await asyncio.gather(*(hall.use.live.enter(visit) for visit in visits))

    assert [visit.page.end for visit in visits] == [MOVED, ()]
    assert await hall.stays("ada") == [True]


# Take over


@pytest.mark.parametrize("names", [("laptop",), ("laptop", "phone")])
async def test_who_takes_over_is_one_person_with_one_unbroken_stay(hall, names):
    pages = await devices(hall, TAKE_OVER, len(names), *names)
    since = hall.use.presence.person(ROOM, hall.id("ada")).since
    hall.house.clock.advance(seconds=5)

    tablet = await hall.come("ada", "tablet")

    assert [page.page.end for page in pages] == [MOVED] * len(names)
    assert kinds(tablet) == ["welcome"]
    assert await hall.events("ada") == ["arrive"]
    person = hall.use.presence.person(ROOM, hall.id("ada"))
    assert (person.since, person.connections) == (since, 1)
    assert tablet.since == since


async def test_resuming_on_the_old_device_takes_over_again(hall):
    [laptop] = await devices(hall, TAKE_OVER, 1, "laptop")
    phone = await hall.come("ada", "phone")

    back = await hall.come("ada", "laptop")

    assert (laptop.page.end, phone.page.end, back.page.end) == (MOVED, MOVED, ())
    assert await hall.events("ada") == ["arrive"]


async def test_a_take_over_into_another_session_ends_the_stay_in_the_first(hall):
    await hall.house.begin(OPEN)
    [laptop] = await devices(hall, TAKE_OVER, 1, "laptop")

    await hall.come("ada", "phone", OPEN)

    assert laptop.page.end == MOVED
    assert await hall.stays("ada") == [False, True]


async def test_the_old_page_stays_when_the_new_one_could_not_be_counted(hall):
    await hall.house.begin(OPEN)
    [laptop] = await devices(hall, TAKE_OVER, 1, "laptop")

    with disk_full(hall), pytest.raises(StorageUnavailable):
        await hall.come("ada", "phone", OPEN)

    assert laptop.page.end == ()


async def test_a_page_at_closed_doors_is_a_device_too(hall):
    [laptop] = await devices(hall, TAKE_OVER, 1, "laptop")

    phone = await hall.come("ada", "phone", OPEN)

    assert kinds(phone) == ["waiting"]
    assert laptop.page.end == MOVED


async def test_a_take_over_keeps_the_seat(tmp_path):
    async with open_hall(tmp_path, seats="1", enforce_seats=True) as hall:
        await devices(hall, TAKE_OVER, 1, "laptop")
        ben = await hall.come("ben")

        phone = await hall.come("ada", "phone")
        await asyncio.sleep(0.05)

        assert (kinds(phone), kinds(ben)) == (["welcome"], ["waiting"])


# Meanwhile


async def test_a_page_that_came_while_the_doors_opened_does_not_wait_for_ever(hall):
    await hall.invite("ada")
    visit = await hall.visit("ada", slug=OPEN)

    async with asyncio.TaskGroup() as together:
        together.create_task(hall.use.live.enter(visit))
        together.create_task(hall.use.programme.set_state(OPEN, SessionState.DOORS, "test"))

    await inside(visit)


async def test_open_pages_follow_a_new_limit_when_they_are_let_in_again(hall):
    [laptop] = await devices(hall, REPLACE, 2, "laptop")
    invitation = hall.people["ada"].invitation.id

    await hall.use.admissions.set_devices(invitation, 3, TAKE_OVER, "test")

    await eventually(lambda: (laptop.grant.devices, laptop.grant.device_policy) == (3, TAKE_OVER))
    assert laptop.page.end == ()
