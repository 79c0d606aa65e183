"""Zoom's events, whatever their order: the cases of the integrations' facts, and the ledger behind them."""

from itertools import permutations

import pytest

from streamhub.attendance import store
from streamhub.attendance.zoom_fold import MeetingEvent, Move, Reported, ZoomTime, fold_meeting, fold_report
from streamhub.kit.clock import MINUTE, SECOND
from tests.attendance.door_house import clock_time, open_house
from tests.attendance.zoom_told import tell


def joined(user_id, who, at, parent=""):
    return MeetingEvent(Move.JOINED, at * MINUTE, str(user_id), who, str(parent))


def left(user_id, at, who=None):
    return MeetingEvent(Move.LEFT, at * MINUTE, str(user_id), who)


def ended(at):
    return MeetingEvent(Move.ENDED, at * MINUTE)


def minutes(*events):
    """(person, since, until) in minutes; a guest is nobody."""
    return [
        (time.participant, time.since // MINUTE, None if time.until is None else time.until // MINUTE)
        for time in fold_meeting(events).times
    ]


CASES = {
    "an hour": ([joined(1, "A", 0), left(1, 60)], [("A", 0, 60)]),
    "each event twice": ([joined(1, "A", 0), joined(1, "A", 0), left(1, 60), left(1, 60)], [("A", 0, 60)]),
    "left comes first": ([left(1, 60), joined(1, "A", 0)], [("A", 0, 60)]),
    "the app was killed, and says so late": (
        [joined(1, "A", 0), joined(2, "A", 31), left(1, 30)],
        [("A", 0, 30), ("A", 31, None)],
    ),
    "two devices": ([joined(1, "A", 0), joined(2, "A", 10), left(2, 20), left(1, 60)], [("A", 0, 60)]),
    "the meeting ends": ([joined(1, "A", 0), ended(62)], [("A", 0, 62)]),
    "the meeting ends, then everybody left": ([joined(1, "A", 0), ended(62), left(1, 62)], [("A", 0, 62)]),
    "left without having come": ([left(9, 5), ended(62)], []),
    "somebody whom nobody knows": ([joined(1, None, 3), left(1, 10)], [(None, 3, 10)]),
    "a breakout room": (
        [joined(1, "A", 0), joined(7, "A", 10, 1), left(1, 10), left(7, 20), joined(8, "A", 20), left(8, 60)],
        [("A", 0, 60)],
    ),
    "a breakout room, and the main room never said left": (
        [joined(1, "A", 0), joined(7, None, 10, 1), left(7, 20), left(1, 60)],
        [("A", 0, 60)],
    ),
}


@pytest.mark.parametrize(("events", "times"), CASES.values(), ids=list(CASES))
def test_what_zoom_says_is_folded_as_the_facts_have_it(events, times):
    assert minutes(*events) == times


@pytest.mark.parametrize(("events", "times"), CASES.values(), ids=list(CASES))
def test_the_order_in_which_events_came_changes_nothing(events, times):
    for some in list(permutations(events))[:: max(1, len(events) ** 2 // 8)]:
        assert minutes(*some) == times


def test_two_devices_are_one_person_and_two_guests_are_two():
    guests = [joined(1, None, 0), joined(2, None, 10), ended(20)]

    assert fold_meeting(CASES["two devices"][0]).people == 1
    assert fold_meeting(guests).people == 2


def test_who_left_without_having_come_is_counted_for_the_log():
    assert fold_meeting([left(9, 5), left(9, 5), ended(62)]).without_join == 1


def test_times_closer_than_a_minute_are_one_and_a_minute_apart_are_two():
    close = [joined(1, "A", 0), left(1, 30), MeetingEvent(Move.JOINED, 31 * MINUTE - 1, "2", "A")]
    apart = [joined(1, "A", 0), left(1, 30), joined(2, "A", 31)]

    assert fold_meeting(close).times == (ZoomTime("A", "", 0, None),)
    assert len(fold_meeting(apart).times) == 2


def test_two_guests_are_two_people_and_a_guest_in_a_breakout_room_is_one():
    guests = [joined(1, None, 0), joined(2, None, 0), joined(7, None, 10, 1), left(1, 10), ended(20)]

    assert minutes(*guests) == [(None, 0, 20), (None, 0, 20)]


def test_a_guest_whose_breakout_room_only_the_report_knows_loses_no_second():
    """The report links a room's ``user_id`` to the main room's by nothing: one guest, then another."""
    events = [joined(1, None, 0), joined(8, None, 20, 1)]
    rows = [
        Reported(user, None, since * MINUTE, until * MINUTE)
        for user, since, until in [("1", 0, 10), ("7", 10, 20), ("8", 20, 30)]
    ]

    times = [
        (time.user_id, time.since // MINUTE, time.until // MINUTE) for time in fold_report(rows, events).times
    ]

    assert times == [("1", 0, 10), ("7", 10, 20), ("1", 20, 30)]


@pytest.fixture
async def house(tmp_path):
    async with open_house(tmp_path) as found:
        yield found


async def stays(house):
    found = await house.db.read(store.all_stays)
    return sorted((s.since, s.until) for s in found)


async def test_a_meeting_is_told_anew_as_more_becomes_known(house):
    await house.at("09:40")
    session = await house.programme.session("ouverture")
    nine = clock_time("09:00")
    came = MeetingEvent(Move.JOINED, nine, "1", house.person)
    gone = MeetingEvent(Move.LEFT, nine + 30 * MINUTE, "1")

    await tell(house.db, house.clock, session, "uuid", [came])
    assert await stays(house) == [(nine, None)]
    await tell(house.db, house.clock, session, "uuid", [gone, came])
    again = await house.db.read(store.all_events)
    await tell(house.db, house.clock, session, "uuid", [came, gone, came])

    assert await stays(house) == [(nine, nine + 30 * MINUTE)]
    assert await house.db.read(store.all_events) == again
    found = await house.attendance.compare()
    assert (found.missing, found.surplus) == ((), ())


async def test_zoom_says_itself_when_somebody_left_the_sessions_end_does_not(house):
    await house.at("09:40")
    session = await house.programme.session("ouverture")
    came = MeetingEvent(Move.JOINED, clock_time("09:10"), "1", house.person)
    await tell(house.db, house.clock, session, "uuid", [came])

    await house.attendance.end_session(session, clock_time("09:30"))

    assert await stays(house) == [(clock_time("09:10"), None)]
    found = await house.attendance.compare()
    assert (found.missing, found.surplus) == ((), ())


async def test_two_meetings_of_one_session_do_not_take_each_others_stays_back(house):
    await house.at("09:40")
    session = await house.programme.session("ouverture")
    first = MeetingEvent(Move.JOINED, clock_time("09:10"), "1", house.person)
    guest = MeetingEvent(Move.JOINED, clock_time("09:20"), "1", None)

    await tell(house.db, house.clock, session, "one", [first])
    await tell(house.db, house.clock, session, "two", [guest])
    await tell(
        house.db,
        house.clock,
        session,
        "two",
        [guest, MeetingEvent(Move.ENDED, clock_time("09:20") + SECOND)],
    )

    assert await stays(house) == [
        (clock_time("09:10"), None),
        (clock_time("09:20"), clock_time("09:20") + SECOND),
    ]
