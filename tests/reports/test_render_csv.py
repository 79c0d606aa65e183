"""A report as a table: read back with the csv module, as a spreadsheet would."""

import csv
import io

import pytest

from streamhub.reports.render_csv import BOM, COLUMNS, as_csv
from streamhub.statistics.disclosure import Audience
from tests.reports.example import CLOSING, OPENING, TABLE, at


def read(content):
    """The lines as dictionaries, by the names of the first line."""
    text = content.decode()
    assert text.startswith(BOM)
    rows = list(csv.reader(io.StringIO(text.removeprefix(BOM), newline=""), strict=True))
    assert rows[0] == list(COLUMNS)
    assert {len(row) for row in rows} == {len(COLUMNS)}
    return [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]


async def session_lines(example, audience="internal", slug=TABLE, lang="fr"):
    return read(as_csv(await example.reports.session_report(slug, Audience(audience), lang)))


async def summit_lines(example, audience="internal"):
    return read(as_csv(await example.reports.summit_report(Audience(audience), "fr")))


def of(lines, figure, **fields):
    """The lines of one figure."""
    wanted = fields | {"figure": figure}
    return [line for line in lines if all(line[name] == value for name, value in wanted.items())]


def value(lines, figure, **fields):
    [line] = of(lines, figure, **fields)
    return line["value"]


async def test_every_figure_of_the_session_is_a_line_with_unit_and_kind(example):
    lines = await session_lines(example)

    assert value(lines, "attended", unit="people", kind="measured", session=TABLE) == "16"
    assert value(lines, "peak", at="2021-11-04T14:42:00.000Z") == "16"
    assert value(lines, "total", unit="seconds") == str((6 * 157 + 5 * 120 + 3 * 109 + 2 * 96) * 60)
    assert value(lines, "median") == "7200"
    assert [value(lines, "by_channel", code=channel) for channel in ("hall", "zoom", "web")] == [
        "9",
        "2",
        "5",
    ]
    assert value(lines, "viewers", unit="openings") == "6"
    assert value(lines, "web_player") == "3600"
    assert value(lines, "represented_organisations") == "1"
    assert value(lines, "final") == "1"


async def test_counts_of_delegations_are_internal_and_who_was_represented_is_public(example):
    exact, published = await session_lines(example), await session_lines(example, "public")

    assert [line["value"] for line in of(exact, "by_delegation")] == ["6", "5", "3", "2", "0"]
    assert of(published, "by_delegation") == of(published, "by_country") == of(published, "web_page") == []
    assert {line["code"]: line["value"] for line in of(published, "represented")} == {
        "BJ": "1",
        "BE": "1",
        "BE-WAL": "1",
        "UNESCO": "1",
    }


async def test_a_hidden_number_is_empty_and_said_to_be_hidden(example):
    lines = await session_lines(example, "public")

    [web] = of(lines, "by_channel", code="web")
    [hall] = of(lines, "by_channel", code="hall")
    assert (web["value"], web["hidden"]) == ("", "yes")
    assert (hall["value"], hall["hidden"]) == ("9", "")


async def test_internal_figures_are_marked(example):
    [exact] = of(await session_lines(example), "audience")
    [published] = of(await session_lines(example, "public"), "audience")

    assert (exact["value"], exact["label"]) == ("internal", "Usage interne")
    assert (published["value"], published["label"]) == ("public", "")


async def test_the_curve_is_a_table_with_the_channels_beside(example):
    points = of(await session_lines(example), "present")

    assert len(points) == 32
    assert points[0] | {"value": "9", "hall": "9", "zoom": "0", "web": "0"} == points[0]
    assert max(int(point["peak_in_step"]) for point in points) == 16


async def test_figures_of_others_keep_their_kind_time_source_and_what_they_cover(example):
    [views] = of(await session_lines(example, "public"), "views")

    assert views["code"] == "youtube"
    assert (views["value"], views["kind"], views["source"]) == ("398", "declared", "Studio export")
    assert views["covers"] == f"{OPENING} {TABLE}"


async def test_what_a_person_typed_is_never_a_formula(example):
    [heads] = of(await session_lines(example), "head_count")
    [closing] = of(await summit_lines(example), "session", session=CLOSING)

    assert heads["source"] == "'=usher's count"
    assert closing["label"] == "'=Clôture"


@pytest.mark.parametrize("audience", Audience)
async def test_no_cell_begins_as_a_formula_does(example, audience):
    lines = [
        *await session_lines(example, audience),
        *await summit_lines(example, audience),
        *await session_lines(example, audience, CLOSING),
    ]

    assert not [cell for line in lines for cell in line.values() if cell[:1] in set("=+-@\t\r\n")]


async def test_lines_end_as_the_standard_says(example):
    content = as_csv(await example.reports.session_report(TABLE, Audience.PUBLIC, "fr"))

    assert content.count(b"\n") == content.count(b"\r\n") > 50


async def test_the_summit_has_its_sessions_and_who_was_represented_in_each(example):
    lines = await summit_lines(example)

    assert value(lines, "attended", session="") == "17"
    assert value(lines, "attended", session=TABLE) == "16"
    assert value(lines, "represented_declared", kind="declared") == "24"
    assert value(lines, "represented", session=TABLE, code="UNESCO") == "1"
    assert value(lines, "represented", session=OPENING, code="UNESCO") == "0"
    assert [line["value"] for line in of(lines, "by_delegation")] == ["6", "5", "3", "2", "1"]
    assert len(of(lines, "views")) == 2


async def test_a_session_to_come_has_no_window(example):
    [window] = of(await session_lines(example, slug=CLOSING), "window")

    assert (window["label"], window["at"], window["value"]) == ("pas commencée", "", "")


async def test_the_window_and_the_sources_have_their_times(example):
    lines = await session_lines(example, "public")

    [window], [source] = of(lines, "window"), of(lines, "source")
    assert (window["at"], window["until"]) == ("2021-11-04T13:41:00.000Z", "2021-11-04T16:18:00.000Z")
    assert (source["code"], source["value"]) == ("zoom", "https://us02web.zoom.us/j/85512345678")
    assert at(41) < at(198)


async def test_labels_sentences_and_rules_are_in_the_language_asked_for(example):
    lines = await session_lines(example, lang="en")

    assert value(lines, "attended", label="people counted") == "16"
    assert of(lines, "sentence")[0]["value"].startswith("16 participants from 3 countries and regions")
    assert of(lines, "method", label="Counted")
    assert of(lines, "by_delegation", code="BE")[0]["label"] == "Belgium"
