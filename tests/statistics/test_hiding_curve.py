from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamhub.statistics.hiding import hide_in_timeline
from streamhub.statistics.model import Attendance
from streamhub.statistics.results import (
    Point,
    Timeline,
)
from streamhub.statistics.summary import (
    count_session,
)
from streamhub.statistics.sums import is_small
from streamhub.statistics.timeline import timeline
from tests.statistics.attacker import leaks, tables
from tests.statistics.people import (
    at,
    tiny_stays,
    window,
)
from tests.statistics.sessions import crowd, material, session


def point(hall, zoom, web, most=None):
    present = hall + zoom + web
    return Point(at(0), present, hall, zoom, web, present if most is None else most)


def on_curve(one, of=None, threshold=5):
    """What is shown of (present, hall, zoom, web, peak_in_step)."""
    exact = session(crowd(hall=20, zoom=20, web=20)) if of is None else of
    [shown] = hide_in_timeline(Timeline(60, (one,)), exact, threshold).points
    assert shown.suppressed == (shown != one)
    return shown.present, shown.hall, shown.zoom, shown.web, shown.peak_in_step


def test_a_point_with_many_is_shown_and_one_with_nobody_is_a_true_nought():
    assert on_curve(point(8, 5, 9)) == (22, 8, 5, 9, 22)
    assert on_curve(point(0, 0, 0)) == (0, 0, 0, 0, 0)


def test_a_point_with_a_few_shows_its_noughts_only_and_no_peak():
    assert on_curve(point(3, 0, 0, most=30)) == (None, None, 0, 0, None)


def test_a_few_who_came_and_went_between_two_points_are_hidden():
    assert on_curve(point(0, 0, 0, most=3)) == (0, 0, 0, 0, None)


def test_a_small_part_of_a_point_takes_another_with_it():
    assert on_curve(point(8, 6, 3)) == (17, 8, None, None, 17)


def test_where_the_session_is_not_split_no_point_is_not_even_by_its_noughts():
    eleven_and_one = session(crowd(hall=11, zoom=1))

    assert on_curve(point(11, 0, 0, most=12), eleven_and_one) == (11, None, None, None, 12)
    assert on_curve(point(0, 0, 0, most=12), eleven_and_one) == (0, 0, 0, 0, 12)


def test_where_attendance_is_hidden_nobody_stands_on_the_curve():
    one_each = session(crowd(hall=5, of=("BJ", "BE", "BE-WAL", "BE-BRU", "UNESCO")))

    assert on_curve(point(5, 0, 0), one_each) == (None, None, 0, 0, None)


@pytest.mark.parametrize("threshold", [2, 3, 4, 5])
def test_no_part_of_a_point_can_be_computed_even_by_running_the_program_on_every_point(threshold):
    exact = session(crowd(hall=20, zoom=20, web=20))

    def published(numbers, most):
        return on_curve(point(*numbers, most), exact, threshold), (sum(numbers), *numbers, most)

    assert (
        leaks(
            published(numbers, most)
            for total in range(14)
            for numbers in tables(3, total)
            for most in range(total, 16)
        )
        == []
    )


@given(tiny_stays(), st.integers(3, 6))
def test_no_small_number_stands_on_a_protected_curve(stays, threshold):
    stays = [Attendance(s.participant, s.delegation, s.channel, at(s.since), at(s.until)) for s in stays]
    counted = count_session(replace(material(), stays=tuple(stays))).statistics

    shown = hide_in_timeline(timeline(stays, window(), 600), counted, threshold)

    for one in shown.points:
        for number in (one.present, one.hall, one.zoom, one.web, one.peak_in_step):
            assert number is None or not is_small(number, threshold)
