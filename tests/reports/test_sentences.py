"""The sentences that a city copies into its own report."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamhub.audience.model import FigureKind
from streamhub.kit.clock import MINUTE, parse_rfc3339
from streamhub.programme.clock import Window, WindowKind
from streamhub.reports.sentences import of_session, of_summit, participation
from streamhub.reports.wording import Wording
from streamhub.statistics.results import (
    AttendedThreshold,
    ByChannel,
    Duration,
    Peak,
    PlatformNumber,
    Represented,
    SessionStatistics,
    SummitStatistics,
    Viewers,
)

NARROW = "\u202f"

HALF_PAST_ONE = parse_rfc3339("2021-11-04T13:30:00Z")
FR, EN = Wording("fr", "Europe/Brussels"), Wording("en", "Europe/Brussels")


def represented(countries=0, regions=0, organisations=0):
    return Represented(countries, regions, organisations, ())


def views(value, platform="youtube", *covers, kind=FigureKind.DECLARED, at=HALF_PAST_ONE):
    return PlatformNumber(platform, "views", value, kind, at, "Studio", None, covers or ("table",))


def session(*platforms, attended=131, peak=118):
    return SessionStatistics(
        session="table",
        window=Window(WindowKind.ACTUAL, HALF_PAST_ONE, HALF_PAST_ONE + 150 * MINUTE, final=True),
        registered=140,
        represented=represented(20, 4, 3),
        attended=attended,
        attended_threshold=AttendedThreshold(80, 97),
        peak=Peak(peak, HALF_PAST_ONE + 72 * MINUTE),
        duration=Duration(0, 0),
        by_channel=ByChannel(61, 44, 26),
        by_delegation=None,
        by_country=None,
        viewers=Viewers(0, Peak(0, None), 0),
        web=None,
        platforms=platforms,
    )


def test_the_report_of_the_seed_can_be_copied_as_it_stands():
    assert of_session(session(views(398)), FR) == (
        "131 participants de 24 pays et régions et 3 organisations.",
        "Au plus fort, 118 personnes ensemble, à 15:42.",
        "Sur YouTube, près de 400 vues (chiffre déclaré).",
    )


def test_and_in_english():
    assert of_session(session(views(398)), EN) == (
        "131 participants from 24 countries and regions and 3 organisations.",
        "At the peak, 118 people together, at 15:42.",
        "On YouTube, nearly 400 views (declared figure).",
    )


@pytest.mark.parametrize(
    ("attended", "there", "french", "english"),
    [
        (0, (0, 0, 0), "Aucun participant compté.", "No participant counted."),
        (1, (1, 0, 0), "1 participant de 1 pays.", "1 participant from 1 country."),
        (6, (2, 0, 0), "6 participants de 2 pays.", "6 participants from 2 countries."),
        (6, (0, 1, 0), "6 participants de 1 région.", "6 participants from 1 region."),
        (
            6,
            (0, 2, 1),
            "6 participants de 2 régions et 1 organisation.",
            "6 participants from 2 regions and 1 organisation.",
        ),
        (
            6,
            (1, 1, 0),
            "6 participants de 2 pays et régions.",
            "6 participants from 2 countries and regions.",
        ),
        (6, (0, 0, 2), "6 participants de 2 organisations.", "6 participants from 2 organisations."),
        (
            6,
            (0, 0, 0),
            "6 participants, sans délégation officielle.",
            "6 participants, of no official delegation.",
        ),
        (
            1012,
            (9, 9, 9),
            f"1{NARROW}012 participants de 18 pays et régions et 9 organisations.",
            "1,012 participants from 18 countries and regions and 9 organisations.",
        ),
        (
            None,
            (1, 1, 0),
            f"Des participants de 2 pays et régions{NARROW}; leur nombre est masqué.",
            "Participants from 2 countries and regions; their number is hidden.",
        ),
        (
            None,
            (0, 0, 0),
            "Des participants, dont le nombre est masqué.",
            "Participants, whose number is hidden.",
        ),
    ],
)
def test_participation_is_right_in_number_in_both_languages(attended, there, french, english):
    assert participation(attended, represented(*there), FR) == french
    assert participation(attended, represented(*there), EN) == english


@given(st.integers(0, 99), st.integers(0, 99))
def test_a_hidden_number_leaves_no_digit_but_those_of_the_delegations(countries, organisations):
    told = participation(None, represented(countries, 0, organisations), FR)

    digits = [word for word in told.split() if word.isdecimal()]
    assert digits == [str(n) for n in (countries, organisations) if n]


def test_a_hidden_peak_is_not_told():
    hidden = replace(session(), peak=Peak(None, None, suppressed=True))

    assert len(of_session(hidden, FR)) == 1


def test_one_person_at_the_peak_is_not_together_with_anybody():
    assert of_session(session(attended=1, peak=1), FR)[1] == "Au plus fort, 1 personne, à 15:42."


def test_a_session_that_has_not_begun_says_so_and_nothing_else():
    early = replace(session(views(398)), window=None, attended=0)

    assert of_session(early, FR) == ("La séance n’a pas commencé.",)
    assert of_session(early, EN) == ("The session has not begun.",)


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (0, "0 vue"),
        (1, "1 vue"),
        (87, "87 vues"),
        (101, "plus de 100 vues"),
        (398, "près de 400 vues"),
        (400, "400 vues"),
        (412, "plus de 400 vues"),
        (12_960, f"près de 13{NARROW}000 vues"),
    ],
)
def test_views_are_rounded_in_words_that_do_not_flatter(value, told):
    assert of_session(session(views(value)), FR)[2] == f"Sur YouTube, {told} (chiffre déclaré)."


def test_views_of_several_sessions_are_told_at_their_common_level():
    both = session(views(398, "youtube", "ouverture", "table"))

    assert (
        of_session(both, FR)[2] == "Sur YouTube, pour 2 séances ensemble, près de 400 vues (chiffre déclaré)."
    )


def test_of_one_platform_the_latest_number_is_told_and_platforms_are_never_added():
    found = session(
        views(250), views(398, at=HALF_PAST_ONE + MINUTE), views(480, "facebook", kind=FigureKind.REPORTED)
    )

    assert of_session(found, FR)[2:] == (
        "Sur YouTube, près de 400 vues (chiffre déclaré).",
        "Sur Facebook, près de 500 vues (chiffre de la plateforme).",
    )


def test_a_hidden_number_of_views_and_counts_that_are_no_views_make_no_sentence():
    heads = replace(views(158, "room"), metric="head_count")

    assert len(of_session(session(views(None), heads, views(12, "other")), FR)) == 2


def test_the_summit_names_the_session_that_views_are_of():
    summit = SummitStatistics(
        registered=140,
        attended=131,
        represented=represented(20, 4, 3),
        by_delegation=(),
        by_country=(),
        sessions=(),
        matrix=(),
        platforms=(views(398), replace(views(490, "facebook"), covers=())),
    )

    assert of_summit(summit, {"table": "Table ronde"}, FR) == (
        "131 participants de 24 pays et régions et 3 organisations.",
        f"Sur YouTube, pour «{NARROW}Table ronde{NARROW}», près de 400 vues (chiffre déclaré).",
        "Sur Facebook, près de 500 vues (chiffre déclaré).",
    )
    assert of_summit(summit, {"table": "Round table"}, EN)[1] == (
        "On YouTube for “Round table”, nearly 400 views (declared figure)."
    )
