from dataclasses import replace

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from streamhub.audience.model import FigureKind
from streamhub.kit.channel import Channel
from streamhub.kit.clock import SECOND
from streamhub.statistics import hiding
from streamhub.statistics.hiding import hide_in_session, hide_in_summit, hide_in_timeline
from streamhub.statistics.model import Attendance, Attendee, Person, attended_threshold, duration
from streamhub.statistics.results import (
    AttendedThreshold,
    ByChannel,
    CountryCount,
    DelegationCount,
    Duration,
    Peak,
    PlatformNumber,
    Point,
    Represented,
    Timeline,
    Viewers,
)
from streamhub.statistics.summary import (
    SessionMaterial,
    SummitMaterial,
    count_session,
    count_summit,
)
from streamhub.statistics.sums import is_small
from streamhub.statistics.timeline import timeline
from tests.statistics.attacker import leaks, tables
from tests.statistics.people import (
    DELEGATIONS,
    HALL,
    WEB,
    ZOOM,
    at,
    delegation,
    stay,
    tiny_stays,
    window,
)


def crowd(hall=0, zoom=0, web=0, *, minutes=120, of=("BJ",), name="p"):
    """So many people in each channel for so long from the beginning, of the delegations in turn."""
    channels = [HALL] * hall + [ZOOM] * zoom + [WEB] * web
    return [stay(f"{name}{i}", 0, minutes, c, of[i % len(of)]) for i, c in enumerate(channels)]


def material(*groups, session="gala", registered=50, **others):
    stays = tuple(one for group in groups for one in group)
    return SessionMaterial(
        session=session,
        window=window(),
        registered=registered,
        percent=80,
        delegations=DELEGATIONS,
        stays=stays,
        **others,
    )


def session(*groups, **others):
    return count_session(material(*groups, **others)).statistics


def hidden(*groups, threshold=5, **others):
    return hide_in_session(session(*groups, **others), threshold)


# A session


def test_a_session_of_many_is_published_as_it_is_but_for_its_delegations():
    exact = session(crowd(hall=8, zoom=6, web=5))
    shown = hide_in_session(exact, 5)

    assert shown == replace(exact, by_delegation=None, by_country=None, web=None, levels=())
    assert not shown.suppressed


def test_who_was_represented_stays_public_however_few_they_were():
    assert hidden(crowd(hall=2)).represented == Represented(1, 0, 0, ("BJ",))


def test_nobody_is_a_true_nought_everywhere():
    shown = hidden(registered=0)

    assert (shown.registered, shown.attended, shown.peak.present, shown.suppressed) == (0, 0, 0, False)
    assert (shown.by_channel, shown.duration) == (ByChannel(0, 0, 0), Duration(0, 0))


def test_of_a_few_people_no_number_is_left():
    shown = hidden(crowd(hall=2, web=1), registered=3)

    assert (shown.registered, shown.attended, shown.suppressed) == (None, None, True)
    assert shown.by_channel == ByChannel(None, 0, None, suppressed=True)
    assert shown.attended_threshold == AttendedThreshold(80, None, suppressed=True)
    assert shown.peak == Peak(None, None, suppressed=True)
    assert shown.duration == Duration(None, None, suppressed=True)


def test_one_small_channel_takes_another_with_it_and_attended_is_told():
    shown = hidden(crowd(hall=61, zoom=44, web=3))

    assert (shown.attended, shown.suppressed) == (108, False)
    assert shown.by_channel == ByChannel(61, None, None, suppressed=True)


def test_two_small_channels_are_enough():
    assert hidden(crowd(hall=61, zoom=3, web=2)).by_channel == ByChannel(61, None, None, suppressed=True)


def test_one_person_for_each_delegation_hides_attendance_for_it_would_tell_each_of_them():
    one_each = crowd(hall=5, of=("BJ", "BE", "BE-WAL", "BE-BRU", "UNESCO"))

    assert hidden(one_each).attended is None
    assert hidden(one_each, crowd(hall=1, name="q")).attended is None  # or five would be told by a null
    assert hidden(one_each, crowd(hall=2, name="q")).attended == 7


def test_few_who_stayed_long_are_hidden_alone():
    shown = hidden(crowd(hall=2), crowd(hall=18, minutes=60, name="q"))

    assert shown.attended_threshold == AttendedThreshold(80, None, suppressed=True)
    assert shown.duration == Duration((2 * 120 + 18 * 60) * 60, 60 * 60)


def test_time_that_would_tell_how_many_stayed_long_is_hidden_with_the_curve():
    """5 of 5 and nearly: 4 for the whole 2 h, one for 95 minutes; only 4 can make the median."""
    few = [crowd(hall=4), crowd(hall=1, minutes=95, name="q")]
    exact = session(*few)
    shown = hide_in_session(exact, 5)
    curve = hide_in_timeline(timeline(material(*few).stays, window(), 3600), exact, 5)

    assert (shown.attended, shown.attended_threshold.people) == (5, None)
    assert shown.duration == Duration(None, None, suppressed=True)
    assert [point.present for point in curve.points] == [None, None]


def test_total_time_is_hidden_where_the_curve_and_it_would_tell_that_somebody_was_alone():
    alone = [crowd(hall=9, minutes=100), crowd(hall=1, name="q")]
    a_few = [crowd(hall=9, minutes=100), crowd(hall=1, name="q"), crowd(hall=1, minutes=110, name="r")]

    assert hidden(*alone).duration == Duration(None, 100 * 60, suppressed=True)
    assert hidden(*a_few).duration == Duration((9 * 100 + 120 + 110) * 60, 100 * 60)


def test_never_more_than_a_few_at_once_hides_peak_and_all_time():
    relay = [stay(f"p{i}", 20 * i, 20 * i + 20) for i in range(6)]
    shown = hidden(relay)

    assert shown.attended == 6
    assert (shown.peak, shown.duration.suppressed) == (Peak(None, None, suppressed=True), True)


def test_registered_is_hidden_where_it_is_small_whoever_came():
    assert hidden(crowd(hall=9), registered=4).registered is None
    assert hidden(crowd(hall=9), registered=5).registered == 5


def test_public_openings_are_hidden_with_their_peak_and_time():
    exact = session(crowd(hall=9))
    few = replace(exact, viewers=Viewers(4, Peak(3, at(0)), 60))
    one_at_a_time = replace(exact, viewers=Viewers(40, Peak(3, at(0)), 60))
    many = replace(exact, viewers=Viewers(40, Peak(30, at(0)), 60))

    gone = Peak(None, None, suppressed=True)
    assert hide_in_session(few, 5).viewers == Viewers(None, gone, None, suppressed=True)
    assert hide_in_session(one_at_a_time, 5).viewers == Viewers(40, gone, None, suppressed=True)
    assert hide_in_session(many, 5).viewers == many.viewers


def test_a_declared_number_is_hidden_if_small_and_never_names_its_author():
    def head_count(value, author, *, suppressed=False):
        return PlatformNumber(
            "room", "head_count", value, FigureKind.DECLARED, at(9), "usher", author, ("gala",), suppressed
        )

    exact = replace(session(), platforms=(head_count(158, "p_usher"), head_count(3, "p_usher")))

    assert hide_in_session(exact, 5).platforms == (
        head_count(158, None),
        head_count(None, None, suppressed=True),
    )
    assert hide_in_session(exact, 0).platforms == (head_count(158, None), head_count(3, None))


def test_a_threshold_of_nought_hides_nothing_but_what_is_never_public():
    exact = session(crowd(hall=2, zoom=1))

    assert hide_in_session(exact, 0) == hiding.public_form(exact)


@pytest.mark.parametrize("threshold", [2, 3, 4, 5])
def test_no_channel_can_be_computed_even_by_running_the_program_on_every_session(threshold):
    """Also known: the number of delegations represented, up to one for each person."""
    empty = session()

    def published(numbers, delegations):
        hall, zoom, web = numbers
        exact = replace(
            empty,
            attended=sum(numbers),
            represented=Represented(delegations, 0, 0, ()),
            by_channel=ByChannel(hall, zoom, web),
            peak=Peak(sum(numbers), at(0)),
        )
        shown = hide_in_session(exact, threshold)
        split = shown.by_channel
        return (shown.attended, split.hall, split.zoom, split.web, delegations), (sum(numbers), *numbers)

    assert (
        leaks(
            published(numbers, delegations)
            for total in range(17)
            for numbers in tables(3, total)
            for delegations in range(min(total, 8) + 1)
        )
        == []
    )


@given(st.lists(st.integers(1, 6_000), min_size=5, max_size=9), st.integers(50, 100), st.integers(1, 4))
def test_whoever_can_have_stayed_long_is_shown_by_people_who_publish_the_same(lengths, percent, long):
    """A window of six seconds; times in milliseconds."""
    within = window(0, 0.1)
    exact = replace(
        session(),
        window=within,
        attended=len(lengths),
        attended_threshold=attended_threshold(lasting(lengths), within, percent),
        duration=duration(lasting(lengths)),
    )
    assume(hiding._can_have_stayed(long, exact))

    others = witness(exact, long)

    assert duration(lasting(others)) == exact.duration
    assert attended_threshold(lasting(others), within, percent).people == long


def lasting(lengths):
    return [Person(f"p{i}", None, Channel.WEB, ((0, ms),)) for i, ms in enumerate(lengths)]


def witness(exact, long):
    """People of whom ``long`` reach the threshold, with the same total and median: tried, not computed."""
    people, whole = exact.attended, exact.window.until - exact.window.since
    enough = -(-whole * exact.attended_threshold.percent // 100)
    side = (people - 1) // 2
    total = exact.duration.total_seconds * SECOND
    for middle in range(min(exact.duration.median_seconds * SECOND + 999, enough - 1), 0, -1):
        bounds = (
            [(1, middle)] * side
            + [(middle, middle)] * (people - 2 * side)
            + [(middle, enough - 1)] * (side - long)
            + [(enough, whole)] * long
        )
        lengths = [low for low, _ in bounds]
        for i, (low, high) in enumerate(bounds):
            lengths[i] += max(0, min(high - low, total - sum(lengths)))
        if total <= sum(lengths) < total + SECOND:
            return lengths
    raise AssertionError(exact)


# A curve


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


# The summit


def summit(*sessions, check_ins=(), delegations=DELEGATIONS, registered=50):
    counted = tuple(count_session(replace(one, delegations=delegations)) for one in sessions)
    return count_summit(
        SummitMaterial(
            registered=registered, delegations=delegations, sessions=counted, check_ins=tuple(check_ins)
        )
    )


def rows(found):
    return {row.code: row.attended for row in found}


def test_small_delegations_are_hidden_over_the_summit_and_the_others_told():
    big, small = crowd(hall=31, of=("BE",)), crowd(hall=3, name="q", of=("BJ",))
    unesco = crowd(hall=4, name="r", of=("UNESCO",))

    shown = hide_in_summit(summit(material(big, small, unesco)), DELEGATIONS, 5)

    assert shown.attended == 38
    assert rows(shown.by_delegation) == {
        "BJ": None, "BE": 31, "BE-WAL": 0, "BE-BRU": 0, "UNESCO": None, "PRESS": 0,
    }  # fmt: skip
    assert rows(shown.by_country) == {"BJ": None, "BE": 31, None: None}
    assert DelegationCount("BJ", None, suppressed=True) in shown.by_delegation
    assert CountryCount(None, None, suppressed=True) in shown.by_country
    assert (shown.represented.codes, shown.suppressed) == (("BJ", "BE", "UNESCO"), False)


def test_its_sessions_stand_in_it_as_they_are_published():
    exact = summit(material(crowd(hall=8, zoom=3)))

    shown = hide_in_summit(exact, DELEGATIONS, 5)

    assert shown.sessions == tuple(hide_in_session(one, 5) for one in exact.sessions)


def test_a_summit_of_a_few_shows_no_total():
    shown = hide_in_summit(summit(material(crowd(hall=3)), registered=4), DELEGATIONS, 5)

    assert (shown.attended, shown.registered, shown.suppressed) == (None, None, True)


def test_one_session_of_all_who_are_large_tells_the_small_one_so_the_total_goes():
    togo = delegation("TG")
    first = material(crowd(hall=6), session="gala")
    second = material(crowd(hall=1, name="q", of=("TG",)), session="farewell")

    shown = hide_in_summit(summit(first, second, delegations=(*DELEGATIONS, togo)), (*DELEGATIONS, togo), 5)

    assert [one.attended for one in shown.sessions] == [6, None]
    assert (shown.attended, rows(shown.by_country)["BJ"], rows(shown.by_country)["TG"]) == (None, None, None)


def test_people_of_the_press_or_without_delegation_may_fill_a_session():
    """With two more of the press about: one of them less could be one more of Togo."""
    togo = delegation("TG")
    everybody = (*DELEGATIONS, togo)
    press = crowd(hall=7, name="x", of=("PRESS",))
    first = material(crowd(hall=6), press, session="gala")
    second = material(crowd(hall=1, name="q", of=("TG",)), session="farewell")

    more = [Attendee("y0", "PRESS"), Attendee("y1", "PRESS")]
    shown = hide_in_summit(summit(first, second, check_ins=more, delegations=everybody), everybody, 5)

    assert [one.attended for one in shown.sessions] == [13, None]
    assert shown.attended == 16
    assert rows(shown.by_delegation)["BJ"] == 6
    assert rows(shown.by_delegation)["TG"] is None


def test_the_check_in_of_a_few_at_the_door_is_no_exception():
    at_the_door = [Attendee(f"d{i}", "UNESCO") for i in range(2)]

    shown = hide_in_summit(summit(material(crowd(hall=20)), check_ins=at_the_door), DELEGATIONS, 5)

    assert (shown.attended, rows(shown.by_delegation)["UNESCO"], rows(shown.by_delegation)["BJ"]) == (
        22,
        None,
        None,
    )
