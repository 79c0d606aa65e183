import statistics

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamhub.kit.clock import SECOND
from streamhub.statistics.model import (
    attended_threshold,
    by_channel,
    by_country,
    by_delegation,
    duration,
    headcounts,
    levels,
    peak,
    people,
    present_at,
    represented,
)
from streamhub.statistics.results import (
    AttendedThreshold,
    ByChannel,
    CountryCount,
    DelegationCount,
    Duration,
    Level,
    Peak,
    Represented,
)
from tests.statistics.people import (
    BELGIUM,
    BENIN,
    DELEGATIONS,
    HALL,
    TINY,
    UNESCO,
    WEB,
    ZOOM,
    at,
    delegation,
    instants,
    stay,
    there,
    tiny_stays,
    window,
)


def attended(*stays, within=None):
    return people(stays, within or window())


def counts(some, within=None):
    return headcounts((person.spans for person in some), within or window())


# Who attended


def test_a_moment_inside_the_window_is_attendance():
    assert [p.participant for p in attended(stay("awa", -30, 0.001))] == ["awa"]


@pytest.mark.parametrize(("since", "until"), [(-30, 0), (120, 150), (50, 50)])
def test_time_outside_the_window_or_no_time_is_not(since, until):
    assert attended(stay("awa", since, until)) == ()


def test_a_session_that_has_not_begun_has_nobody():
    assert people([stay("awa", 0, 10)], None) == ()


def test_two_devices_and_two_channels_are_one_person():
    [awa] = attended(stay("awa", 0, 40), stay("awa", 10, 50), stay("awa", 30, 60, HALL))

    assert awa.spans == ((at(0), at(60)),)


def test_a_person_whose_delegation_one_row_does_not_say_belongs_to_it_all_the_same():
    [awa] = attended(stay("awa", 0, 40), stay("awa", 50, 60, ZOOM, None))

    assert awa.delegation == "BJ"


def test_a_person_is_in_the_hall_if_they_were_there_at_any_time_else_in_zoom():
    found = attended(
        stay("awa", 0, 100),
        stay("awa", 100, 101, HALL),
        stay("ben", 0, 100),
        stay("ben", 5, 6, ZOOM),
        stay("cem", 0, 9),
    )

    assert by_channel(found) == ByChannel(hall=1, zoom=1, web=1)


def test_a_channel_used_outside_the_window_does_not_count():
    assert by_channel(attended(stay("awa", 0, 10), stay("awa", -20, 0, HALL))) == ByChannel(0, 0, 1)


@given(tiny_stays())
def test_attended_are_all_who_are_there_at_some_instant(stays):
    everybody = set().union(*(there(stays, t) for t in instants(TINY)))

    assert {p.participant for p in people(stays, TINY)} == everybody


@given(tiny_stays())
def test_channels_are_one_each_and_add_up_to_all(stays):
    hall = set().union(*(there(stays, t, HALL) for t in instants(TINY)))
    zoom = set().union(*(there(stays, t, ZOOM) for t in instants(TINY))) - hall
    web = set().union(*(there(stays, t, WEB) for t in instants(TINY))) - hall - zoom

    assert by_channel(people(stays, TINY)) == ByChannel(len(hall), len(zoom), len(web))


# How long


def test_exactly_the_share_of_the_window_is_enough():
    found = attended(stay("awa", 0, 96), stay("ben", 0, 95.9))

    assert attended_threshold(found, window(), 80) == AttendedThreshold(80, 1)


def test_the_share_may_be_gathered_in_pieces():
    assert attended_threshold(attended(stay("awa", 0, 50), stay("awa", 70, 116)), window(), 80).people == 1


@given(tiny_stays(), st.integers(0, 100))
def test_the_threshold_counts_instants(stays, percent):
    long = [
        who
        for who in "abcdef"
        if (time := sum(who in there(stays, t) for t in instants(TINY))) and time * 100 >= percent * 20
    ]

    assert attended_threshold(people(stays, TINY), TINY, percent).people == len(long)


def test_duration_is_the_union_inside_the_window():
    found = attended(stay("awa", -10, 30), stay("awa", 20, 60), stay("ben", 100, 200))

    assert duration(found) == Duration(total_seconds=80 * 60, median_seconds=40 * 60)


def test_milliseconds_are_summed_and_floored_once():
    third = 1 / 180  # 333 ms
    found = attended(*(stay(who, 0, third) for who in "abcd"))

    assert duration(found) == Duration(total_seconds=1, median_seconds=0)


def test_the_median_of_an_even_number_is_the_mean_of_the_middle_two():
    found = attended(*(stay(who, 0, minutes) for who, minutes in zip("abcd", [1, 10, 11, 100], strict=True)))

    assert duration(found).median_seconds == 10 * 60 + 30


def test_nobody_stays_no_time():
    assert duration(()) == Duration(0, 0)


@given(tiny_stays())
def test_duration_counts_instants(stays):
    lengths = [sum(who in there(stays, t) for t in instants(TINY)) for who in "abcdef"]
    lengths = [1000 * n for n in lengths if n]
    found = people([stay_in_seconds(s) for s in stays], window(5 / 60, 25 / 60))

    assert duration(found).total_seconds == sum(lengths) // SECOND
    assert duration(found).median_seconds == (int(statistics.median(lengths)) // SECOND if lengths else 0)


def stay_in_seconds(one):
    return stay(one.participant, one.since / 60, one.until / 60, one.channel, one.delegation)


# How many at once


def test_who_arrives_at_the_instant_is_there_who_leaves_at_it_is_not():
    found = attended(stay("awa", 0, 10), stay("ben", 10, 20))

    assert present_at(found, at(10)) == 1


def test_a_relay_of_two_people_is_never_two():
    found = attended(stay("awa", 0, 10), stay("ben", 10, 20), stay("cem", 20, 30))

    assert peak(counts(found)) == Peak(1, at(0))


def test_the_peak_is_dated_at_its_first_instant():
    found = attended(stay("awa", 0, 60), stay("ben", 20, 30), stay("cem", 40, 50))

    assert peak(counts(found)) == Peak(2, at(20))


def test_a_reload_of_one_person_is_no_second_peak():
    assert peak(counts(attended(stay("awa", 0, 30), stay("awa", 29, 60)))) == Peak(1, at(0))


def test_an_empty_session_has_its_peak_of_nobody_at_its_beginning():
    assert peak(counts(())) == Peak(0, at(0))
    assert peak(headcounts((), None)) == Peak(0, None)


@given(tiny_stays())
def test_peak_is_what_a_head_count_at_every_instant_finds(stays):
    heads = {t: len(there(stays, t)) for t in instants(TINY)}
    most = max(heads.values())

    found = people(stays, TINY)
    assert peak(counts(found, TINY)) == Peak(most, min(t for t in heads if heads[t] == most))
    assert [present_at(found, t) for t in instants(TINY)] == list(heads.values())


@given(tiny_stays())
def test_levels_are_the_time_spent_at_each_head_count(stays):
    heads = [len(there(stays, t)) for t in instants(TINY)]

    found = levels(counts(people(stays, TINY), TINY), TINY)
    assert found == tuple(Level(n, heads.count(n)) for n in sorted(set(heads)))


# Whose people


def test_delegations_stand_in_protocol_order_with_their_absent_ones():
    found = attended(stay("awa", 0, 9), stay("ben", 0, 9), stay("zoe", 0, 9, delegation="UNESCO"))

    assert by_delegation(found, (UNESCO, BELGIUM, BENIN)) == (
        DelegationCount("UNESCO", 1),
        DelegationCount("BE", 0),
        DelegationCount("BJ", 2),
    )


def test_people_of_no_listed_delegation_stand_last_without_code():
    found = attended(stay("x", 0, 9, delegation=None), stay("y", 0, 9, delegation="GONE"))

    assert by_delegation(found, (BENIN,)) == (DelegationCount("BJ", 0), DelegationCount(None, 2))


def test_staff_and_rehearsals_are_no_row():
    assert by_delegation((), (delegation("STAFF", "other"), BENIN, delegation("REHEARSAL", "other"))) == (
        DelegationCount("BJ", 0),
    )


def test_a_region_counts_for_its_country_and_an_organisation_for_none():
    rows = (
        DelegationCount("BJ", 1),
        DelegationCount("BE", 2),
        DelegationCount("BE-WAL", 3),
        DelegationCount("UNESCO", 4),
    )

    assert by_country((*rows, DelegationCount(None, 5)), DELEGATIONS) == (
        CountryCount("BJ", 1),
        CountryCount("BE", 5),
        CountryCount(None, 9),
    )


def test_an_organisation_with_a_seat_in_a_country_is_still_of_no_country():
    unesco = delegation("UNESCO", "organisation", "FR")

    assert by_country([DelegationCount("UNESCO", 4)], [unesco]) == (CountryCount(None, 4),)


def test_countries_without_people_are_told_and_nobody_without_country_is_not():
    assert by_country([DelegationCount("BJ", 0), DelegationCount("UNESCO", 0)], DELEGATIONS) == (
        CountryCount("BJ", 0),
    )


def test_represented_are_official_delegations_with_somebody():
    rows = by_delegation(
        attended(
            stay("a", 0, 1), stay("b", 0, 1, delegation="BE-WAL"), stay("c", 0, 1, delegation="PRESS"),
            stay("d", 0, 1, delegation="UNESCO"), stay("e", 0, 1, delegation="UNESCO"),
        ),
        DELEGATIONS,
    )  # fmt: skip

    assert represented(rows, DELEGATIONS) == Represented(1, 1, 1, ("BJ", "BE-WAL", "UNESCO"))


@given(tiny_stays())
def test_delegations_and_countries_add_up_to_everybody(stays):
    found = people(stays, TINY)
    rows = by_delegation(found, DELEGATIONS)

    assert sum(row.attended for row in rows) == len(found)
    assert sum(row.attended for row in by_country(rows, DELEGATIONS)) == len(found)
    assert set(represented(rows, DELEGATIONS).codes) == {p.delegation for p in found if p.delegation}
    for row in rows:
        assert row.attended == sum(p.delegation == row.code for p in found)
