"""What the tracker says of one session, as a transcript of the day."""

import pytest

from streamhub.access.roles import Role
from streamhub.kit.channel import Channel
from streamhub.kit.clock import MINUTE, SECOND
from streamhub.kit.ids import DelegationCode, ParticipantId
from streamhub.presence.model import DelegationHeads, Departure, Diff, Heads, PersonState, Who, apply
from streamhub.presence.tracker import PresenceTracker
from streamhub.programme.model import REHEARSAL, STAFF
from tests.support import NOON

HALL, ZOOM, WEB = Channel.HALL, Channel.ZOOM, Channel.WEB


def person(number: int, *, delegation: str = "BJ", role: Role = Role.DELEGATE) -> Who:
    return Who(
        participant=ParticipantId(f"p{number}"),
        delegation=DelegationCode(delegation),
        role=role,
        label="Maire",
        seat=f"{delegation}-{number:02}",
    )


ADA = person(1)
BEN = person(2, delegation="SN")


@pytest.fixture
def tracker() -> PresenceTracker:
    return PresenceTracker()


def test_the_first_page_brings_a_person_on_line(tracker):
    tracker.track("tab", ADA, WEB, NOON)

    diff = tracker.take_diff()

    [row] = diff.joins
    assert (row.who, row.state, row.channels, row.connections, row.since) == (
        ADA,
        PersonState.ONLINE,
        (WEB,),
        1,
        NOON,
    )
    assert diff.revision == 1


def test_a_second_tab_changes_nothing_but_the_number_of_connections(tracker):
    tracker.track("tab", ADA, WEB, NOON)
    tracker.take_diff()

    tracker.track("other", ADA, WEB, NOON + MINUTE)

    [row] = tracker.take_diff().updates
    assert (row.state, row.connections, row.since) == (PersonState.ONLINE, 2, NOON)
    assert tracker.summary().heads == Heads(remote=1)


def test_closing_one_of_two_tabs_is_no_departure(tracker):
    tracker.track("tab", ADA, WEB, NOON)
    tracker.track("other", ADA, WEB, NOON)

    assert tracker.untrack("tab", NOON + MINUTE) is None
    assert tracker.untrack("other", NOON + 2 * MINUTE) == Departure(ADA.participant, WEB, NOON + 2 * MINUTE)


def test_a_goodbye_removes_the_person_at_once(tracker):
    tracker.track("tab", ADA, WEB, NOON)
    tracker.take_diff()

    tracker.untrack("tab", NOON + SECOND)

    assert tracker.take_diff() == Diff(2, (), (), (ADA.participant,))
    assert tracker.snapshot().people == ()


def test_twelve_silent_seconds_are_an_unstable_line_that_still_counts(tracker):
    tracker.track("tab", ADA, WEB, NOON)

    assert tracker.expire(NOON + 12 * SECOND - 1).departures == ()
    assert tracker.person(ADA.participant).state is PersonState.ONLINE
    tracker.expire(NOON + 12 * SECOND)
    tracker.take_diff()

    [row] = tracker.snapshot().people
    assert (row.state, row.since, row.connections) == (PersonState.UNSTABLE, NOON, 1)
    assert tracker.summary().heads.present == 1


def test_a_sign_of_life_makes_an_unstable_line_good_again(tracker):
    tracker.track("tab", ADA, WEB, NOON)
    tracker.expire(NOON + 15 * SECOND)

    tracker.touch("tab", NOON + 16 * SECOND)

    assert tracker.person(ADA.participant).state is PersonState.ONLINE
    assert tracker.expire(NOON + 35 * SECOND).sources == ()


def test_a_silent_page_leaves_after_the_grace_at_its_last_sign_of_life(tracker):
    tracker.track("tab", ADA, WEB, NOON)
    tracker.touch("tab", NOON + 30 * SECOND)

    assert tracker.expire(NOON + 50 * SECOND - 1).sources == ()
    expired = tracker.expire(NOON + 50 * SECOND)

    assert expired.sources == ("tab",)
    assert expired.departures == (Departure(ADA.participant, WEB, NOON + 30 * SECOND),)


def test_a_broken_socket_is_unstable_at_once_and_its_grace_runs_from_the_last_sign_of_life(tracker):
    tracker.track("tab", ADA, WEB, NOON)
    tracker.touch("tab", NOON + 5 * SECOND)

    tracker.lose("tab")

    row = tracker.person(ADA.participant)
    assert (row.state, row.connections) == (PersonState.UNSTABLE, 0)
    assert tracker.expire(NOON + 25 * SECOND).departures == (
        Departure(ADA.participant, WEB, NOON + 5 * SECOND),
    )


def test_a_new_socket_within_the_grace_continues_the_same_presence(tracker):
    tracker.track("old", ADA, WEB, NOON)
    tracker.lose("old")
    tracker.track("new", ADA, WEB, NOON + 10 * SECOND)

    expired = tracker.expire(NOON + 20 * SECOND)

    assert (expired.sources, expired.departures) == (("old",), ())
    row = tracker.person(ADA.participant)
    assert (row.state, row.connections, row.since) == (PersonState.ONLINE, 1, NOON)


def test_the_last_sign_of_life_of_any_tab_dates_the_departure(tracker):
    tracker.track("silent", ADA, WEB, NOON)
    tracker.track("closed", ADA, WEB, NOON)
    tracker.untrack("closed", NOON + 15 * SECOND)

    assert tracker.expire(NOON + 20 * SECOND).departures == (
        Departure(ADA.participant, WEB, NOON + 15 * SECOND),
    )


def test_a_page_that_beats_every_thirty_seconds_is_given_thirty_seconds_more(tracker):
    tracker.track("page", ADA, WEB, NOON, rhythm_ms=30 * SECOND)

    tracker.expire(NOON + 41 * SECOND)
    assert tracker.person(ADA.participant).state is PersonState.ONLINE
    tracker.expire(NOON + 42 * SECOND)
    assert tracker.person(ADA.participant).state is PersonState.UNSTABLE
    assert tracker.expire(NOON + 50 * SECOND).departures == (Departure(ADA.participant, WEB, NOON),)


def test_a_blocked_loop_expels_nobody(tracker):
    tracker.track("tab", ADA, WEB, NOON)

    tracker.delay(30 * SECOND)

    assert tracker.expire(NOON + 49 * SECOND).sources == ()
    assert tracker.expire(NOON + 50 * SECOND).departures == (Departure(ADA.participant, WEB, NOON),)


def test_a_blocked_loop_is_no_credit_for_those_who_came_after_it(tracker):
    tracker.delay(30 * SECOND)
    tracker.track("tab", ADA, WEB, NOON)

    assert tracker.expire(NOON + 20 * SECOND).sources == ("tab",)


def test_hall_and_web_are_one_person_in_the_hall_and_both_channels_are_kept(tracker):
    tracker.track("tab", ADA, WEB, NOON)
    tracker.track("door", ADA, HALL, NOON + MINUTE)
    tracker.take_diff()

    [row] = tracker.snapshot().people
    assert (row.state, row.channels, row.since) == (PersonState.HALL, (HALL, WEB), NOON + MINUTE)
    assert tracker.summary().heads == Heads(on_site=1)


def test_a_check_out_falls_back_to_on_line(tracker):
    tracker.track("tab", ADA, WEB, NOON)
    tracker.track("door", ADA, HALL, NOON)

    departure = tracker.leave(ADA.participant, HALL, NOON + SECOND)

    assert departure == Departure(ADA.participant, HALL, NOON + SECOND)
    assert tracker.person(ADA.participant).state is PersonState.ONLINE


def test_a_check_in_shows_no_life_and_lasts(tracker):
    tracker.track("door", ADA, HALL, NOON)

    assert tracker.expire(NOON + 600 * MINUTE).departures == ()
    assert tracker.person(ADA.participant).connections == 0


def test_leaving_by_a_link_ends_the_web_stay_and_shows_the_person_elsewhere(tracker):
    tracker.track("tab", ADA, WEB, NOON)
    tracker.track("other", ADA, WEB, NOON)

    departure = tracker.elsewhere(ADA, NOON + MINUTE)

    assert departure == Departure(ADA.participant, WEB, NOON + MINUTE)
    tracker.take_diff()
    [row] = tracker.snapshot().people
    assert (row.state, row.channels, row.since) == (PersonState.ELSEWHERE, (), NOON + MINUTE)
    assert tracker.summary().heads == Heads(elsewhere=1)
    assert tracker.summary().heads.present == 0


def test_somebody_elsewhere_is_never_absent_though_the_page_dies(tracker):
    tracker.track("tab", ADA, WEB, NOON)
    tracker.elsewhere(ADA, NOON + SECOND)

    tracker.lose("tab")
    expired = tracker.expire(NOON + 600 * MINUTE)

    assert (expired.sources, expired.departures) == ((), ())
    assert tracker.person(ADA.participant).state is PersonState.ELSEWHERE


def test_a_ping_answered_in_the_background_does_not_bring_somebody_back(tracker):
    tracker.track("tab", ADA, WEB, NOON)
    tracker.elsewhere(ADA, NOON + SECOND)

    tracker.touch("tab", NOON + MINUTE)

    assert not tracker.tracks("tab")
    assert tracker.person(ADA.participant).state is PersonState.ELSEWHERE


def test_looking_at_the_page_again_brings_somebody_back_on_line(tracker):
    tracker.track("tab", ADA, WEB, NOON)
    tracker.elsewhere(ADA, NOON + SECOND)

    tracker.track("tab", ADA, WEB, NOON + MINUTE)

    row = tracker.person(ADA.participant)
    assert (row.state, row.since) == (PersonState.ONLINE, NOON + MINUTE)
    assert tracker.elsewhere_since(ADA.participant) is None


def test_zoom_confirms_somebody_who_was_elsewhere(tracker):
    tracker.elsewhere(ADA, NOON)

    tracker.track("zoom", ADA, ZOOM, NOON + MINUTE)

    row = tracker.person(ADA.participant)
    assert (row.state, row.channels) == (PersonState.ONLINE, (ZOOM,))
    assert tracker.leave(ADA.participant, ZOOM, NOON + 2 * MINUTE) == Departure(
        ADA.participant, ZOOM, NOON + 2 * MINUTE
    )
    assert tracker.person(ADA.participant) is None


def test_opening_the_link_again_while_zoom_confirms_keeps_the_person_in_zoom(tracker):
    tracker.track("zoom", ADA, ZOOM, NOON)

    tracker.elsewhere(ADA, NOON + SECOND)

    assert tracker.person(ADA.participant).state is PersonState.ONLINE


def test_pressing_the_link_twice_keeps_the_first_instant(tracker):
    tracker.elsewhere(ADA, NOON)
    tracker.elsewhere(ADA, NOON + MINUTE)

    assert tracker.elsewhere_since(ADA.participant) == NOON


def test_the_door_tells_since_when_somebody_is_elsewhere_though_they_stand_in_the_hall(tracker):
    tracker.track("door", ADA, HALL, NOON)
    tracker.elsewhere(ADA, NOON + SECOND)

    assert tracker.person(ADA.participant).state is PersonState.HALL
    assert tracker.elsewhere_since(ADA.participant) == NOON + SECOND


def test_somebody_waiting_is_listed_and_counted_as_waiting_only(tracker):
    tracker.wait("tab", ADA, NOON)
    tracker.take_diff()

    [row] = tracker.snapshot().people
    assert (row.state, row.channels, row.connections) == (PersonState.WAITING, (), 1)
    assert tracker.summary().heads == Heads(waiting=1)


def test_admission_brings_the_same_socket_from_the_door_on_line(tracker):
    tracker.wait("tab", ADA, NOON)
    tracker.take_diff()

    tracker.track("tab", ADA, WEB, NOON + MINUTE)

    [row] = tracker.take_diff().updates
    assert (row.state, row.connections, row.since) == (PersonState.ONLINE, 1, NOON + MINUTE)


def test_somebody_waiting_who_goes_silent_is_gone_and_nothing_is_written(tracker):
    tracker.wait("tab", ADA, NOON)

    expired = tracker.expire(NOON + 20 * SECOND)

    assert (expired.sources, expired.departures) == (("tab",), ())
    assert tracker.person(ADA.participant) is None


def test_expelling_ends_the_web_stay_and_leaves_the_hall(tracker):
    tracker.track("tab", ADA, WEB, NOON)
    tracker.track("door", ADA, HALL, NOON)

    departure = tracker.expel(ADA.participant, NOON + SECOND)

    assert departure == Departure(ADA.participant, WEB, NOON + SECOND)
    assert tracker.person(ADA.participant).channels == (HALL,)


def test_expelling_somebody_elsewhere_or_at_the_door_forgets_them(tracker):
    tracker.elsewhere(ADA, NOON)
    tracker.wait("tab", BEN, NOON)

    assert tracker.expel(ADA.participant, NOON + SECOND) is None
    assert tracker.expel(BEN.participant, NOON + SECOND) is None
    tracker.take_diff()
    assert tracker.snapshot().people == ()


def test_what_was_never_there_ends_without_a_word(tracker):
    assert tracker.untrack("tab", NOON) is None
    assert tracker.leave(ADA.participant, HALL, NOON) is None
    assert tracker.expel(ADA.participant, NOON) is None
    tracker.touch("tab", NOON)
    tracker.lose("tab")
    assert tracker.take_diff() is None


@pytest.mark.parametrize(
    "who",
    [
        person(7, delegation=STAFF, role=Role.MODERATOR),
        person(7, delegation=STAFF, role=Role.INTERPRETER),
        person(7, role=Role.OBSERVER),
        person(7, delegation=REHEARSAL),
    ],
)
def test_staff_observers_and_rehearsals_stand_in_the_list_and_in_no_count(tracker, who):
    tracker.track("tab", who, WEB, NOON)
    tracker.take_diff()

    assert len(tracker.snapshot().people) == 1
    assert tracker.summary().heads == Heads()
    assert tracker.summary().delegations == ()


def test_the_summary_names_each_delegation_that_is_there(tracker):
    tracker.track("a", ADA, HALL, NOON)
    tracker.track("b", BEN, WEB, NOON)
    tracker.elsewhere(person(3, delegation="SN"), NOON)
    tracker.take_diff()

    assert tracker.summary().heads == Heads(on_site=1, remote=1, elsewhere=1)
    assert tracker.summary().heads.present == 2
    assert tracker.summary().delegations == (
        DelegationHeads(DelegationCode("BJ"), Heads(on_site=1)),
        DelegationHeads(DelegationCode("SN"), Heads(remote=1, elsewhere=1)),
    )


def test_a_delegation_that_has_left_is_no_longer_in_the_summary(tracker):
    tracker.track("a", ADA, WEB, NOON)
    tracker.take_diff()
    tracker.untrack("a", NOON)
    tracker.take_diff()

    assert tracker.summary().delegations == ()


def test_a_new_label_is_an_update(tracker):
    tracker.track("tab", ADA, WEB, NOON)
    tracker.take_diff()
    minister = Who(participant=ADA.participant, delegation=ADA.delegation, role=ADA.role, label="Ministre")

    tracker.track("tab", minister, WEB, NOON)

    assert [row.who.label for row in tracker.take_diff().updates] == ["Ministre"]


def test_nothing_new_is_no_diff_and_no_revision(tracker):
    tracker.track("tab", ADA, WEB, NOON)
    tracker.untrack("tab", NOON)

    assert tracker.changed()
    assert tracker.take_diff() is None
    assert not tracker.changed()
    assert tracker.snapshot().revision == 0


def test_a_diff_applied_to_the_people_before_gives_the_people_after(tracker):
    tracker.track("a", ADA, WEB, NOON)
    tracker.take_diff()
    before = tracker.snapshot().people
    tracker.untrack("a", NOON)
    tracker.track("b", BEN, WEB, NOON)

    after = apply(tracker.take_diff(), before)

    assert after == list(tracker.snapshot().people)


def test_who_gets_another_delegation_is_counted_in_it_from_then_on(tracker):
    tracker.track("door", ADA, HALL, NOON)
    tracker.take_diff()
    moved = person(1, delegation="SN")

    tracker.revise(moved)
    tracker.revise(BEN)

    diff = tracker.take_diff()
    assert [row.who for row in diff.updates] == [moved]
    assert diff.joins == diff.leaves == ()
    assert [heads.code for heads in tracker.summary().delegations] == ["SN"]


def test_people_without_delegation_are_counted_and_come_last(tracker):
    guest = Who(participant=ParticipantId("z1"), delegation=None, role=Role.DELEGATE, guest=True)
    tracker.track("zoom", guest, ZOOM, NOON)
    tracker.track("tab", BEN, WEB, NOON)
    tracker.take_diff()

    assert tracker.summary().heads == Heads(remote=2)
    assert [heads.code for heads in tracker.summary().delegations] == ["SN", None]


def test_a_check_in_that_is_told_again_began_when_it_is_said_to(tracker):
    tracker.track("door", ADA, HALL, NOON)
    tracker.track("door", ADA, HALL, NOON - MINUTE)

    assert tracker.person(ADA.participant).since == NOON - MINUTE
