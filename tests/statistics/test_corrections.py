from hypothesis import given
from hypothesis import strategies as st

from streamhub.attendance.model import Correction
from streamhub.kit.channel import Channel
from streamhub.statistics.corrections import apply_corrections
from tests.statistics.people import HALL, WEB, ZOOM, at, stay, there, tiny_stays

BELONGING = {"awa": "BJ", "ben": "BE"}


def correction(order, present, since, until, channel=WEB, who="awa"):
    return Correction(
        who, "gala", 1, at(since), at(until), present, channel, order, "p_mod", "seen by the chair"
    )


def corrected(stays, *corrections):
    return set(apply_corrections(stays, corrections, BELONGING))


def test_absent_cuts_the_time_from_every_channel():
    stays = [stay("awa", 0, 60), stay("awa", 0, 60, HALL)]

    assert corrected(stays, correction(1, False, 20, 30)) == {
        stay("awa", 0, 20), stay("awa", 30, 60), stay("awa", 0, 20, HALL), stay("awa", 30, 60, HALL),
    }  # fmt: skip


def test_present_adds_the_time_in_its_own_channel():
    assert corrected([stay("awa", 0, 20)], correction(1, True, 10, 60, HALL)) == {
        stay("awa", 0, 20),
        stay("awa", 10, 60, HALL),
    }


def test_present_counts_somebody_of_whom_nothing_was_recorded():
    assert corrected([], correction(1, True, 0, 60, HALL, "ben")) == {stay("ben", 0, 60, HALL, "BE")}


def test_the_later_correction_wins_whatever_order_they_come_in():
    absent, present = correction(2, False, 0, 60), correction(1, True, 0, 60)

    assert corrected([], present, absent) == corrected([], absent, present) == set()


def test_a_later_present_restores_what_an_earlier_absent_cut():
    found = corrected(
        [stay("awa", 0, 60, ZOOM)], correction(1, False, 0, 60), correction(2, True, 10, 20, ZOOM)
    )

    assert found == {stay("awa", 10, 20, ZOOM)}


def test_other_people_are_left_as_they_were_recorded():
    others = [stay("ben", 0, 10, delegation="BE"), stay("ben", 5, 20, delegation="BE")]

    assert corrected(others, correction(1, False, 0, 60)) == set(others)


CORRECTIONS = st.lists(
    st.builds(
        lambda who, since, until, present, channel, order: Correction(
            who, "gala", 1, since, until, present, channel, order, "p_mod", "seen"
        ),
        st.sampled_from("ab"),
        st.integers(0, 30),
        st.integers(0, 30),
        st.booleans(),
        st.sampled_from(Channel),
        st.integers(0, 99),
    ),
    max_size=4,
    unique_by=lambda one: one.order,
)


@given(tiny_stays(), CORRECTIONS)
def test_at_every_instant_the_last_word_about_it_decides(stays, corrections):
    found = apply_corrections(stays, corrections, {"a": "BJ", "b": "BE"})

    for t in range(31):
        for who in "abc":
            recorded = {c for c in Channel if who in there(stays, t, c)}
            for word in sorted(corrections, key=lambda one: one.order):
                if word.participant == who and word.since <= t < word.until:
                    recorded = recorded | {word.channel} if word.present else set()
            assert {c for c in Channel if who in there(found, t, c)} == recorded
