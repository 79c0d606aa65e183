"""What pages are told of the people who are there."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamhub.access.roles import Role
from streamhub.kit.channel import Channel
from streamhub.kit.ids import DelegationCode, ParticipantId
from streamhub.live.messages import DelegationCount, encode
from streamhub.live.rows import (
    Places,
    delegation_rows,
    exact_count,
    presence_diff,
    presence_state,
    rounded,
    rounded_count,
)
from streamhub.presence.model import Who
from streamhub.presence.tracker import PresenceTracker
from tests.support import NOON

BJ, SN, CI = DelegationCode("BJ"), DelegationCode("SN"), DelegationCode("CI")
ADA = Who(participant=ParticipantId("p_a"), delegation=BJ, role=Role.DELEGATE, seat="BJ-03")
BEN = Who(participant=ParticipantId("p_b"), delegation=SN, role=Role.PRESS, label="Rédaction", seat="SN-01")


def session_of(*people: Who) -> PresenceTracker:
    tracker = PresenceTracker()
    for who in people:
        tracker.track(f"tab of {who.participant}", who, Channel.WEB, NOON)
    return tracker


def crowd(code: DelegationCode, number: int) -> list[Who]:
    return [
        Who(participant=ParticipantId(f"{code}{n}"), delegation=code, role=Role.DELEGATE)
        for n in range(number)
    ]


def test_a_diff_carries_people_in_the_fields_of_the_contract():
    tracker = session_of(ADA)

    said = msgspec.json.decode(encode(presence_diff(tracker.take_diff())))

    assert said == {
        "type": "presence_diff",
        "revision": 1,
        "joins": [
            {
                "participant": "p_a",
                "delegation": "BJ",
                "role": "delegate",
                "label": "BJ-03",
                "state": "online",
                "channels": ["web"],
                "connections": 1,
                "since": "2021-11-04T12:00:00.000Z",
            }
        ],
        "leaves": [],
        "updates": [],
    }


def test_the_state_has_every_delegation_in_protocol_order_with_seats_and_excuses():
    tracker = session_of(ADA, BEN)
    tracker.take_diff()

    said = presence_state(
        tracker.snapshot(), {SN: Places(seats=2, excused=1), BJ: Places(), CI: Places(seats=0)}, ["p_c"], []
    )

    assert [(d.code, d.present, d.seats, d.excused) for d in said.delegations] == [
        ("SN", 1, 2, 1),
        ("BJ", 1, None, 0),
        ("CI", 0, 0, 0),
    ]
    assert [p.label for p in said.people] == ["BJ-03", "Rédaction"]


def test_a_delegation_that_only_the_tracker_knows_is_not_forgotten():
    tracker = session_of(ADA)
    tracker.take_diff()

    assert [d.code for d in delegation_rows(tracker.summary(), {SN: Places()})] == ["SN", "BJ"]


def test_moderators_see_exact_counts_and_everybody_else_rounded_ones():
    tracker = session_of(*crowd(BJ, 8), *crowd(SN, 4))
    tracker.track("door", ADA, Channel.HALL, NOON)
    tracker.take_diff()

    exact = exact_count(tracker.summary(), [BJ, SN, CI])
    others = rounded_count(tracker.summary(), 5, [BJ, SN, CI])

    assert (exact.present, exact.remote, exact.on_site) == (13, 12, 1)
    assert exact.delegations == (DelegationCount(BJ, 9), DelegationCount(SN, 4), DelegationCount(CI, 0))
    assert (others.present, others.remote, others.on_site) == (15, 10, None)
    assert others.delegations == (
        DelegationCount(BJ, 10),
        DelegationCount(SN, None),
        DelegationCount(CI, None),
    )


def test_without_a_list_of_delegations_the_rows_are_those_of_whom_somebody_is_there():
    tracker = session_of(ADA)
    tracker.take_diff()

    assert exact_count(tracker.summary()).delegations == (DelegationCount(BJ, 1),)
    assert rounded_count(tracker.summary(), 5).delegations == (DelegationCount(BJ, None),)


@pytest.mark.parametrize(
    ("number", "shown"), [(0, None), (4, None), (5, 5), (7, 5), (8, 10), (12, 10), (13, 15), (118, 120)]
)
def test_rounding_hides_numbers_below_the_threshold(number, shown):
    assert rounded(number, 5) == shown


def test_a_threshold_of_zero_hides_nothing():
    assert rounded(0, 0) == 0
    assert rounded(3, 0) == 5


@given(st.integers(0, 10_000))
def test_a_rounded_number_is_never_further_than_two_away(number):
    assert abs(rounded(number, 0) - number) <= 2
