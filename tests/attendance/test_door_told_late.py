"""Passages that become known late or out of order: the halls are those of the order of their time."""

from itertools import permutations

import pytest

from streamhub.programme.model import SessionState
from tests.attendance.door_house import HALL, open_house


@pytest.fixture
async def house(tmp_path):
    async with open_house(tmp_path) as found:
        yield found


async def running(house):
    for time in ("08:30", "09:00"):
        await house.at(time)


async def ledger_agrees(house):
    found = await house.attendance.compare()
    return (found.missing, found.surplus) == ((), ())


async def test_a_check_in_told_after_the_check_out_that_followed_it_is_over(house):
    await running(house)
    await house.at("09:20")
    await house.check("out", venue=HALL)
    await house.at("09:50")

    done = await house.check(venue=HALL, at="09:10")

    assert await house.stays() == [("ouverture", "09:10", "09:20")]
    assert (done.repeated, done.in_hall) == (False, False)
    assert not any(one.since for one in (await house.door.today()).people)


async def test_an_earlier_check_in_told_late_lets_the_stay_begin_earlier(house):
    await running(house)
    await house.at("09:30")
    await house.check(venue=HALL)

    await house.check(venue=HALL, at="09:10")

    assert await house.stays() == [("ouverture", "09:10", None)]
    assert len(await house.door.check_ins()) == 1
    assert await ledger_agrees(house)


async def test_a_check_out_told_late_cuts_the_stay_and_a_later_scan_begins_another(house):
    await running(house)
    await house.at("09:10")
    await house.check(venue=HALL)
    await house.at("09:40")
    await house.check(venue=HALL)

    await house.check("out", venue=HALL, at="09:20")

    assert await house.stays() == [("ouverture", "09:10", "09:20"), ("ouverture", "09:40", None)]
    assert await ledger_agrees(house)


async def test_a_check_out_told_late_from_before_the_check_in_ends_nothing(house):
    await running(house)
    await house.at("09:30")
    await house.check(venue=HALL)

    done = await house.check("out", venue=HALL, at="09:10")

    assert done.repeated
    assert await house.stays() == [("ouverture", "09:30", None)]
    assert [bool(one.since) for one in (await house.door.today()).people] == [True]


async def test_what_an_offline_desk_tells_of_before_the_doors_begins_with_them(house):
    await running(house)

    await house.check(venue=HALL, at="08:10")

    assert await house.stays() == [("ouverture", "08:30", None)]


@pytest.mark.parametrize("order", list(permutations(range(4)))[::5])
async def test_the_order_in_which_passages_become_known_changes_nothing(house, order):
    passages = [("in", "09:05"), ("out", "09:15"), ("in", "09:25"), ("out", "09:45")]
    await running(house)
    await house.at("09:50")

    for n in order:
        direction, at = passages[n]
        await house.check(direction, venue=HALL, at=at)

    assert await house.stays() == [("ouverture", "09:05", "09:15"), ("ouverture", "09:25", "09:45")]
    assert await ledger_agrees(house)


async def test_a_session_moved_into_the_next_one_is_not_parallel_to_it(house):
    await running(house)
    await house.check(venue=HALL)

    await house.programme.shift("ouverture", 60, "p_mod")
    for time in ("10:00", "10:30"):
        await house.at(time)

    assert ("plenary", "10:00", None) in await house.stays()


async def test_who_was_shown_out_of_a_session_stays_out_when_it_is_opened_again(house):
    await running(house)
    await house.check(venue=HALL)
    await house.at("09:20")
    await house.check("out", session="ouverture")
    for state, at in ((SessionState.ENDED, "09:30"), (SessionState.LIVE, "09:40")):
        await house.at(at)
        session = await house.programme.set_state("ouverture", state, "p_mod")
        if state is SessionState.ENDED:
            await house.attendance.end_session(session, house.clock.now())
        else:
            await house.door.open_session(session)

    assert await house.stays() == [("ouverture", "09:00", "09:20")]
