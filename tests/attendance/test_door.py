"""The door: who is let into which hall, from when to when."""

import pytest

from streamhub.attendance.door_model import CheckInOrder, Direction, Place, Scope
from streamhub.kit.errors import FieldInvalid
from streamhub.programme.edit_service import EditService
from tests.attendance.door_house import HALL, HOUSE, SETTINGS, open_house


@pytest.fixture
async def house(tmp_path):
    async with open_house(tmp_path) as found:
        yield found


async def test_a_check_in_at_a_venue_opens_a_stay_in_the_session_that_runs_there(house):
    await house.at("09:20")

    done = await house.check(venue=HALL)

    assert (done.repeated, done.in_hall) == (False, True)
    assert await house.stays() == [("ouverture", "09:20", None)]
    assert house.in_hall("ouverture")


async def test_who_checked_in_at_the_venue_is_in_its_later_sessions_as_they_open(house):
    await house.at("08:10")
    await house.check(venue=HALL)
    assert await house.stays() == []

    for time in ("08:30", "09:00", "10:00", "10:30"):
        await house.at(time)

    assert await house.stays() == [("ouverture", "08:30", "10:30"), ("plenary", "10:00", None)]


async def test_the_ended_session_closes_the_hall_and_the_day_ends_with_the_last_one(house):
    await house.at("08:10")
    await house.check(venue=HALL)
    for time in ("08:30", "09:00", "10:00", "10:30", "13:00"):
        await house.at(time)

    assert await house.stays() == [("ouverture", "08:30", "10:30"), ("plenary", "10:00", "13:00")]


async def test_a_venues_door_does_not_count_for_parallel_sessions(house):
    await house.at("10:40")

    await house.check(venue=HOUSE)

    assert await house.stays() == []


async def test_a_parallel_session_has_its_own_scan(house):
    await house.at("10:40")
    await house.check(venue=HOUSE)

    await house.check(session="atelier-b")

    assert await house.stays() == [("atelier-b", "10:40", None)]


async def test_a_cancelled_session_is_parallel_to_nothing(house):
    await EditService(house.db, house.clock, SETTINGS, house.programme).cancel("atelier-b", "p_org")
    await house.at("10:40")

    await house.check(venue=HOUSE)

    assert await house.stays() == [("atelier-a", "10:40", None)]


async def test_a_check_in_for_the_summit_is_in_no_hall(house):
    await house.at("09:20")

    await house.check()

    assert await house.stays() == []
    assert [c.place.scope for c in await house.door.check_ins()] == ["summit"]


async def test_a_check_out_ends_the_stay_and_the_live_place_in_the_hall(house):
    await house.at("09:20")
    await house.check(venue=HALL)
    house.clock.advance(minutes=20)

    done = await house.check("out", venue=HALL)

    assert (done.repeated, done.in_hall) == (False, False)
    assert await house.stays() == [("ouverture", "09:20", "09:40")]
    assert not house.in_hall("ouverture")


async def test_who_left_the_venue_is_not_in_its_next_session(house):
    await house.at("09:20")
    await house.check(venue=HALL)
    await house.check("out", venue=HALL)

    for time in ("10:00", "10:30"):
        await house.at(time)

    assert await house.stays() == [("ouverture", "09:20", "09:20")]


async def test_who_was_shown_out_of_a_session_stays_out_when_the_server_starts_again(house):
    await house.at("09:20")
    await house.check(venue=HALL)
    await house.check("out", session="ouverture")

    session = await house.programme.session("ouverture")
    await house.door.open_session(session)

    assert await house.stays() == [("ouverture", "09:20", "09:20")]


async def test_leaving_the_summit_leaves_every_hall(house):
    await house.at("10:40")
    await house.check(venue=HALL)
    await house.check(session="atelier-a")

    await house.check("out")

    assert {until for _, _, until in await house.stays()} == {"10:40"}


async def test_the_same_scan_twice_counts_once_and_says_so(house):
    await house.at("09:20")
    await house.check(venue=HALL, nonce="same-nonce")

    again = await house.check(venue=HALL, nonce="same-nonce")
    other = await house.check(venue=HALL, nonce="other-nonce")

    assert (again.repeated, other.repeated) == (True, True)
    assert await house.stays() == [("ouverture", "09:20", None)]
    assert len(await house.door.check_ins()) == 1


async def test_a_check_out_of_somebody_who_is_not_there_changes_nothing(house):
    await house.at("09:20")

    done = await house.check("out", venue=HALL)

    assert (done.repeated, done.in_hall) == (True, False)
    assert await house.stays() == []


async def test_what_an_offline_desk_sends_later_is_dated_when_it_happened(house):
    for time in ("08:30", "09:00", "10:00", "10:30", "11:00"):
        await house.at(time)

    await house.check(venue=HALL, at="09:10")

    assert await house.stays() == [("ouverture", "09:10", "10:30"), ("plenary", "10:00", None)]


@pytest.mark.parametrize("minutes", [-24 * 60 - 1, 2])
async def test_a_time_that_cannot_be_is_refused_by_name(house, minutes):
    await house.at("09:20")
    at = house.clock.now() + minutes * 60_000

    order = CheckInOrder(house.person, Place(Scope.SUMMIT), Direction.IN, at, "nonce-nonce", "p_desk")
    with pytest.raises(FieldInvalid, match="at: "):
        await house.door.check(order)


async def test_yesterdays_check_in_does_not_open_todays_halls(house):
    house.clock.advance(minutes=-9 * 60)  # 23:00
    await house.check(venue=HALL)

    for time in ("08:30", "10:00", "10:30"):
        await house.at(time)

    assert await house.stays() == []


async def test_the_ledger_of_the_door_can_be_rebuilt(house):
    await house.at("09:20")
    await house.check(venue=HALL)
    await house.check("out", venue=HALL)
    for time in ("10:00", "10:30"):
        await house.at(time)
    await house.check(session="plenary")

    found = await house.attendance.compare()

    assert (found.missing, found.surplus) == ((), ())
    assert found.stays == 2
