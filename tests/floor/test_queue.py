"""Who speaks next: a pure function of the requests and the sorting."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streamhub.floor.model import FloorRequest, Order, RequestState, position, queue
from streamhub.kit.clock import MINUTE
from streamhub.kit.ids import DelegationCode, ParticipantId, SessionSlug
from tests.support import NOON

PROTOCOL = {DelegationCode("BJ"): 0, DelegationCode("MA"): 1, DelegationCode("SN"): 2}


def asked(ident: str, delegation: str, minutes: float = 0, **changes) -> FloorRequest:
    """A delegate asks so many minutes after noon."""
    request = FloorRequest(
        id=ident,
        session=SessionSlug("table-ronde"),
        run=1,
        delegation=DelegationCode(delegation),
        participant=ParticipantId(f"p_{ident}"),
        subject="",
        minutes=None,
        state=RequestState.WAITING,
        asked_at=NOON + round(minutes * MINUTE),
    )
    return replace(request, **changes)


def speaking(ident: str, delegation: str, minutes: float = 0) -> FloorRequest:
    return asked(ident, delegation, minutes, state=RequestState.SPEAKING, granted_at=NOON)


def names(requests, order=Order.PROTOCOL):
    return [request.id for request in queue(requests, order, PROTOCOL)]


SENEGAL_FIRST = [asked("sn", "SN", 0), asked("ma", "MA", 1), asked("bj", "BJ", 2)]


def test_by_protocol_who_asked_last_may_speak_first():
    assert names(SENEGAL_FIRST) == ["bj", "ma", "sn"]


def test_by_arrival_who_asked_first_speaks_first():
    assert names(SENEGAL_FIRST, Order.ARRIVAL) == ["sn", "ma", "bj"]


def test_two_of_one_delegation_stand_in_the_order_in_which_they_asked():
    assert names([asked("b2", "BJ", 5), asked("b1", "BJ", 1), asked("ma", "MA", 0)]) == ["b1", "b2", "ma"]


def test_a_delegation_that_stands_in_no_protocol_follows_the_others():
    assert names([asked("x", "REHEARSAL", 0), asked("sn", "SN", 9)]) == ["sn", "x"]


def test_by_hand_those_that_came_since_follow_by_arrival():
    ranked = [asked("sn", "SN", 0, rank=1), asked("bj", "BJ", 2, rank=0)]
    since = [asked("late", "BJ", 8), asked("later", "MA", 9)]

    assert names(since + ranked, Order.HAND) == ["bj", "sn", "late", "later"]


@pytest.mark.parametrize("order", Order)
def test_who_speaks_stands_before_all_who_wait(order):
    assert names([*SENEGAL_FIRST, speaking("now", "SN", 9)], order)[0] == "now"


def test_who_is_done_or_withdrew_is_not_in_the_queue():
    over = [asked("d", "BJ", state=RequestState.DONE), asked("w", "BJ", state=RequestState.WITHDRAWN)]

    assert names([*over, asked("ma", "MA")]) == ["ma"]


def test_positions_count_those_who_wait_from_one_and_who_speaks_has_zero():
    line = queue([*SENEGAL_FIRST, speaking("now", "SN", 9)], Order.PROTOCOL, PROTOCOL)

    assert [position(line, ident) for ident in ("now", "bj", "ma", "sn", "gone")] == [0, 1, 2, 3, None]


requests = st.builds(
    asked,
    ident=st.integers(0, 99).map(str),
    delegation=st.sampled_from(["BJ", "MA", "SN", "UNESCO"]),
    minutes=st.integers(0, 3),
    rank=st.none() | st.integers(0, 3),
    state=st.sampled_from(RequestState),
    granted_at=st.none() | st.just(NOON),
)


@settings(max_examples=150)
@given(st.lists(requests, max_size=8, unique_by=lambda r: r.id), st.sampled_from(Order), st.randoms())
def test_the_queue_is_the_same_however_the_requests_came_and_positions_are_one_to_n(some, order, chance):
    line = queue(some, order, PROTOCOL)
    waiting = [request for request in line if request.state is RequestState.WAITING]
    shuffled = list(some)
    chance.shuffle(shuffled)

    assert queue(shuffled, order, PROTOCOL) == line
    assert [position(line, request.id) for request in waiting] == list(range(1, len(waiting) + 1))
