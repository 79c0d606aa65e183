"""How many devices at once, and which give way."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamhub.access.model import DevicePolicy
from streamhub.live.devices import Verdict, judge

REFUSE, REPLACE, TAKE_OVER = DevicePolicy.REFUSE, DevicePolicy.REPLACE_OLDEST, DevicePolicy.TAKE_OVER
policies = st.sampled_from(list(DevicePolicy))
limits = st.integers(1, 20)
devices = st.lists(st.text("abcdef", min_size=1, max_size=3), unique=True, max_size=12)


@pytest.mark.parametrize("policy", DevicePolicy)
def test_within_the_limit_nothing_happens_whatever_the_policy(policy):
    assert judge(policy, 1, []) == Verdict()
    assert judge(policy, 2, ["laptop"]) == Verdict()


@pytest.mark.parametrize(("limit", "others"), [(1, ["laptop"]), (2, ["laptop", "phone"])])
def test_one_more_is_refused_and_nobody_gives_way(limit, others):
    assert judge(REFUSE, limit, others) == Verdict(refused=True)


@pytest.mark.parametrize(("limit", "others"), [(1, ["laptop"]), (2, ["laptop", "phone"])])
def test_the_one_that_is_there_longest_gives_way(limit, others):
    assert judge(REPLACE, limit, others) == Verdict(moved=("laptop",))


@pytest.mark.parametrize(("limit", "others"), [(1, ["laptop"]), (2, ["laptop", "phone"])])
def test_all_others_give_way_to_who_takes_over(limit, others):
    assert judge(TAKE_OVER, limit, others) == Verdict(moved=tuple(others))


def test_after_the_limit_was_lowered_as_many_go_as_are_too_many():
    assert judge(REPLACE, 1, ["laptop", "phone", "tablet"]) == Verdict(moved=("laptop", "phone", "tablet"))
    assert judge(REPLACE, 2, ["laptop", "phone", "tablet"]) == Verdict(moved=("laptop", "phone"))


@given(policies, limits, devices)
def test_afterwards_there_are_never_more_devices_than_allowed(policy, limit, others):
    within = len(others) <= limit

    verdict = judge(policy, limit, others)

    left = [device for device in others if device not in verdict.moved]
    assert not within or len(left) + (not verdict.refused) <= limit
    assert verdict.refused or len(left) + 1 <= limit


@given(policies, limits, devices)
def test_nobody_gives_way_to_a_device_that_is_refused(policy, limit, others):
    verdict = judge(policy, limit, others)

    assert not (verdict.refused and verdict.moved)
    assert verdict.refused is (policy is REFUSE and len(others) >= limit)


@given(limits, devices)
def test_who_stays_came_after_who_goes(limit, others):
    moved = judge(REPLACE, limit, others).moved

    assert list(moved) == others[: len(moved)]
