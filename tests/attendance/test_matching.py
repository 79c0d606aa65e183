import pytest

from streamhub.attendance.matching import (
    Known,
    MatchedBy,
    Target,
    fingerprint,
    people,
    recognise,
    seat_of,
)
from streamhub.attendance.zoom_list import ZoomRow
from streamhub.kit.clock import HOUR, MINUTE
from tests.support import NOON

SEATS = {"BJ-03": "p_cotonou", "BJ-04": "p_parakou", "CA-QC-02": "p_quebec", "BE-01": "p_be"}
NOBODY = Known({}, {}, {})


def row(name, email=None, original=None, *, at=0, meeting="812", waiting=False):
    return ZoomRow(
        line=2,
        name=name,
        original_name=original,
        email=email,
        joined_at=NOON + at * MINUTE,
        left_at=NOON + HOUR,
        guest=None,
        in_waiting_room=waiting,
        meeting=meeting,
    )


def found(rows, known):
    return [(match.person.name, match.target, match.by) for match in recognise(people(rows), known)]


def test_an_e_mail_is_one_person_whatever_the_name():
    [person] = people([row("Awa", "awa@example.org"), row("iPad", "awa@example.org", at=5)])

    assert person.name == "Awa"
    assert len(person.rows) == 2


def test_a_name_without_an_e_mail_is_one_person_in_one_meeting():
    assert len(people([row("iPhone"), row("iPhone", at=5)])) == 1
    assert len(people([row("iPhone"), row("iPhone", meeting="813")])) == 2


def test_names_are_compared_exactly():
    assert len(people([row("iPhone"), row("iphone"), row("iPhone", original="Luc")])) == 3


def test_equal_names_with_two_e_mails_are_two_people():
    rows = [row("Luc", "luc@a.example"), row("Luc", "luc@b.example"), row("Luc")]

    assert len(people(rows)) == 3


def test_lists_without_a_meeting_number_are_told_apart_by_their_first_join():
    [monday] = people([row("iPhone", meeting=None)])
    [monday_again] = people([row("iPhone", meeting=None), row("Luc", meeting=None, at=9)])[:1]
    [tuesday] = people([row("iPhone", meeting=None, at=24 * 60)])

    assert monday.key == monday_again.key
    assert monday.key != tuesday.key
    assert monday.alias == tuesday.alias


def test_the_waiting_room_is_no_attendance_but_tells_when_a_meeting_opened():
    waited = row("Awa", meeting=None, waiting=True)
    [with_waiting] = people([waited, row("iPhone", meeting=None, at=3)])
    [alone] = people([row("iPhone", meeting=None, at=3)])

    assert with_waiting.name == "iPhone"
    assert with_waiting.key != alone.key


@pytest.mark.parametrize(
    "name",
    [
        "BJ-03",
        "BJ-03 · Cotonou",
        "BJ-03 Iphone",
        "bj-03, Luc",
        " BJ-03-Luc",
        "BJ‑03 Luc",
        "BJ–03",
        "BJ-03_Luc",
        "BJ-03(Luc)",
        "ＢＪ-03",
    ],
)
def test_a_name_that_starts_with_a_seat_code(name):
    assert seat_of(name, SEATS) == "p_cotonou"


@pytest.mark.parametrize(
    "name", ["BJ-031", "BJ-03b", "BJ-03é", "BJ-3", "BJ", "Luc BJ-03", "XBJ-03", "", "BJ 03"]
)
def test_a_name_that_does_not(name):
    assert seat_of(name, SEATS) is None


def test_the_longest_code_wins():
    assert seat_of("BE-01-02 Luc", SEATS | {"BE-01-02": "p_other"}) == "p_other"


def test_no_seats_match_nobody():
    assert seat_of("BJ-03", {}) is None


def test_a_code_in_either_name_matches_by_itself():
    known = Known(SEATS, {}, {})

    assert found([row("BJ-03 · Cotonou"), row("iPad", original="BJ-04")], known) == [
        ("BJ-03 · Cotonou", Target("p_cotonou"), MatchedBy.CODE),
        ("iPad (BJ-04)", Target("p_parakou"), MatchedBy.CODE),
    ]


def test_an_e_mail_of_one_invited_person_matches():
    known = Known({}, {"awa@example.org": ("p_awa",)}, {})

    assert found([row("Awa", "awa@example.org")], known) == [("Awa", Target("p_awa"), MatchedBy.EMAIL)]


def test_an_invited_person_without_an_e_mail_is_not_everybody_without_one():
    known = Known({}, {"": ("p_awa",)}, {})

    assert found([row("Luc")], known) == [("Luc", None, None)]


def test_an_e_mail_that_two_invited_people_share_is_for_a_human():
    known = Known({}, {"town@example.org": ("p_1", "p_2")}, {})

    assert found([row("Mairie", "town@example.org")], known) == [("Mairie", None, None)]


def test_what_a_human_said_of_an_e_mail_goes_before_the_list_of_invited_people():
    [match] = recognise(
        people([row("Awa", "awa@example.org")]),
        Known(
            {},
            {"awa@example.org": ("p_awa",)},
            {fingerprint(b"", "e-mail awa@example.org"): Target("p_stand_in")},
        ),
    )

    assert (match.target, match.by) == (Target("p_stand_in"), MatchedBy.MEMORY)


def test_what_a_human_said_of_a_name_holds_in_the_next_meeting():
    known = Known({}, {}, {fingerprint(b"", "name iPhone de Luc"): Target(delegation="BJ")})

    assert found([row("iPhone de Luc", meeting="999")], known) == [
        ("iPhone de Luc", Target(delegation="BJ"), MatchedBy.MEMORY)
    ]


def test_it_does_not_hold_where_two_people_of_the_list_have_that_name():
    known = Known({}, {}, {fingerprint(b"", "name iPhone"): Target("p_luc")})
    ann = [row("Ann", "ann@example.org"), row("iPhone", "ann@example.org", at=5)]

    assert found([row("iPhone"), *ann], known) == [("iPhone", None, None), ("Ann", None, None)]
    assert found([row("iPhone"), row("iPhone", meeting="813")], known) == [("iPhone", None, None)] * 2


def test_a_code_goes_before_everything_else():
    known = Known(
        SEATS,
        {"awa@example.org": ("p_awa",)},
        {fingerprint(b"", "e-mail awa@example.org"): Target("p_other")},
    )

    assert found([row("BJ-03", "awa@example.org")], known) == [("BJ-03", Target("p_cotonou"), MatchedBy.CODE)]


def test_one_account_under_the_codes_of_two_seats_is_both_and_what_else_it_did_is_for_a_human():
    town = "mairie@example.org"
    rows = [row("BJ-03", town), row("BJ-04", town, at=5), row("Mairie", town, at=9)]

    assert found(rows, Known(SEATS, {}, {})) == [
        ("BJ-03", Target("p_cotonou"), MatchedBy.CODE),
        ("BJ-04", Target("p_parakou"), MatchedBy.CODE),
        ("Mairie", None, None),
    ]


def test_an_account_that_came_back_without_its_code_is_the_same_person():
    rows = [row("BJ-03", "awa@example.org"), row("Awa", "awa@example.org", at=30)]

    assert found(rows, Known(SEATS, {}, {})) == [
        ("BJ-03", Target("p_cotonou"), MatchedBy.CODE),
        ("Awa", Target("p_cotonou"), MatchedBy.CODE),
    ]


def test_nobody_known_leaves_everybody_to_a_human():
    assert found([row("Awa"), row("Luc", "luc@example.org")], NOBODY) == [
        ("Awa", None, None),
        ("Luc", None, None),
    ]


def test_a_target_is_a_participant_or_a_delegation():
    with pytest.raises(ValueError, match="Target"):
        Target()
    with pytest.raises(ValueError, match="Target"):
        Target("p_1", "BJ")


def test_a_fingerprint_depends_on_the_salt_and_on_every_part():
    one = fingerprint(b"salt", "name Luc", "1")

    assert one == fingerprint(b"salt", "name Luc", "1")
    assert len({one, fingerprint(b"other", "name Luc", "1"), fingerprint(b"salt", "name Luc", "2")}) == 3
    assert fingerprint(b"salt", "ab", "c") != fingerprint(b"salt", "a", "bc")
    assert "Luc" not in one
