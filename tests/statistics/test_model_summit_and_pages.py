import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streamhub.access.model import Participant
from streamhub.access.roles import Role
from streamhub.statistics.model import (
    Approximation,
    Attendee,
    Opening,
    PlayerTime,
    approximation,
    headcounts,
    peak,
    people,
    registered,
    rounded_views,
    summit_attendees,
    viewers,
    web_time,
)
from streamhub.statistics.results import (
    Peak,
    Viewers,
    WebTime,
)
from tests.statistics.people import (
    TINY,
    ZOOM,
    at,
    stay,
    tiny_stays,
    window,
)


def attended(*stays, within=None):
    return people(stays, within or window())


def counts(some, within=None):
    return headcounts((person.spans for person in some), within or window())


# The summit


def test_somebody_of_several_sessions_attended_the_summit_once():
    morning, evening = attended(stay("awa", 0, 9)), attended(stay("awa", 0, 9), stay("ben", 0, 9))

    assert summit_attendees([morning, evening], []) == (Attendee("awa", "BJ"), Attendee("ben", "BJ"))


def test_a_check_in_at_the_door_and_no_session_is_attending_the_summit():
    assert summit_attendees([()], [Attendee("awa", "BJ"), Attendee("awa", "BJ")]) == (Attendee("awa", "BJ"),)


# Invited


def participant(number, role=Role.DELEGATE, delegation="BJ", sessions=None, *, invited=True):
    return Participant(
        id=f"p{number}",
        delegation=delegation,
        role=role,
        label="",
        seat="",
        sessions=sessions,
        invited=invited,
        speak=False,
    )


def test_registered_are_standing_invitations_of_audience_that_open_the_session():
    everybody = [
        participant(1),
        participant(2, Role.PRESS, sessions=frozenset({"gala"})),
        participant(3, Role.CORRESPONDENT, sessions=frozenset({"opening"})),
        participant(4, invited=False),
        participant(5, Role.OBSERVER),
        participant(6, Role.INTERPRETER),
        participant(7, Role.MODERATOR, "STAFF"),
        participant(8, delegation="REHEARSAL"),
    ]

    assert registered(everybody, "gala") == 2
    assert registered(everybody) == 3


# Pages


def test_viewers_are_openings_inside_the_window():
    openings = [
        Opening("v1", at(-10), at(10)),
        Opening("v1", at(5), at(20)),  # the same page over another line
        Opening("v2", at(0), at(1)),
        Opening("v3", at(-10), at(0)),
    ]

    assert viewers(openings, window()) == Viewers(2, Peak(2, at(0)), 21 * 60)
    assert viewers(openings, None) == Viewers(0, Peak(0, None), 0)


@given(tiny_stays())
def test_viewers_are_counted_like_people(stays):
    openings = [Opening(s.participant, s.since, s.until) for s in stays]
    found = people(stays, TINY)

    counted = viewers(openings, TINY)
    assert (counted.openings, counted.peak) == (len(found), peak(counts(found, TINY)))


def test_time_with_the_player_opened_is_within_time_with_the_page_open():
    stays = [stay("awa", -10, 30), stay("awa", 20, 40), stay("ben", 0, 120, ZOOM)]
    players = [PlayerTime("awa", at(10), at(60)), PlayerTime("ben", at(0), at(9))]

    assert web_time(stays, players, window()) == WebTime(page_seconds=40 * 60, player_seconds=30 * 60)
    assert web_time(stays, players, None) == WebTime(0, 0)


# Sentences


@pytest.mark.parametrize(
    ("views", "told", "how"),
    [
        (398, 400, Approximation.NEARLY),
        (412, 400, Approximation.MORE_THAN),
        (400, 400, Approximation.EXACTLY),
        (450, 500, Approximation.NEARLY),
        (449, 400, Approximation.MORE_THAN),
        (101, 100, Approximation.MORE_THAN),
        (100, 100, Approximation.EXACTLY),
        (99, 99, Approximation.EXACTLY),
        (0, 0, Approximation.EXACTLY),
    ],
)
def test_views_are_told_to_the_nearest_hundred(views, told, how):
    assert (rounded_views(views), approximation(views)) == (told, how)


@settings(max_examples=50)
@given(st.integers(0, 10_000))
def test_a_told_number_is_never_further_than_fifty_from_the_exact_one(views):
    assert abs(rounded_views(views) - views) <= 50
