"""The picture of the curve in a report."""

from dataclasses import replace
from xml.etree import ElementTree as ET

from streamhub.reports.pictures import session_picture
from streamhub.reports.wording import Wording
from streamhub.statistics.disclosure import Audience
from tests.reports.example import CLOSING, TABLE

FR = Wording("fr", "Europe/Brussels")
SVG = "{http://www.w3.org/2000/svg}"


async def test_the_picture_names_the_true_peak_and_not_the_highest_point_of_the_table(example):
    report = await example.reports.session_report(TABLE, Audience.INTERNAL, "fr")

    assert 102 % 5 != 41 % 5, "the peak falls between two printed points"
    assert "16 personnes à 15:42" in [text.text for text in ET.fromstring(report.picture).iter(f"{SVG}text")]


async def test_a_hidden_peak_stands_in_no_picture(example):
    report = await example.reports.session_report(TABLE, Audience.INTERNAL, "fr")
    hidden = replace(
        report.statistics.value, peak=replace(report.statistics.value.peak, present=None, at=None)
    )

    picture = session_picture(hidden, report.timeline.value, FR)

    assert "personnes à" not in picture


async def test_there_is_no_picture_of_what_has_not_begun_or_is_hidden_whole(example):
    early = await example.reports.session_report(CLOSING, Audience.INTERNAL, "fr")
    report = await example.reports.session_report(TABLE, Audience.INTERNAL, "fr")
    timeline = report.timeline.value
    hidden = replace(
        timeline,
        points=tuple(replace(p, present=None, hall=None, zoom=None, web=None) for p in timeline.points),
    )

    assert early.picture == ""
    assert session_picture(report.statistics.value, hidden, FR) == ""
