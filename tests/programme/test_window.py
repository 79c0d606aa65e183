import pytest

from streamhub.programme.clock import Window, WindowKind, window_of
from tests.programme.samples import at, change, moved, session

ACTUAL, SCHEDULED = WindowKind
BY_CLOCK = [change("a", "doors", -30), change("a", "live", 0)]


def hand(state, minutes):
    return change("a", state, minutes, by="inv_1")


def test_a_session_by_the_clock_counts_from_start_to_end_of_its_times():
    history = [*BY_CLOCK, change("a", "ended", 120)]

    assert window_of(session("a", 0, 60), history, at(200)) == Window(ACTUAL, at(0), at(60), final=True)


def test_while_it_runs_the_window_ends_now_and_is_not_final():
    assert window_of(session("a", 0, 60), BY_CLOCK, at(20)) == Window(ACTUAL, at(0), at(20), final=False)


def test_the_overrun_is_not_counted_but_keeps_the_window_open_to_a_hand():
    assert window_of(session("a", 0, 60), BY_CLOCK, at(90)) == Window(ACTUAL, at(0), at(60), final=False)


def test_the_next_of_the_room_cuts_the_window():
    history = [*BY_CLOCK, change("a", "ended", 45)]

    assert window_of(session("a", 0, 60), history, at(200)) == Window(ACTUAL, at(0), at(45), final=True)


@pytest.mark.parametrize("history", [[], BY_CLOCK[:1], [hand("doors", -10)]])
def test_before_it_has_begun_there_is_no_window(history):
    assert window_of(session("a", 0, 60), history, at(-5)) is None


def test_a_manual_session_counts_from_the_first_live_to_the_last_ended_pauses_included():
    history = [
        *[hand("live", 5), hand("paused", 20), hand("live", 40)],
        *[hand("ended", 70), hand("live", 75), hand("ended", 90)],
    ]

    assert window_of(session("a", 0, 60), history, at(200)) == Window(ACTUAL, at(5), at(90), final=True)


@pytest.mark.parametrize("last", [hand("live", 80), hand("paused", 80)])
def test_a_manual_session_that_was_opened_again_runs_until_now(last):
    history = [hand("live", 5), hand("ended", 70), last]

    assert window_of(session("a", 0, 60), history, at(85)) == Window(ACTUAL, at(5), at(85), final=False)


def test_the_live_of_the_clock_begins_what_a_hand_then_takes_over():
    history = [*BY_CLOCK, hand("paused", 10)]

    assert window_of(session("a", 0, 60), history, at(15)) == Window(ACTUAL, at(0), at(15), final=False)


def test_a_start_that_was_taken_back_does_not_count():
    history = [hand("live", -200), hand("scheduled", -199), hand("live", 3), hand("ended", 60)]

    assert window_of(session("a", 0, 60), history, at(200)) == Window(ACTUAL, at(3), at(60), final=True)


def test_a_session_that_was_only_ended_has_no_window():
    assert window_of(session("a", 0, 60), [hand("ended", -10)], at(200)) is None


def test_the_scheduled_window_keeps_the_times_of_the_timetable():
    late = moved(session("a", 0, 60), 20)
    history = [hand("live", 22), hand("ended", 85)]

    window = window_of(late, history, at(200), SCHEDULED)

    assert window == Window(SCHEDULED, at(0), at(60), final=True)


def test_the_scheduled_window_ends_now_while_it_lasts():
    window = window_of(session("a", 0, 60), BY_CLOCK, at(10), SCHEDULED)

    assert window == Window(SCHEDULED, at(0), at(10), final=False)


def test_the_scheduled_window_of_a_session_that_ended_early_is_final_once_its_time_has_passed():
    history = [*BY_CLOCK, hand("ended", 20)]

    windows = [window_of(session("a", 0, 60), history, at(minutes), SCHEDULED) for minutes in (30, 59, 60)]

    assert [(w.until, w.final) for w in windows] == [(at(30), False), (at(59), False), (at(60), True)]


def test_an_earlier_run_is_not_in_the_window():
    history = [hand("live", -2_000), hand("ended", -1_900)]
    again = session("a", 0, 60)
    again = type(again)(**{f: getattr(again, f) for f in again.__slots__} | {"run": 2})

    assert window_of(again, history, at(-100)) is None
