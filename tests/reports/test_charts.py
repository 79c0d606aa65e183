from itertools import pairwise
from xml.etree import ElementTree as ET
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamhub.kit.clock import DAY, HOUR, MINUTE, parse_rfc3339
from streamhub.programme.clock import Window, WindowKind
from streamhub.reports.charts import (
    HALL,
    PRESENT,
    REMOTE,
    ChartWords,
    Row,
    people_ticks,
    presence_chart,
    rows,
    table_rows,
    time_ticks,
)
from streamhub.statistics.results import Peak, Point, Timeline

SVG = "{http://www.w3.org/2000/svg}"
BRUSSELS = ZoneInfo("Europe/Brussels")
SINCE = parse_rfc3339("2021-11-04T13:41:00Z")
WINDOW = Window(WindowKind.ACTUAL, SINCE, SINCE + 157 * MINUTE, final=True)
WORDS = ChartWords(
    title="Présence de 14:41 à 17:18",
    description="Pic de 118 à 15:42.",
    present="présents",
    hall="en salle",
    remote="à distance",
    peak="118 à 15:42",
)


def point(minute, hall, zoom=0, web=0):
    known = None not in {hall, zoom, web}
    present = hall + zoom + web if known else None
    return Point(SINCE + minute * MINUTE, present, hall, zoom, web, present)


def drawn(*points, peak=None, words=WORDS, window=WINDOW):
    """The chart as XML: so it is well formed, whatever stands in it."""
    highest = peak or Peak(0, window.since)
    return ET.fromstring(presence_chart(Timeline(60, points), window, highest, words, BRUSSELS))


def texts(svg):
    return [text.text for text in svg.iter(f"{SVG}text")]


def lines(svg, style):
    """The paths of one style, without the sample in the legend."""
    found = [p.get("d") for p in svg.iter(f"{SVG}path") if p.get("stroke-dasharray", "") == style.dashes]
    return [d for d in found if not d.endswith("16h32") and "V" not in d and "H" not in d and "v" not in d][
        -1:
    ]


# Ticks


@pytest.mark.parametrize(
    ("highest", "ticks"),
    [
        (118, (0, 40, 80, 120)),
        (131, (0, 50, 100, 150)),
        (7, (0, 2, 4, 6, 8)),
        (1, (0, 1)),
        (0, (0, 1)),
        (10_000, (0, 2_000, 4_000, 6_000, 8_000, 10_000)),
    ],
)
def test_the_axis_of_people_ends_at_a_round_number_that_holds_them_all(highest, ticks):
    assert people_ticks(highest) == ticks


@given(st.integers(0, 10**7))
def test_every_axis_of_people_has_a_few_even_steps_and_no_half_empty_picture(highest):
    ticks = people_ticks(highest)

    assert ticks[0] == 0
    assert len({b - a for a, b in pairwise(ticks)}) == 1
    assert 2 <= len(ticks) <= 6
    assert highest <= ticks[-1] <= max(1, highest * 1.34 + 1)


def test_times_at_the_axis_are_round_on_the_local_clock():
    found = time_ticks(WINDOW.since, WINDOW.until, BRUSSELS)

    assert found == tuple(
        parse_rfc3339(f"2021-11-04T{t}:00Z") for t in ("14:00", "14:30", "15:00", "15:30", "16:00")
    )


def test_a_zone_that_is_half_an_hour_off_has_its_own_round_times():
    [first, *_] = time_ticks(SINCE, SINCE + 8 * HOUR, ZoneInfo("Asia/Kolkata"))

    assert first == parse_rfc3339("2021-11-04T14:30:00Z")  # 20:00 there


@given(st.integers(1, 3 * DAY), st.integers(0, DAY))
def test_there_are_never_more_than_eight_times_and_all_are_inside(length, shift):
    since = SINCE + shift
    ticks = time_ticks(since, since + length, BRUSSELS)

    assert len(ticks) <= 8
    assert all(since <= at <= since + length for at in ticks)


# The table


def test_zoom_and_page_are_remote_and_a_hidden_one_hides_the_sum():
    assert rows([point(0, 44, 20, 6)]) == (Row(SINCE, 70, 44, 26),)
    assert rows([Point(SINCE, 70, 44, None, None, 70)]) == (Row(SINCE, 70, 44, None),)
    assert rows([Point(SINCE, 70, 50, 20, None, 70)])[0].remote is None


def test_a_short_table_has_every_point():
    assert len(table_rows([point(i, i) for i in range(12)], most=12)) == 12


def test_a_long_table_keeps_first_last_and_the_first_of_the_highest():
    points = [point(i, 9 if i in {37, 90} else 5) for i in range(157)]

    found = table_rows(points, most=12)

    assert len(found) == 12
    assert (found[0].at, found[-1].at) == (points[0].at, points[-1].at)
    assert points[37].at in {row.at for row in found}


@given(st.lists(st.integers(0, 9), min_size=1, max_size=60), st.integers(3, 20))
def test_a_table_is_never_longer_than_asked_and_in_order(numbers, most):
    points = [point(i, n) for i, n in enumerate(numbers)]

    found = table_rows(points, most)

    assert len(found) <= most
    assert [row.at for row in found] == sorted({row.at for row in found})
    assert max(row.present for row in found) == max(numbers)


# The picture


def test_the_picture_has_a_name_a_description_axes_and_three_lines():
    svg = drawn(
        point(0, 44, 20, 6),
        point(61, 60, 40, 18),
        point(156, 31, 12, 10),
        peak=Peak(118, SINCE + 61 * MINUTE),
    )

    assert svg.get("role") == "img"
    assert [svg[0].tag, svg[0].text, svg[1].text] == [f"{SVG}title", WORDS.title, WORDS.description]
    assert texts(svg) == [
        "présents", "en salle", "à distance",
        "0", "40", "80", "120",
        "15:00", "15:30", "16:00", "16:30", "17:00",
        "118 à 15:42",
    ]  # fmt: skip
    assert len({style.dashes for style in (PRESENT, HALL, REMOTE)}) == 3


def test_lines_stand_where_the_numbers_are():
    svg = drawn(point(0, 0), point(157, 120))

    assert lines(svg, HALL) == ["M48.0 264.0L704.0 44.0"]


def test_a_hidden_number_breaks_the_lines_and_a_number_alone_is_a_short_stroke():
    svg = drawn(
        point(0, 10),
        point(20, 10),
        point(40, None),
        point(60, 10),
        point(80, None),
        point(100, 10),
        point(120, 10),
    )

    [present] = lines(svg, PRESENT)
    assert present.count("M") == 3
    assert "h3" in present


def test_an_empty_session_and_a_wholly_hidden_one_have_axes_only():
    for svg in (drawn(), drawn(Point(SINCE, None, None, None, None, None))):
        assert lines(svg, HALL) == []
        assert "1" in texts(svg)


def test_a_hidden_peak_has_no_line_and_no_words():
    assert WORDS.peak not in texts(drawn(point(0, 10), peak=Peak(None, None, suppressed=True)))


def test_the_words_of_a_late_peak_stand_before_its_line():
    late = drawn(point(0, 10), peak=Peak(10, SINCE + 150 * MINUTE))

    assert [t.get("text-anchor") for t in late.iter(f"{SVG}text") if t.text == WORDS.peak] == ["end"]


def test_what_a_person_typed_stays_text():
    typed = ChartWords(*["<script>alert('&')</script>"] * 6)

    svg = drawn(point(0, 10), peak=Peak(10, SINCE), words=typed)

    assert not list(svg.iter(f"{SVG}script"))
    assert texts(svg)[0] == "<script>alert('&')</script>"
