"""What the timetable of sources asks for: a table of cases, and a slow oracle over any afternoon."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streamhub.kit.clock import MINUTE
from streamhub.kit.ids import SourceId
from streamhub.programme.model import SessionState
from streamhub.relay.model import Showing
from streamhub.relay.timetable_model import Plan, Verdict, held, verdicts
from tests.programme.samples import at, moved, session

LIVE = replace(session("table-ronde", 0, 60), state=SessionState.LIVE)
YOUTUBE, ZOOM, FACEBOOK = (SourceId(name) for name in ("src_yt", "src_zoom", "src_fb"))
SINCE_TWO = Showing(YOUTUBE, "floor", at(0), None)


def asked(plans, *, on=SINCE_TWO, now=0.0, alone=False, of=LIVE):
    """What plans ``(source, minute)`` of the floor ask for, as one word for each."""
    given_plans = [Plan(source, "floor", at(minute)) for source, minute in plans]
    found = verdicts(of, given_plans, {on.channel: on} if on else {}, at(now), alone=alone)
    return [found[source].value for source, _ in plans]


@pytest.mark.parametrize(
    ("plans", "words", "verdict"),
    [
        ([(ZOOM, 30)], {"now": 29.99}, ["wait"]),
        ([(ZOOM, 30)], {"now": 30}, ["propose"]),
        ([(ZOOM, 30)], {"now": 30, "alone": True}, ["switch"]),
        # a server that slept looks only at the last one
        ([(ZOOM, 30), (FACEBOOK, 40)], {"now": 50, "alone": True}, ["over", "switch"]),
        ([(FACEBOOK, 40), (ZOOM, 30)], {"now": 35}, ["wait", "propose"]),
        # it is on already
        ([(YOUTUBE, 30)], {"now": 30}, ["over"]),
        ([(YOUTUBE, 30)], {"now": 29}, ["wait"]),
        # somebody has switched since its time: that was the decision
        ([(ZOOM, 30)], {"now": 32, "on": Showing(FACEBOOK, "floor", at(31), "p_mod")}, ["over"]),
        ([(ZOOM, 30)], {"now": 32, "on": Showing(FACEBOOK, "floor", at(29), "p_mod")}, ["propose"]),
        # another channel has nothing to say to it
        ([(ZOOM, 30)], {"now": 32, "on": Showing(FACEBOOK, "en", at(31), "p_mod")}, ["propose"]),
        ([(ZOOM, 30)], {"now": 32, "on": None, "alone": True}, ["switch"]),
        # before the doors, too; never after the end, nor where nothing is held
        ([(ZOOM, -40)], {"now": -35, "of": session("a", 0, 60), "on": None}, ["propose"]),
        ([(ZOOM, 30)], {"now": 70, "of": replace(LIVE, state=SessionState.ENDED), "alone": True}, ["wait"]),
        ([(ZOOM, 30)], {"now": 32, "of": replace(LIVE, cancelled=True), "alone": True}, ["wait"]),
    ],
)
def test_a_plan_asks_for(plans, words, verdict):
    assert asked(plans, **words) == verdict


@pytest.mark.parametrize(
    ("other", "in_the_way"),
    [
        (replace(session("before", -60, 0), state=SessionState.LIVE), True),
        (replace(session("before", -60, 0), state=SessionState.PAUSED), True),
        (replace(session("before", -60, 0), state=SessionState.DOORS), False),
        (replace(session("before", -60, 0), state=SessionState.ENDED), False),
        (replace(session("after", 60, 90), state=SessionState.LIVE), False),
        (replace(session("elsewhere", -60, 0, room="side"), state=SessionState.LIVE), False),
    ],
)
def test_the_session_before_in_the_same_room_is_in_the_way_while_it_runs(other, in_the_way):
    assert held(LIVE, [other, LIVE]) is in_the_way


def test_a_plan_moves_with_its_session():
    planned = 30 * MINUTE
    later = moved(LIVE, 15)

    assert later.starts_at + planned == at(45)
    assert asked([(ZOOM, 45)], now=30) == ["wait"]


minutes = st.integers(0, 12)


@settings(max_examples=200, deadline=None)
@given(
    plans=st.lists(st.tuples(st.sampled_from("abcd"), minutes), max_size=4, unique_by=lambda plan: plan[0]),
    on=st.tuples(st.sampled_from("abcde"), minutes),
    now=minutes,
    alone=st.booleans(),
)
def test_at_most_one_plan_of_a_channel_acts_and_never_against_what_was_decided_since(plans, on, now, alone):
    showing = Showing(SourceId(on[0]), "floor", at(on[1]), "p_mod")
    found = verdicts(
        LIVE, [Plan(SourceId(s), "floor", at(m)) for s, m in plans], {"floor": showing}, at(now), alone=alone
    )

    acting = [source for source, verdict in found.items() if verdict in {Verdict.PROPOSE, Verdict.SWITCH}]
    due = [(minute, source) for source, minute in plans if minute <= now]
    assert {s for s, v in found.items() if v is Verdict.WAIT} == {s for s, m in plans if m > now}
    assert len(acting) <= 1
    if acting:
        minute = dict(plans)[acting[0]]
        assert minute == max(due)[0]
        assert acting[0] != on[0]
        assert on[1] < minute
        assert found[acting[0]] is (Verdict.SWITCH if alone else Verdict.PROPOSE)
