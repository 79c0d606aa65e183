"""The other half of the nights of disorder: a file of its own, so that two processes share them."""

import pytest

from tests.attendance.one_thread import in_one_thread
from tests.attendance.test_disorder import replay


@pytest.mark.timeout(600)
def test_250_other_nights_of_50_steps_have_the_figures_of_a_slow_replay():
    with in_one_thread():
        replay(250, 50, number=2)
