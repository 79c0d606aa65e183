"""When presence may go out."""

import pytest

from streamhub.presence.pace import Pace
from tests.support import NOON


def test_the_first_change_after_quiet_goes_out_at_once():
    assert Pace().due(NOON) == NOON


def test_later_changes_wait_for_the_tick():
    pace = Pace()
    pace.sent(NOON, 2)

    assert pace.due(NOON + 1) == NOON + 250
    assert pace.due(NOON + 250) == NOON + 250
    assert pace.due(NOON + 251) == NOON + 251


@pytest.mark.parametrize(
    ("took_ms", "gap_ms"), [(0, 250), (12, 250), (13, 260), (30, 600), (50, 1_000), (900, 1_000)]
)
def test_sending_takes_a_twentieth_of_the_time_but_a_tick_is_never_longer_than_a_second(took_ms, gap_ms):
    pace = Pace()
    pace.sent(NOON, took_ms)

    assert pace.due(NOON) == NOON + gap_ms


def test_a_storm_of_joins_costs_a_frame_per_tick_and_not_per_join():
    pace = Pace()
    sent = []
    for joined_at in range(NOON, NOON + 10_000, 5):
        due = pace.due(joined_at)
        if due == joined_at:
            pace.sent(joined_at, 10)
            sent.append(joined_at)

    assert len(sent) == 40
