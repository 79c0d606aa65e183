"""The printed curve has few enough rows, whatever the session's length."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamhub.kit.clock import DAY, HOUR, MINUTE, SECOND
from streamhub.programme.clock import Window, WindowKind
from streamhub.reports.model import PRINTED_ROWS, printed_step
from streamhub.statistics.disclosure import Audience


def lasting(ms):
    return Window(WindowKind.ACTUAL, 0, ms, final=True)


@pytest.mark.parametrize(
    ("length_ms", "step"),
    [
        (MINUTE, 60),
        (HOUR, 60),
        (HOUR + 1, 120),
        (157 * MINUTE, 300),
        (8 * HOUR, 600),
        (DAY, 1_800),
        (60 * HOUR, 3_600),
        (5 * DAY, 2 * 3_600),
    ],
)
def test_the_step_is_one_that_people_read_easily(length_ms, step):
    assert printed_step(lasting(length_ms)) == step


@given(st.integers(1, 60 * DAY))
def test_there_are_never_more_rows_than_fit(length_ms):
    assert -(-length_ms // (printed_step(lasting(length_ms)) * SECOND)) <= PRINTED_ROWS


def test_a_session_that_has_not_begun_has_the_shortest_step():
    assert printed_step(None) == 60


async def test_the_title_of_a_session_that_is_gone_is_its_slug(example):
    about = (await example.reports.summit_report(Audience.PUBLIC, "en")).about

    assert about.title_of("table-ronde") == "Round table"
    assert about.title_of("gone") == "gone"
