import pytest

from streamhub.statistics.disclosure import (
    Audience,
    Protected,
    Suppression,
    internal,
    protect_session,
    protect_summit,
    protect_timeline,
)
from streamhub.statistics.summary import SummitMaterial, count_session, count_summit
from streamhub.statistics.timeline import timeline
from tests.statistics.people import DELEGATIONS, window
from tests.statistics.sessions import crowd, material


def counted(**channels):
    return count_session(material(crowd(**channels)))


def test_nobody_makes_protected_figures_but_this_module():
    with pytest.raises(TypeError, match="disclosure"):
        Protected(counted(hall=3), Audience.PUBLIC, Suppression(5, applied=False), seal=object())


def test_internal_figures_are_exact_and_marked():
    exact = counted(hall=3).statistics
    found = internal(exact, 5)

    assert (found.value, found.audience) == (exact, Audience.INTERNAL)
    assert found.suppression == Suppression(threshold=5, applied=False)


def test_public_figures_say_whether_anything_was_hidden():
    assert protect_session(counted(hall=3).statistics, 5).suppression == Suppression(5, applied=True)
    assert protect_session(counted(hall=8).statistics, 5).suppression == Suppression(5, applied=False)
    assert protect_session(counted(hall=8).statistics, 5).audience is Audience.PUBLIC


def test_a_curve_is_protected_with_the_session_that_it_belongs_to():
    few, many = counted(hall=3), counted(hall=8)
    curve = timeline(material(crowd(hall=3)).stays, window(), 3600)

    assert protect_timeline(curve, few.statistics, 5).suppression.applied
    assert not protect_timeline(curve, few.statistics, 0).suppression.applied
    assert not protect_timeline(
        timeline(material(crowd(hall=8)).stays, window(), 3600), many.statistics, 5
    ).suppression.applied


def test_no_public_figure_holds_counts_of_a_delegation_in_a_session_even_without_a_threshold():
    summit = count_summit(
        SummitMaterial(registered=9, delegations=DELEGATIONS, sessions=(counted(hall=8),), check_ins=())
    )
    found = protect_summit(summit, DELEGATIONS, 0)

    assert not found.suppression.applied
    assert found.value.by_delegation == summit.by_delegation
    for session in (protect_session(summit.sessions[0], 0).value, *found.value.sessions):
        assert (session.by_delegation, session.by_country, session.web, session.levels) == (
            None,
            None,
            None,
            (),
        )
