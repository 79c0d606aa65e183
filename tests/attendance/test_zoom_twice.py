"""Whose own link two people use at once."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streamhub.attendance.zoom_twice_model import OVERLAP_MS, Use, used_twice
from streamhub.kit.clock import HOUR, MINUTE, SECOND
from tests.support import NOON


def use(user, since, until, *, person="p1", uuid="u1", parent=""):
    """A connection, in minutes after noon."""
    end = None if until is None else NOON + round(until * MINUTE)
    return Use(person, uuid, user, NOON + round(since * MINUTE), end, parent)


@pytest.mark.parametrize(
    ("uses", "twice"),
    [
        ([use("1", 0, 60)], False),
        ([use("1", 0, 30), use("2", 30, 60)], False),
        ([use("1", 0, 31.5), use("2", 30, 60)], False),  # an app that was killed leaves late
        ([use("1", 0, 30), use("2", 20, 60)], True),
        ([use("1", 0, None), use("2", 20, None)], True),
        ([use("1", 0, 60), use("2", 0, 60, uuid="u2")], False),  # another run of the meeting
        ([use("1", 0, 60), use("2", 0, 60, person="p2")], False),
        ([use("1", 0, 60), use("7", 10, 50, parent="1")], False),  # a breakout room
        ([use("7", 10, 50, parent="1"), use("8", 20, 55, parent="1")], False),
        ([use("7", 10, 50, parent="1"), use("2", 20, 55)], True),
        ([use("", 0, 60, person=""), use("2", 0, 60, person="")], False),  # a guest is nobody
    ],
)
def test_a_link_used_twice_at_once_is_seen_and_a_late_leave_is_not_taken_for_it(uses, twice):
    assert used_twice(uses, NOON + 40 * MINUTE) == (frozenset({"p1"}) if twice else frozenset())


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 20), st.integers(0, 20)).map(sorted), min_size=1, max_size=5))
def test_twice_is_what_a_look_at_each_second_finds(spans):
    uses = [use(str(number), since, until) for number, (since, until) in enumerate(spans)]
    longest = max(
        (
            sum(
                one.since <= at < (one.until or 0) and other.since <= at < (other.until or 0)
                for at in range(NOON, NOON + 20 * MINUTE, SECOND * 10)
            )
            for place, one in enumerate(uses)
            for other in uses[place + 1 :]
        ),
        default=0,
    )
    assert bool(used_twice(uses, NOON + HOUR)) is (longest * 10 * SECOND > OVERLAP_MS)
