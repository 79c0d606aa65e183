"""Gauge, band and curve: numbers in, coordinates out."""

import math

from hypothesis import given
from hypothesis import strategies as st

from streamhub.handlers.views.shapes import GAUGE_WIDTH, Point, band, curve, gauge
from streamhub.kit.clock import MINUTE, parse_rfc3339
from streamhub.kit.times import times_of

NOON = parse_rfc3339("2026-11-04T12:00:00+01:00")
TIMES = times_of("Europe/Brussels", "fr")


@given(total=st.integers(1, 220), taken=st.integers(0, 220))
def test_a_gauge_has_one_seat_for_each_and_none_lies_on_another(total, taken):
    drawn = gauge(min(taken, total), total)

    assert len(drawn.seats) == total
    assert sum(seat.taken for seat in drawn.seats) == min(taken, total)
    places = [(seat.x, seat.y) for seat in drawn.seats]
    nearest = min((math.dist(a, b) for i, a in enumerate(places) for b in places[:i]), default=99)
    assert nearest > 2 * drawn.radius - 0.2


@given(total=st.integers(1, 220))
def test_a_gauge_stays_inside_its_box(total):
    drawn = gauge(0, total)

    for seat in drawn.seats:
        assert drawn.radius <= seat.x <= GAUGE_WIDTH - drawn.radius
        assert drawn.radius <= seat.y <= drawn.height - drawn.radius


def test_a_gauge_fills_from_the_left():
    drawn = gauge(12, 24)

    assert max(s.x for s in drawn.seats if s.taken) <= min(s.x for s in drawn.seats if not s.taken) + 60
    assert all(s.x <= GAUGE_WIDTH / 2 for s in drawn.seats if s.taken)


def test_twenty_four_seats_stand_in_rows_of_five_eight_and_eleven():
    radii = [round(math.dist((seat.x, seat.y), (GAUGE_WIDTH / 2, 112)) / 10) for seat in gauge(0, 24).seats]

    assert sorted(radii.count(radius) for radius in set(radii)) == [5, 8, 11]


def test_a_band_is_cut_by_people_and_leaves_nobody_out():
    cut = band(hall=8, online=0, elsewhere=1)

    assert [(p.kind, p.x, p.width) for p in cut.parts] == [("hall", 0, 8), ("elsewhere", 8, 1)]
    assert cut.total == 9


def test_a_band_of_nobody_is_one_quiet_piece():
    assert [p.kind for p in band(hall=0).parts] == ["none"]


def points(*present):
    return [Point(NOON + i * MINUTE, n, n, None if n is None else 0) for i, n in enumerate(present)]


def test_a_curve_marks_the_first_instant_of_its_peak():
    drawn = curve(points(1, 5, 5, 2), TIMES)

    assert (drawn.highest.present, drawn.highest.at.hm, drawn.peak_x) == (5, "12:01", 60)


def test_the_scale_of_a_curve_is_one_that_people_count_in():
    assert curve(points(0, 118), TIMES).y_labels == (150, 100, 50, 0)
    assert curve(points(0, 2), TIMES).y_labels == (3, 2, 1, 0)


def test_a_hidden_number_breaks_the_line_and_is_said_in_the_table():
    drawn = curve(points(6, 7, None, 8, 9), TIMES)

    assert drawn.present.count("M") == 2
    assert [row.present for row in drawn.rows] == [6, 7, None, 8, 9]


def test_one_point_makes_no_curve():
    assert curve(points(3), TIMES) is None
    assert curve(points(3, None), TIMES) is None
