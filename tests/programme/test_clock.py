import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streamhub.kit.errors import StateConflict, UnknownSession
from streamhub.kit.ids import SessionSlug
from streamhub.programme.clock import (
    ClockMinutes,
    change_by_hand,
    change_by_move,
    doors_at,
    due_changes,
    same_room,
    shifted,
    standing,
    state_by_clock,
)
from streamhub.programme.local_time import zone_of
from streamhub.programme.model import SessionState, StateChange
from tests.programme.samples import DOORS, OVERRUN, at, change, moved, session

BRUSSELS = zone_of("Europe/Brussels")
MINUTES = ClockMinutes(DOORS, OVERRUN)


def due(sessions, history, now):
    return due_changes(sessions, history, now, DOORS, OVERRUN)


def told(changes):
    return [(c.session, c.state.value, c.at) for c in changes]


def by_hand(slug, state, minutes):
    return StateChange(SessionSlug(slug), 0, SessionState(state), at(minutes), automatic=False, by="inv_1")


def test_doors_open_before_the_start():
    assert doors_at(session("a", 0, 60), 30) == at(-30)


@pytest.mark.parametrize(
    ("minutes", "state"),
    [(-31, "scheduled"), (-30, "doors"), (-1, "doors"), (0, "live"), (119, "live"), (120, "ended")],
)
def test_a_session_follows_its_times(minutes, state):
    assert state_by_clock(session("a", 0, 60), at(minutes), DOORS, OVERRUN) == state


def test_changes_are_dated_at_their_rule_however_late_they_are_made():
    assert told(due([session("a", 0, 60)], [], at(1_000))) == [
        ("a", "doors", at(-30)),
        ("a", "live", at(0)),
        ("a", "ended", at(120)),
    ]


def test_nothing_is_due_twice():
    sessions = [session("a", 0, 60)]
    history = due(sessions, [], at(5))

    assert due(sessions, history, at(5)) == ()


def test_without_doors_a_session_goes_live_at_once():
    assert told(due_changes([session("a", 0, 60)], [], at(0), 0, OVERRUN)) == [("a", "live", at(0))]


def test_the_next_session_of_a_room_ends_the_one_before_at_that_instant():
    sessions = [session("a", 0, 60), session("b", 60, 90)]
    history = due(sessions, [], at(59))

    assert told(due(sessions, history, at(70))) == [("a", "ended", at(60)), ("b", "live", at(60))]


def test_a_session_in_another_room_ends_nothing():
    sessions = [session("a", 0, 60), session("b", 30, 90, room="side")]

    changes = due(sessions, [], at(45))

    assert ("a", "ended") not in [(c.session, c.state) for c in changes]


def test_sessions_of_a_venue_without_rooms_share_it_unless_the_timetable_has_them_overlap():
    first = session("a", 0, 60, room="")

    assert same_room(first, session("b", 60, 90, room=""))
    assert not same_room(first, session("c", 30, 90, room=""))
    assert not same_room(first, session("d", 60, 90, room="side"))
    assert not same_room(first, session("e", 60, 90, room="", venue="elsewhere"))
    assert not same_room(session("f", 0, 60, room="", venue=""), session("g", 60, 90, room="", venue=""))


def test_an_overrun_does_not_make_consecutive_sessions_parallel():
    first, second = session("a", 0, 60, room=""), session("b", 60, 90, room="")

    assert same_room(moved(first, 15), second)


def test_after_a_change_by_hand_the_clock_ends_nothing():
    sessions = [session("a", 0, 60)]
    history = [change("a", "live", -5, by="inv_1")]

    assert due(sessions, history, at(1_000)) == ()


def test_a_session_whose_doors_a_hand_opened_does_not_go_live_by_itself():
    history = [change("a", "doors", -40, by="inv_1")]

    assert due([session("a", 0, 60)], history, at(10)) == ()


@pytest.mark.parametrize("state", ["live", "paused", "doors"])
def test_the_next_of_the_room_ends_a_manual_session_too(state):
    sessions = [session("a", 0, 60), session("b", 60, 90)]
    history = [change("a", state, 1, by="inv_1"), change("b", "doors", 30)]

    ended, live = due(sessions, history, at(61))

    assert (ended.session, ended.state, ended.at, ended.automatic) == ("a", "ended", at(60), True)
    assert (live.session, live.state) == ("b", "live")


def test_a_hand_that_goes_live_ends_what_is_open_before_it_in_the_room():
    sessions = [session("a", 0, 60), session("b", 60, 90)]
    history = [change("a", "live", 0)]

    changes = change_by_hand(sessions, history, by_hand("b", "live", 50))

    assert told(changes) == [("a", "ended", at(50)), ("b", "live", at(50))]
    assert [(c.automatic, c.by) for c in changes] == [(True, "inv_1"), (False, "inv_1")]


def test_a_hand_that_goes_live_early_leaves_the_doors_of_the_clock_alone():
    sessions = [session("a", 0, 60), session("b", 60, 90)]
    history = [change("a", "doors", -30)]

    assert told(change_by_hand(sessions, history, by_hand("b", "live", -10))) == [("b", "live", at(-10))]


def test_the_same_state_again_changes_nothing_and_keeps_the_session_automatic():
    history = [change("a", "live", 0)]

    assert change_by_hand([session("a", 0, 60)], history, by_hand("a", "live", 10)) == ()


def test_what_was_held_cannot_be_scheduled_again():
    history = [change("a", "ended", 60, by="inv_1")]

    with pytest.raises(StateConflict):
        change_by_hand([session("a", 0, 60)], history, by_hand("a", "scheduled", 70))


@pytest.mark.parametrize("before", list(SessionState))
@pytest.mark.parametrize("after", list(SessionState))
def test_every_other_change_by_hand_is_allowed(before, after):
    history = [change("a", before, 0, by="inv_1")]
    if (before, after) == ("ended", "scheduled"):
        return

    changes = change_by_hand([session("a", 0, 60)], history, by_hand("a", after, 5))

    assert told(changes) == ([] if before == after else [("a", after, at(5))])


def test_a_session_that_is_not_there_cannot_change():
    with pytest.raises(UnknownSession):
        change_by_hand([], [], by_hand("a", "live", 0))


def test_a_change_is_never_dated_before_the_one_that_it_follows():
    history = [change("a", "live", 10, by="inv_1")]

    [ended] = change_by_hand([session("a", 0, 60)], history, by_hand("a", "ended", 9))

    assert ended.at == at(10)


def test_the_history_of_an_earlier_run_is_another_holding():
    history = [change("a", "ended", -1_000, by="inv_1")]
    again = session("a", 0, 60)
    again = type(again)(**{f: getattr(again, f) for f in again.__slots__} | {"run": 2})

    assert standing(again, history).state is SessionState.SCHEDULED
    assert told(due([again], history, at(0))) == [("a", "doors", at(-30)), ("a", "live", at(0))]


def test_a_shift_moves_the_session_and_leaves_its_timetable():
    [only] = shifted(
        [session("a", 0, 60), session("b", 60, 90)], SessionSlug("a"), 11, BRUSSELS, following=False
    )

    assert (only.starts_at, only.ends_at) == (at(11), at(71))
    assert (only.scheduled_starts_at, only.scheduled_ends_at) == (at(0), at(60))


def test_a_shift_takes_the_later_ones_of_its_room_along_that_day():
    sessions = [
        session("before", -120, -60),
        session("a", 0, 60),
        session("b", 60, 90),
        session("side", 60, 90, room="side"),
        session("tomorrow", 24 * 60, 25 * 60),
    ]

    moved_ones = shifted(sessions, SessionSlug("a"), 15, BRUSSELS, following=True)

    assert [s.slug for s in moved_ones] == ["a", "b"]
    assert moved_ones[1].starts_at == at(75)


def test_an_ended_session_cannot_be_shifted():
    ended = standing(session("a", 0, 60), [change("a", "ended", 60, by="inv_1")])

    with pytest.raises(StateConflict):
        shifted([ended], SessionSlug("a"), 15, BRUSSELS, following=False)
    with pytest.raises(UnknownSession):
        shifted([ended], SessionSlug("b"), 15, BRUSSELS, following=False)


def test_a_session_that_the_clock_opened_goes_back_to_its_doors_when_it_starts_later_after_all():
    late = moved(session("a", 0, 60), 11)
    history = [change("a", "doors", -30), change("a", "live", 0)]

    [back] = change_by_move([late], history, [late.slug], at(5), MINUTES, "inv_1")

    assert (back.state, back.at, back.automatic, back.by) == ("doors", at(5), True, "inv_1")
    assert told(due([late], [*history, back], at(11))) == [("a", "live", at(11))]


def test_a_move_leaves_manual_and_ended_sessions_in_their_state():
    late = moved(session("a", 0, 60), 30)

    assert (
        change_by_move([late], [change("a", "live", 0, by="inv_1")], [late.slug], at(5), MINUTES, "x") == ()
    )
    assert change_by_move([late], [change("a", "ended", 1)], [late.slug], at(5), MINUTES, "x") == ()


minutes = st.integers(0, 400)
rooms = st.sampled_from(["hall", "side", ""])


@st.composite
def programmes(draw):
    sessions = []
    for number in range(draw(st.integers(1, 5))):
        start = draw(minutes)
        sessions.append(session(f"s{number}", start, start + draw(st.integers(1, 120)), room=draw(rooms)))
    history = [
        change(s.slug, draw(st.sampled_from(["doors", "live", "paused", "ended"])), -60, by="inv_1")
        for s in sessions
        if draw(st.integers(0, 3)) == 0
    ]
    return sessions, history


@given(programmes(), st.lists(minutes, max_size=12))
@settings(max_examples=150, deadline=None)
def test_the_history_is_the_same_at_whatever_rhythm_the_clock_is_asked(programme, ticks):
    sessions, given_history = programme
    history = list(given_history)
    for tick in sorted({*ticks, 1_000}):
        history += due(sessions, history, at(tick))

    assert tuple(history[len(given_history) :]) == due(sessions, given_history, at(1_000))


@given(programmes())
@settings(max_examples=100, deadline=None)
def test_in_one_room_what_runs_by_the_clock_runs_alone(programme):
    sessions, _ = programme
    history = due(sessions, [], at(1_000))
    for tick in range(0, 600, 7):
        so_far = [c for c in history if c.at <= at(tick)]
        live = [s for s in (standing(s, so_far) for s in sessions) if s.state is SessionState.LIVE]
        assert not any(same_room(a, b) and a.starts_at < b.starts_at for a in live for b in live)
