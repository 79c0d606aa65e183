from hypothesis import given
from hypothesis import strategies as st

from streamhub.kit.clock import SECOND
from streamhub.programme.clock import Window, WindowKind
from streamhub.statistics.kept import thinned
from streamhub.statistics.model import Attendance, headcounts, peak, people
from streamhub.statistics.results import Point, Timeline
from streamhub.statistics.timeline import timeline
from tests.statistics.people import HALL, TINY, WEB, ZOOM, at, stay, there, tiny_stays, window


def test_a_point_tells_who_is_there_at_its_instant_and_the_most_until_the_next():
    stays = [stay("awa", 0, 2), stay("ben", 0.5, 0.75, ZOOM), stay("cem", 1, 2, HALL)]

    assert timeline(stays, window(0, 2), 60) == Timeline(
        60,
        (
            Point(at(0), present=1, hall=0, zoom=0, web=1, peak_in_step=2),
            Point(at(1), present=2, hall=1, zoom=0, web=1, peak_in_step=2),
        ),
    )


def test_a_person_by_two_channels_is_in_the_hall_and_falls_back_to_the_page():
    stays = [stay("awa", 0, 3), stay("awa", 0, 2, ZOOM), stay("awa", 1, 2, HALL)]

    points = timeline(stays, window(0, 3), 60).points

    assert [(p.present, p.hall, p.zoom, p.web) for p in points] == [(1, 0, 1, 0), (1, 1, 0, 0), (1, 0, 0, 1)]


def test_somebody_who_changes_channel_at_an_instant_is_not_two_for_that_instant():
    stays = [stay("awa", 0, 1.5), stay("awa", 1.5, 3, HALL)]

    assert [p.peak_in_step for p in timeline(stays, window(0, 3), 60).points] == [1, 1, 1]


def test_the_last_step_ends_with_the_window():
    stays = [stay("awa", 0, 10), stay("ben", 2, 10)]

    assert [p.peak_in_step for p in timeline(stays, window(0, 1.5), 60).points] == [1, 1]


def test_a_session_that_has_not_begun_has_no_curve():
    assert timeline([stay("awa", 0, 10)], None, 60) == Timeline(60, ())


def seconds(stays):
    return [
        Attendance(s.participant, s.delegation, s.channel, s.since * SECOND, s.until * SECOND) for s in stays
    ]


@given(tiny_stays(), st.integers(1, 25))
def test_the_curve_is_a_head_count_at_every_second(stays, step):
    twenty_seconds = Window(WindowKind.ACTUAL, TINY.since * SECOND, TINY.until * SECOND, final=True)

    points = timeline(seconds(stays), twenty_seconds, step).points

    assert [p.at for p in points] == [t * SECOND for t in range(TINY.since, TINY.until, step)]
    for point in points:
        t = point.at // SECOND
        hall, zoom, web = (there(stays, t, channel) for channel in (HALL, ZOOM, WEB))
        assert (point.hall, point.zoom, point.web) == (len(hall), len(zoom - hall), len(web - zoom - hall))
        assert point.present == len(hall | zoom | web)
        assert point.peak_in_step == max(len(there(stays, i)) for i in range(t, min(t + step, TINY.until)))


@given(tiny_stays(), st.integers(1, 25))
def test_the_highest_step_is_the_peak_of_the_session(stays, step):
    twenty_seconds = Window(WindowKind.ACTUAL, TINY.since * SECOND, TINY.until * SECOND, final=True)
    found = people(seconds(stays), twenty_seconds)

    highest = max(p.peak_in_step for p in timeline(seconds(stays), twenty_seconds, step).points)

    assert highest == peak(headcounts((p.spans for p in found), twenty_seconds)).present


def test_a_coarser_curve_keeps_the_points_of_its_steps_and_the_most_until_the_next():
    most = [1, 5, 2, 3, 4]
    curve = Timeline(60, tuple(Point(at(n), n, 0, 0, n, peak) for n, peak in enumerate(most)))

    found = thinned(curve, 180)

    assert found.step == 180
    assert [(p.at, p.present, p.peak_in_step) for p in found.points] == [(at(0), 0, 5), (at(3), 3, 4)]
    assert thinned(curve, 61) == thinned(curve, 120)
