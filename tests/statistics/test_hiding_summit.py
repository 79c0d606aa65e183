from dataclasses import replace

from streamhub.statistics.hiding import hide_in_session, hide_in_summit
from streamhub.statistics.model import Attendee
from streamhub.statistics.results import (
    CountryCount,
    DelegationCount,
)
from streamhub.statistics.summary import (
    SummitMaterial,
    count_session,
    count_summit,
)
from tests.statistics.people import (
    DELEGATIONS,
    delegation,
)
from tests.statistics.sessions import crowd, material


def summit(*sessions, check_ins=(), delegations=DELEGATIONS, registered=50):
    counted = tuple(count_session(replace(one, delegations=delegations)) for one in sessions)
    return count_summit(
        SummitMaterial(
            registered=registered, delegations=delegations, sessions=counted, check_ins=tuple(check_ins)
        )
    )


def rows(found):
    return {row.code: row.attended for row in found}


def test_small_delegations_are_hidden_over_the_summit_and_the_others_told():
    big, small = crowd(hall=31, of=("BE",)), crowd(hall=3, name="q", of=("BJ",))
    unesco = crowd(hall=4, name="r", of=("UNESCO",))

    shown = hide_in_summit(summit(material(big, small, unesco)), DELEGATIONS, 5)

    assert shown.attended == 38
    assert rows(shown.by_delegation) == {
        "BJ": None, "BE": 31, "BE-WAL": 0, "BE-BRU": 0, "UNESCO": None, "PRESS": 0,
    }  # fmt: skip
    assert rows(shown.by_country) == {"BJ": None, "BE": 31, None: None}
    assert DelegationCount("BJ", None, suppressed=True) in shown.by_delegation
    assert CountryCount(None, None, suppressed=True) in shown.by_country
    assert (shown.represented.codes, shown.suppressed) == (("BJ", "BE", "UNESCO"), False)


def test_its_sessions_stand_in_it_as_they_are_published():
    exact = summit(material(crowd(hall=8, zoom=3)))

    shown = hide_in_summit(exact, DELEGATIONS, 5)

    assert shown.sessions == tuple(hide_in_session(one, 5) for one in exact.sessions)


def test_a_summit_of_a_few_shows_no_total():
    shown = hide_in_summit(summit(material(crowd(hall=3)), registered=4), DELEGATIONS, 5)

    assert (shown.attended, shown.registered, shown.suppressed) == (None, None, True)


def test_one_session_of_all_who_are_large_tells_the_small_one_so_the_total_goes():
    togo = delegation("TG")
    first = material(crowd(hall=6), session="gala")
    second = material(crowd(hall=1, name="q", of=("TG",)), session="farewell")

    shown = hide_in_summit(summit(first, second, delegations=(*DELEGATIONS, togo)), (*DELEGATIONS, togo), 5)

    assert [one.attended for one in shown.sessions] == [6, None]
    assert (shown.attended, rows(shown.by_country)["BJ"], rows(shown.by_country)["TG"]) == (None, None, None)


def test_people_of_the_press_or_without_delegation_may_fill_a_session():
    """With two more of the press about: one of them less could be one more of Togo."""
    togo = delegation("TG")
    everybody = (*DELEGATIONS, togo)
    press = crowd(hall=7, name="x", of=("PRESS",))
    first = material(crowd(hall=6), press, session="gala")
    second = material(crowd(hall=1, name="q", of=("TG",)), session="farewell")

    more = [Attendee("y0", "PRESS"), Attendee("y1", "PRESS")]
    shown = hide_in_summit(summit(first, second, check_ins=more, delegations=everybody), everybody, 5)

    assert [one.attended for one in shown.sessions] == [13, None]
    assert shown.attended == 16
    assert rows(shown.by_delegation)["BJ"] == 6
    assert rows(shown.by_delegation)["TG"] is None


def test_the_check_in_of_a_few_at_the_door_is_no_exception():
    at_the_door = [Attendee(f"d{i}", "UNESCO") for i in range(2)]

    shown = hide_in_summit(summit(material(crowd(hall=20)), check_ins=at_the_door), DELEGATIONS, 5)

    assert (shown.attended, rows(shown.by_delegation)["UNESCO"], rows(shown.by_delegation)["BJ"]) == (
        22,
        None,
        None,
    )
