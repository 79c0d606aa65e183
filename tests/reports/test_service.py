"""Reports are made of the figures of the moment."""

import pytest

from streamhub.kit.errors import FieldInvalid, UnknownSession
from streamhub.programme.clock import WindowKind
from streamhub.statistics.disclosure import Audience
from tests.reports.example import CLOSING, TABLE, at


async def test_a_report_holds_figures_curve_sentences_and_rules_for_its_audience(example):
    report = await example.reports.session_report(TABLE, Audience.PUBLIC, "en")

    assert report.audience is report.timeline.audience is Audience.PUBLIC
    assert len(report.timeline.value.points) == 32
    assert report.sentences == (
        "16 participants from 3 countries and regions and 1 organisation.",
        "At the peak, 16 people together, at 15:42.",
        "On YouTube for 2 sessions together, nearly 400 views (declared figure).",
    )
    assert report.about.generated_at == at(210)
    assert report.about.version is None
    assert report.method
    assert report.picture.startswith("<svg")


async def test_a_report_may_be_about_the_times_of_the_timetable(example):
    report = await example.reports.session_report(TABLE, Audience.INTERNAL, "fr", WindowKind.SCHEDULED)

    window = report.statistics.value.window
    assert (window.since, window.until) == (at(30), at(180))
    assert report.timeline.value.points[0].at == at(30)


async def test_the_report_of_a_session_to_come_says_so(example):
    report = await example.reports.session_report(CLOSING, Audience.PUBLIC, "fr")

    assert report.sentences == ("La séance n’a pas commencé.",)
    assert report.timeline.value.points == ()


async def test_the_summit_is_told_by_its_own_figures(example):
    report = await example.reports.summit_report(Audience.PUBLIC, "fr")

    assert report.sentences == (
        "17 participants de 3 pays et régions et 1 organisation.",
        "Sur YouTube, pour 2 séances ensemble, près de 400 vues (chiffre déclaré).",
        "Sur Facebook, plus de 400 vues (chiffre déclaré).",
    )


async def test_there_is_no_report_of_a_session_that_is_not_there(example):
    with pytest.raises(UnknownSession):
        await example.reports.session_report("gone", Audience.PUBLIC, "fr")


async def test_a_report_exists_in_the_languages_of_the_product_only(example):
    with pytest.raises(FieldInvalid, match="lang"):
        await example.reports.summit_report(Audience.PUBLIC, "xx")
