"""Figures that others computed for lists that nobody here wrote."""

import csv
from datetime import UTC, datetime
from pathlib import Path

import pytest

from streamhub.kit.clock import DAY, HOUR, from_datetime, rfc3339
from streamhub.programme.clock import Window, WindowKind
from streamhub.statistics.model import (
    Attendance,
    Attendee,
    attended_threshold,
    by_channel,
    duration,
    headcounts,
    peak,
    people,
    summit_attendees,
)
from streamhub.statistics.results import ByChannel, Duration
from tests.statistics.people import HALL, WEB, ZOOM, stay, window

ZOOMCLASS = Path(__file__).parents[3] / "shared" / "cases" / "zoomclass" / "participants_heroes.csv"
DAY_BEGINS = from_datetime(datetime(2021, 11, 19, tzinfo=UTC))
WHOLE_DAY = Window(WindowKind.ACTUAL, DAY_BEGINS, DAY_BEGINS + DAY, final=True)
TEN_TO_TWELVE = Window(WindowKind.ACTUAL, DAY_BEGINS + 10 * HOUR, DAY_BEGINS + 12 * HOUR, final=True)


@pytest.fixture
def heroes():
    """The teaching sample as stays; a person is an e-mail, the time zone does not matter here."""
    if not ZOOMCLASS.exists():
        pytest.skip("the shared cases are not beside this repository")
    with ZOOMCLASS.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return [
        Attendance(row["User Email"], None, ZOOM, instant(row["Join Time"]), instant(row["Leave Time"]))
        for row in rows
    ]


def instant(text):
    return from_datetime(datetime.strptime(text, "%m/%d/%Y %I:%M:%S %p").replace(tzinfo=UTC))


@pytest.mark.needs_shared_cases
def test_thirty_one_rows_are_twenty_seven_people_who_stay_139732_seconds(heroes):
    found = people(heroes, WHOLE_DAY)

    assert (len(heroes), len(found)) == (31, 27)
    assert duration(found).total_seconds == 139_732


@pytest.mark.needs_shared_cases
def test_between_ten_and_twelve_they_stay_136900_seconds_and_18_four_fifths_of_it(heroes):
    found = people(heroes, TEN_TO_TWELVE)

    assert duration(found).total_seconds == 136_900
    assert attended_threshold(found, TEN_TO_TWELVE, 80).people == 18


@pytest.mark.needs_shared_cases
@pytest.mark.parametrize("within", [WHOLE_DAY, TEN_TO_TWELVE])
def test_twenty_two_are_there_together_first_at_two_seconds_past_a_minute_past_eleven(heroes, within):
    most = peak(headcounts((person.spans for person in people(heroes, within)), within))

    assert (most.present, rfc3339(most.at)) == (22, "2021-11-19T11:01:02.000Z")


@pytest.mark.needs_shared_cases
def test_twice_the_same_list_is_the_same_people_and_time(heroes):
    assert duration(people(heroes * 2, WHOLE_DAY)) == duration(people(heroes, WHOLE_DAY))


@pytest.mark.needs_shared_cases
@pytest.mark.parametrize("seconds", [6_812, 6_448, 1_705, 5_128])
def test_people_with_two_rows_stay_their_union(heroes, seconds):
    found = people(heroes, WHOLE_DAY)
    twice = {s.participant for s in heroes if sum(o.participant == s.participant for o in heroes) > 1}
    unions = {duration([person]).total_seconds for person in found if person.participant in twice}

    assert seconds in unions
    assert len(unions) == 4


def test_five_people_of_a_two_hour_meeting_in_any_order_and_three_times():
    rows = [
        stay("cem", 10, 45), stay("awa", 0, 35), stay("cem", 30, 70), stay("dia", 30, 120),
        stay("ben", 60, 120), stay("eva", 5, 115),
    ]  # fmt: skip
    lengths = {p.participant: duration([p]).total_seconds // 60 for p in people(rows * 3, window())}

    assert lengths == {"awa": 35, "ben": 60, "cem": 60, "dia": 90, "eva": 110}
    assert duration(people(rows[::-1], window())) == Duration(355 * 60, 60 * 60)


def test_door_and_line_are_one_person_in_the_hall():
    found = people([stay("awa", 0, 120), stay("awa", 15, 120, HALL)], window())

    assert by_channel(found) == ByChannel(hall=1, zoom=0, web=0)


def test_checked_in_for_the_summit_and_seen_in_no_session():
    nowhere = people([stay("awa", -90, -30, WEB)], window())

    assert nowhere == ()
    assert summit_attendees([nowhere], [Attendee("awa", "BJ")]) == (Attendee("awa", "BJ"),)
