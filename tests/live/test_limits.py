"""How much a page may send."""

from hypothesis import given
from hypothesis import strategies as st

from streamhub.kit.settings import Settings
from streamhub.live.limits import Limits, Rate
from tests.support import NOON


def test_ten_at_once_and_not_eleven():
    rate = Rate(10, NOON)

    assert [rate.allow(NOON) for _ in range(11)] == [True] * 10 + [False]


def test_every_tenth_of_a_second_allows_one_more():
    rate = Rate(10, NOON)
    for _ in range(10):
        rate.allow(NOON)

    assert not rate.allow(NOON + 99)
    assert rate.allow(NOON + 100)
    assert not rate.allow(NOON + 100)


@given(st.lists(st.integers(0, 400), max_size=80))
def test_no_second_sees_more_than_twice_the_rate_and_a_long_time_not_more_than_the_rate(gaps):
    rate = Rate(10, NOON)
    now, allowed = NOON, []
    for gap in gaps:
        now += gap
        if rate.allow(now):
            allowed.append(now)

    assert all(sum(t <= u < t + 1_000 for u in allowed) <= 20 for t in allowed)
    assert len(allowed) <= 10 + (now - NOON) / 100 + 1e-6


def test_the_limits_are_those_of_the_settings():
    limits = Limits.of(Settings(live_message_bytes=2_048, live_outbox_bytes=10_000, live_direct_frames=False))

    assert (limits.message_bytes, limits.outbox_bytes, limits.direct_frames) == (2_048, 10_000, False)
    assert Limits.of(Settings()) == Limits()
