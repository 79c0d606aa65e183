import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamhub.statistics.sums import Part, ceiling, hidden_parts, is_small
from tests.statistics.attacker import leaks, tables


def hidden(numbers, threshold=5):
    """Which numbers of a published sum are hidden, as positions."""
    return sorted(hidden_parts([Part(number) for number in numbers], threshold))


def test_large_numbers_and_zeros_are_shown():
    assert hidden([0, 5, 61, 0]) == []


def test_two_small_numbers_hide_each_other():
    assert hidden([61, 3, 2]) == [1, 2]


def test_a_small_number_alone_takes_the_first_other_with_it():
    assert hidden([0, 44, 61, 3]) == [1, 3]


@pytest.mark.parametrize("numbers", [[12, 1, 1], [12, 4, 4]])
def test_two_numbers_of_which_the_sum_tells_both_take_a_third_with_them(numbers):
    assert hidden(numbers) == [0, 1, 2]


def test_the_smallest_other_number_would_tell_so_it_is_the_first():
    """4 | 10 10 10: were always the smallest hidden, a hidden 11 could not be, so the 4 not a 3."""
    assert hidden([10, 4, 10, 10]) == hidden([30, 4, 10, 10]) == [0, 1]


def test_a_part_with_a_known_floor_is_small_up_to_one_above_it():
    assert is_small(7, 5, floor=6)
    assert not is_small(8, 5, floor=6)
    assert hidden_parts([Part(7, floor=6), Part(20), Part(30)], 5) == {0, 1}


@pytest.mark.parametrize("threshold", [0, 1])
def test_a_threshold_of_nought_or_one_hides_nothing(threshold):
    assert hidden([1, 2, 3], threshold) == []
    assert ceiling(threshold) == 0


def test_a_threshold_of_two_hides_twos_as_well_or_a_hidden_one_would_be_known():
    assert hidden([1, 2, 9], 2) == [0, 1]


def published(numbers, threshold):
    """What stands in print: the total, then the parts."""
    total, floor = sum(numbers), sum(number > 0 for number in numbers)
    if is_small(total, threshold, floor):
        return (None, *(None if number else 0 for number in numbers))
    kept = hidden_parts([Part(number) for number in numbers], threshold)
    return (total, *(None if i in kept else number for i, number in enumerate(numbers)))


@pytest.mark.parametrize("threshold", [2, 3, 4, 5, 6])
@pytest.mark.parametrize(("parts", "largest"), [(2, 25), (3, 21), (4, 15)])
def test_nothing_hidden_can_be_computed_even_by_running_the_program_on_every_table(parts, largest, threshold):
    every = [numbers for total in range(largest) for numbers in tables(parts, total)]

    assert leaks((published(numbers, threshold), (sum(numbers), *numbers)) for numbers in every) == []


@given(st.lists(st.integers(0, 12), min_size=1, max_size=6), st.integers(0, 8))
def test_small_numbers_are_hidden_zeros_shown_and_all_shown_where_none_is_small(numbers, threshold):
    kept = hidden_parts([Part(number) for number in numbers], threshold)
    small = {i for i, number in enumerate(numbers) if 0 < number < threshold}

    assert small <= kept
    assert all(numbers[i] for i in kept)
    if not any(is_small(number, threshold) for number in numbers):
        assert kept == frozenset()
