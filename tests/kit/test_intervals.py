from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from streamhub.kit.intervals import clip, difference, length_ms, union

SPANS = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), max_size=8)


def instants(spans):
    """The slow way: every single instant."""
    return {t for since, until in spans for t in range(since, until)}


def test_spans_that_overlap_or_touch_become_one():
    assert union([(10, 20), (15, 30), (30, 40), (50, 60)]) == ((10, 40), (50, 60))


def test_an_empty_span_is_no_time():
    assert union([(10, 10), (20, 5)]) == ()


def test_a_gap_of_one_millisecond_stays_a_gap():
    assert union([(10, 20), (21, 30)]) == ((10, 20), (21, 30))


def test_what_lies_outside_is_cut():
    assert clip(((0, 10), (20, 40), (50, 60)), 5, 30) == ((5, 10), (20, 30))


def test_one_taken_time_can_split_a_span_and_end_another():
    assert difference(((0, 100), (110, 130)), ((40, 60), (90, 120))) == ((0, 40), (60, 90), (120, 130))


@given(SPANS)
def test_a_union_covers_the_same_instants_in_order_without_touching(spans):
    merged = union(spans)

    assert instants(merged) == instants(spans)
    assert length_ms(merged) == len(instants(spans))
    assert all(a < b for a, b in merged)
    assert all(b < c for (_, b), (c, _) in pairwise(merged))


@given(SPANS, st.integers(0, 30), st.integers(0, 30))
def test_clipping_keeps_the_instants_inside(spans, since, until):
    assert instants(clip(union(spans), since, until)) == instants(spans) & instants([(since, until)])


@given(SPANS, SPANS)
def test_a_difference_keeps_the_instants_that_are_not_taken(spans, taken):
    left = difference(union(spans), union(taken))

    assert instants(left) == instants(spans) - instants(taken)
    assert left == union(left)
