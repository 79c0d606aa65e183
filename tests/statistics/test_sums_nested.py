from itertools import product

import pytest

from streamhub.statistics.sums import is_small
from streamhub.statistics.sums_nested import Limit, Picture, Table, picture
from tests.statistics.attacker import leaks, tables


def hidden(cells, groups, *limits, session_ceiling=0, threshold=5):
    return picture(
        Table(tuple(cells), groups, tuple(Limit(frozenset(c), n) for c, n in limits), session_ceiling),
        threshold,
    )


def test_where_no_delegation_is_small_all_is_shown():
    assert hidden([6, 0, 9, 14], ([0], [1], [2, 3])) == Picture()


def test_two_small_delegations_of_one_large_country_hide_within_it():
    assert hidden([6, 3, 2, 14], ([0], [1, 2, 3])) == Picture(cells=frozenset({1, 2}))


def test_a_small_country_hides_its_delegation_and_another_country_with_all_of_its_own():
    """The last one of those with fewest delegations: so the host with three keeps its figures."""
    assert hidden([9, 3, 8, 7, 6, 8], ([0], [1], [2, 3, 4], [5])) == Picture(
        frozenset({1, 5}), frozenset({1, 3})
    )


def test_four_delegations_of_one_person_each_do_not_show_their_country():
    found = hidden([1, 1, 1, 1, 20, 30], ([0, 1, 2, 3], [4], [5]))

    assert found == Picture(frozenset({0, 1, 2, 3, 5}), frozenset({0, 2}))


def test_a_summit_of_one_person_for_each_delegation_shows_no_total():
    assert hidden([1] * 9, [[i] for i in range(9)]).total
    assert hidden([1] * 8 + [2], [[i] for i in range(9)]).total
    assert not hidden([1] * 8 + [3], [[i] for i in range(9)]).total


def test_a_total_that_a_session_has_told_already_is_told():
    """Seven people in one session, most of them of no official delegation; six would be hidden."""
    groups = [[i] for i in range(6)]

    assert not hidden([2, 1, 1, 1, 1, 1], groups, (range(6), 7)).total
    assert hidden([1, 1, 1, 1, 1, 1], groups, (range(6), 6)).total


def test_a_sessions_total_that_would_tell_a_delegation_hides_more():
    """6 of Benin attended, 1 of Togo came another day: 7 in all, and 6 in the first session."""
    assert hidden([6, 1], ([0], [1])) == Picture(frozenset({0, 1}), frozenset({0, 1}))
    assert hidden([6, 1], ([0], [1]), ({0}, 6)) == Picture(frozenset({0, 1}), frozenset({0, 1}), total=True)


def test_one_more_country_is_hidden_before_the_total_is():
    groups = ([0], [1], [2], [3])

    assert hidden([30, 20, 6, 1], groups, ({2}, 6)).groups == {1, 2, 3}


def test_a_sessions_total_with_room_below_it_changes_nothing():
    cells, groups = [3, 2, 8, 9], ([0], [1], [2], [3])

    assert hidden(cells, groups, ({0, 1, 2, 3}, 15), ({2, 3}, 12)) == hidden(cells, groups)


def test_a_total_below_what_a_hidden_session_may_have_is_hidden():
    assert not hidden([6], ([0],)).total
    assert hidden([6], ([0],), session_ceiling=7).total


def published(cells, groups, shown):
    """What stands in print: the total, the groups, the cells."""
    exact = (sum(cells), *(sum(cells[i] for i in group) for group in groups), *cells)
    veils = (
        shown.total,
        *(g in shown.groups for g in range(len(groups))),
        *(i in shown.cells for i in range(len(cells))),
    )
    return tuple(None if veil else number for veil, number in zip(veils, exact, strict=True)), exact


SHAPES = [
    ([[0], [1, 2]], 14),
    ([[0], [1], [2, 3]], 12),
    ([[0, 1], [2, 3]], 12),
    ([[0], [1], [2], [3]], 12),
    ([[0, 1, 2], [3]], 12),
]


@pytest.mark.parametrize("threshold", [2, 3, 4, 5])
@pytest.mark.parametrize(("groups", "largest"), SHAPES)
def test_nothing_hidden_can_be_computed_even_by_running_the_program_on_every_table(
    groups, largest, threshold
):
    every = [cells for total in range(largest) for cells in tables(sum(map(len, groups)), total)]

    assert leaks(published(c, groups, picture(Table(c, groups), threshold)) for c in every) == []


# Beside the sessions: of every small summit and session, who can be where?

SESSIONS = [
    ([[0], [1], [2]], frozenset({0, 1, 2}), 9),
    ([[0], [1], [2]], frozenset({0, 1}), 9),  # the last are the press, or have no delegation
    ([[0], [1, 2]], frozenset({0, 1, 2}), 9),
]


def session_in_print(there, official, threshold):
    """A session's total and who was represented, as ``hiding`` publishes them."""
    represented = frozenset(i for i in official if there[i])
    small = is_small(sum(there), threshold, len(represented))
    return None if small else sum(there), represented


@pytest.mark.parametrize("threshold", [3, 5])
@pytest.mark.parametrize(("groups", "official", "largest"), SESSIONS)
def test_nothing_hidden_can_be_computed_with_a_sessions_total_beside_it(groups, official, largest, threshold):
    """Possible is every summit and session that agrees with each number and each 0 in print."""
    unofficial = frozenset({0, 1, 2}) - official
    room = 3  # the largest summits that are attacked leave room for larger ones that were possible
    worlds, attacked = {}, []
    for cells in (cells for total in range(largest + room) for cells in tables(3, total)):
        for there in product(*(range(number + 1) for number in cells)):
            total, represented = session = session_in_print(there, official, threshold)
            limits = (Limit(represented | unofficial, total),) if total else ()
            exact = (*published(cells, groups, Picture())[1], *there)
            worlds.setdefault((session, tuple(number > 0 for number in cells)), []).append(exact)
            if sum(cells) < largest:
                attacked.append((cells, session, limits))

    for cells, session, limits in set(attacked):
        shown, exact = published(cells, groups, picture(Table(cells, groups, limits), threshold))
        agree = [
            world
            for world in worlds[session, tuple(number > 0 for number in cells)]
            if all(a is None or a == b for a, b in zip(shown, world, strict=False))
        ]
        values = [set(column) for column in zip(*agree, strict=True)]
        assert all(len(found) > 1 for number, found in zip(shown, values, strict=False) if number is None), (
            exact
        )
        for found in values[len(shown) :]:  # nor how many of a delegation were in the session
            assert len(found) > 1 or min(found) == 0 or min(found) >= threshold, exact
