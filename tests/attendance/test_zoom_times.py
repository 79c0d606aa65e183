from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from streamhub.attendance.zoom_times import DateOrder, read_time, to_instant
from streamhub.kit.clock import rfc3339

BRUSSELS = ZoneInfo("Europe/Brussels")
MDY, DMY, YMD = DateOrder.MDY, DateOrder.DMY, DateOrder.YMD


@pytest.mark.parametrize(
    ("text", "order", "expected"),
    [
        ("10/05/2026 05:55:00 PM", MDY, "2026-10-05T17:55:00"),
        ("10/05/2026 05:55:00 PM", DMY, "2026-05-10T17:55:00"),
        ("11/19/2021 9:54:15 AM", MDY, "2021-11-19T09:54:15"),
        ("11/19/2021 12:01:59 PM", MDY, "2021-11-19T12:01:59"),
        ("11/04/2021 12:02:00 AM", MDY, "2021-11-04T00:02:00"),
        ("10/05/2026 17:55:00", DMY, "2026-05-10T17:55:00"),
        ("10/05/26 17:55", DMY, "2026-05-10T17:55:00"),
        ("26/05/10 17:55", YMD, "2026-05-10T17:55:00"),
        ("10.05.2026 17:55:00", DMY, "2026-05-10T17:55:00"),
        ("2024-01-15 10:02:34", YMD, "2024-01-15T10:02:34"),
        ("2024/01/15 10:02:34", YMD, "2024-01-15T10:02:34"),
        ("2024-01-15T10:02:34", YMD, "2024-01-15T10:02:34"),
        ("Mar 22, 2025 7:13 PM", YMD, "2025-03-22T19:13:00"),
        ("March 22, 2025 07:13:05 p.m.", DMY, "2025-03-22T19:13:05"),
        ("Sept 2, 2025 at 7:13\u202fPM", MDY, "2025-09-02T19:13:00"),
        ("22 mars 2025 19:13", MDY, "2025-03-22T19:13:00"),
        ("22 mars 2025 à 19h13", MDY, "2025-03-22T19:13:00"),
        ("1 août 2025, 08:00:01", MDY, "2025-08-01T08:00:01"),
        ("4 févr. 2025 08:00", MDY, "2025-02-04T08:00:00"),
        ("6 juil. 2025 08:00", MDY, "2025-07-06T08:00:00"),
        ("22. März 2025 19:13", MDY, "2025-03-22T19:13:00"),
        ("3-Dez-2025 19:13", MDY, "2025-12-03T19:13:00"),
    ],
)
def test_the_forms_in_which_a_portal_writes_a_time(text, order, expected):
    assert read_time(text, order) == datetime.fromisoformat(expected)


@pytest.mark.parametrize(
    ("text", "order"),
    [
        ("25/12/2021 10:00:00", MDY),
        ("12/25/2021 10:00:00", DMY),
        ("12/25/2021 10:00:00", YMD),
        ("2024-01-15 10:02:34", MDY),
        ("2024-01-15 10:02:34", DMY),
        ("2024-15-01 10:02:34", YMD),
        ("31/02/2021 10:00:00", DMY),
        ("29/02/2023 10:00:00", DMY),
        ("10/05-2026 10:00", DMY),
        ("10/05/2026 13:00 PM", DMY),
        ("10/05/2026 0:30 AM", DMY),
        ("10/05/2026 24:00:00", DMY),
        ("10/05/2026 10:60:00", DMY),
        ("10/05/026 10:00:00", DMY),
        ("22 jui 2025 10:00", DMY),
        ("22 brumaire 2025 10:00", DMY),
        ("10/05/2026", DMY),
        ("31/12/9999 23:59:59", DMY),
        ("01/01/1899 10:00:00", DMY),
        ("44321.5", DMY),
        ("=NOW()", DMY),
        ("--", DMY),
        ("", DMY),
        ("2024-01-15T10:02:34Z", YMD),
    ],
)
def test_what_is_no_time_in_an_order_is_none(text, order):
    assert read_time(text, order) is None


@pytest.mark.parametrize(
    ("local", "zone", "expected"),
    [
        ("2021-11-04T14:30:00", "Europe/Brussels", "2021-11-04T13:30:00.000Z"),
        ("2021-07-04T14:30:00", "Europe/Brussels", "2021-07-04T12:30:00.000Z"),
        ("2021-11-04T14:30:00", "Africa/Porto-Novo", "2021-11-04T13:30:00.000Z"),
        ("2021-11-04T14:30:00", "America/Montreal", "2021-11-04T18:30:00.000Z"),
        ("2021-10-31T01:59:59", "Europe/Brussels", "2021-10-30T23:59:59.000Z"),
        ("2021-10-31T03:00:00", "Europe/Brussels", "2021-10-31T02:00:00.000Z"),
    ],
)
def test_a_local_time_in_its_zone(local, zone, expected):
    assert rfc3339(to_instant(datetime.fromisoformat(local), ZoneInfo(zone))) == expected


def test_a_time_that_exists_twice_is_the_earlier_one():
    twice = datetime.fromisoformat("2021-10-31T02:30:00")

    assert rfc3339(to_instant(twice, BRUSSELS)) == "2021-10-31T00:30:00.000Z"


def test_a_leave_in_the_repeated_hour_is_the_later_one_only_where_the_earlier_one_is_before_the_join():
    joined = to_instant(datetime.fromisoformat("2021-10-31T02:50:00"), BRUSSELS)

    left_soon = to_instant(datetime.fromisoformat("2021-10-31T02:55:00"), BRUSSELS, after=joined)
    left_later = to_instant(datetime.fromisoformat("2021-10-31T02:10:00"), BRUSSELS, after=joined)

    assert rfc3339(left_soon) == "2021-10-31T00:55:00.000Z"
    assert rfc3339(left_later) == "2021-10-31T01:10:00.000Z"


def test_an_ordinary_leave_before_its_join_stays_before_it():
    joined = to_instant(datetime.fromisoformat("2021-11-04T14:30:00"), BRUSSELS)
    left = to_instant(datetime.fromisoformat("2021-11-04T14:00:00"), BRUSSELS, after=joined)

    assert left < joined


def test_a_time_that_the_clocks_skipped_does_not_exist():
    assert to_instant(datetime.fromisoformat("2021-03-28T02:30:00"), BRUSSELS) is None
