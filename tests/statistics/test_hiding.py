from dataclasses import replace

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from streamhub.audience.model import FigureKind
from streamhub.kit.channel import Channel
from streamhub.kit.clock import SECOND
from streamhub.statistics import hiding
from streamhub.statistics.hiding import hide_in_session, hide_in_timeline
from streamhub.statistics.model import Person, attended_threshold, duration
from streamhub.statistics.results import (
    AttendedThreshold,
    ByChannel,
    Duration,
    Peak,
    PlatformNumber,
    Represented,
    Viewers,
)
from streamhub.statistics.timeline import timeline
from tests.statistics.attacker import leaks, tables
from tests.statistics.people import (
    at,
    stay,
    window,
)
from tests.statistics.sessions import crowd, material, session


def hidden(*groups, threshold=5, **others):
    return hide_in_session(session(*groups, **others), threshold)


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


@pytest.mark.parametrize(("others", "minutes"), [(1, 95), (5, 95.9)])
def test_time_that_would_tell_how_many_stayed_long_is_hidden_with_the_curve(others, minutes):
    """Four for all of the two hours. Three could not make the median, or not the total."""
    few = [crowd(hall=4), crowd(hall=others, minutes=minutes, name="q")]
    exact = session(*few)
    shown = hide_in_session(exact, 5)
    curve = hide_in_timeline(timeline(material(*few).stays, window(), 3600), exact, 5)

    assert (shown.attended, shown.attended_threshold.people) == (4 + others, None)
    assert shown.duration == Duration(None, None, suppressed=True)
    assert [point.present for point in curve.points] == [None, None]


@pytest.mark.parametrize("few", [1, 4])
def test_total_time_is_hidden_where_the_curve_and_it_would_tell_how_few_there_were(few):
    """Alone for twenty minutes, or four all the time: no other number makes the total."""
    shown = hidden(crowd(hall=9, minutes=100), crowd(hall=few, name="q"))

    assert shown.duration == Duration(None, 100 * 60, suppressed=True)


def test_total_time_is_told_where_a_few_can_have_been_more_or_less():
    shown = hidden(crowd(hall=9, minutes=100), crowd(hall=1, name="q"), crowd(hall=1, minutes=110, name="r"))

    assert shown.duration == Duration((9 * 100 + 120 + 110) * 60, 100 * 60)


def test_five_who_stay_for_80_percent_and_are_never_five_would_tell_that_four_were_together():
    away = [(24 * i, 24 * i + 24) for i in range(5)]
    stays = [stay(f"p{i}", *part) for i, (a, b) in enumerate(away) for part in ((0, a), (b, 120))]

    shown = hidden(stays)

    assert shown.attended == 5
    assert shown.peak == Peak(None, None, suppressed=True)
    assert shown.attended_threshold == AttendedThreshold(80, None, suppressed=True)
    assert shown.duration == Duration(None, None, suppressed=True)


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
@example([100, 4_100, 4_500, 5_000, 6_000], 80, 3)
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

    assert len(others) == exact.attended
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
