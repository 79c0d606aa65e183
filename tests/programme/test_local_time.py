from datetime import date, time

import pytest

from streamhub.kit.clock import HOUR, MINUTE, rfc3339
from streamhub.programme.local_time import (
    NoSuchTime,
    day_of,
    end_day,
    instant_of,
    parse_day,
    parse_time,
    time_text,
    zone_of,
)

BRUSSELS = zone_of("Europe/Brussels")
SUMMER_ENDS, SUMMER_BEGINS = date(2021, 10, 31), date(2021, 3, 28)


def test_a_local_time_is_the_instant_of_its_zone():
    assert rfc3339(instant_of(date(2021, 11, 4), time(14, 30), BRUSSELS)) == "2021-11-04T13:30:00.000Z"
    assert rfc3339(instant_of(date(2021, 7, 4), time(14, 30), BRUSSELS)) == "2021-07-04T12:30:00.000Z"


def test_an_ambiguous_time_is_the_earlier_one():
    assert rfc3339(instant_of(SUMMER_ENDS, time(2, 30), BRUSSELS)) == "2021-10-31T00:30:00.000Z"


def test_half_past_one_to_half_past_three_is_three_hours_when_summer_time_ends():
    start, end = (instant_of(SUMMER_ENDS, time(hour, 30), BRUSSELS) for hour in (1, 3))

    assert end - start == 180 * MINUTE


def test_a_time_that_the_zone_skips_does_not_exist():
    with pytest.raises(NoSuchTime, match="02:30 does not exist on 2021-03-28 in Europe/Brussels"):
        instant_of(SUMMER_BEGINS, time(2, 30), BRUSSELS)

    before, after = (instant_of(SUMMER_BEGINS, at, BRUSSELS) for at in (time(1, 59), time(3, 0)))
    assert after - before == MINUTE


def test_an_end_at_or_before_the_start_is_on_the_next_day():
    day = date(2021, 11, 4)

    assert end_day(day, time(22), time(1)) == date(2021, 11, 5)
    assert end_day(day, time(22), time(22)) == date(2021, 11, 5)
    assert end_day(day, time(22), time(23)) == day


@pytest.mark.parametrize(
    "text", ["4/11/2021", "2021-11-4", "2021-02-30", "1999-01-01", "2021-11-04T10:00", ""]
)
def test_a_day_is_written_in_one_way(text):
    with pytest.raises(ValueError, match=r"day|month"):
        parse_day(text)


@pytest.mark.parametrize("text", ["24:00", "14h30", "14:60", "14:5", "14", "14:30:00", "١٤:٣٠"])
def test_a_time_is_written_in_one_way(text):
    with pytest.raises(ValueError, match="no time of the form"):
        parse_time(text)


def test_a_leading_zero_may_be_missing():
    assert parse_time("9:05") == parse_time("09:05") == time(9, 5)


@pytest.mark.parametrize("name", ["Europe/Namour", "Europe", "../etc/passwd", "", "CET+1", "/etc/localtime"])
def test_a_zone_has_a_name_that_is_known(name):
    with pytest.raises(ValueError, match="no time zone"):
        zone_of(name)


def test_an_instant_is_shown_in_local_time():
    instant = instant_of(date(2021, 11, 4), time(0, 15), BRUSSELS)

    assert (day_of(instant, BRUSSELS), time_text(instant, BRUSSELS)) == (date(2021, 11, 4), "00:15")
    assert day_of(instant - HOUR, BRUSSELS) == date(2021, 11, 3)
