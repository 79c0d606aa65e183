"""The JSON of figures and reports, held against the contract's own example."""

import json

import msgspec
import pytest

from streamhub.kit.clock import rfc3339
from streamhub.reports.documents import (
    as_json,
    fingerprint,
    report_document,
    statistics_document,
    summit_document,
    timeline_document,
)
from streamhub.statistics.disclosure import Audience
from tests.reports.example import CLOSING, OPENING, TABLE, ZOOM_LINK, at

CONTRACT = """
{"session": "table-ronde-ministerielle", "audience": "internal", "window": {"kind": "actual", "since": "…", "until": "…"}, "final": true, "version": null,
 "registered": 140, "represented": {"countries": 20, "regions": 3, "organisations": 3, "codes": ["BJ"]},
 "attended": 131, "attended_threshold": {"percent": 80, "people": 97},
 "peak": {"present": 118, "at": "…"}, "duration": {"total_seconds": 1012345, "median_seconds": 7401},
 "by_channel": {"hall": 61, "zoom": 44, "web": 26},
 "by_delegation": [{"code": "BJ", "attended": 6}], "by_country": [{"code": "BJ", "attended": 6}],
 "viewers": {"openings": 212, "peak": {"present": 88, "at": "…"}, "total_seconds": 301200},
 "sources": [{"provider": "youtube", "link": "…", "since": "…", "until": "…"}],
 "platforms": [{"platform": "youtube", "metric": "views", "value": 398, "kind": "declared", "at": "…", "source": "…", "covers": ["…"]}],
 "suppression": {"threshold": 5, "applied": false}}
"""  # noqa: E501 - to the letter

ADDED = {"web", "author"}
"""What we say beyond the contract, in internal figures."""


async def figures(example, audience="internal", slug=TABLE):
    """The statistics of a session as another program reads them."""
    protected = await example.statistics.of_session(slug, Audience(audience))
    return json.loads(msgspec.json.encode(statistics_document(protected)))


async def summit(example, audience="internal"):
    protected = await example.statistics.of_summit(Audience(audience))
    return json.loads(msgspec.json.encode(summit_document(protected, "ports-2021")))


def shape(value):
    """The names in a piece of JSON, at every depth; a list has the shape of its first item."""
    if isinstance(value, dict):
        return {name: shape(inner) for name, inner in value.items() if name not in ADDED}
    return [shape(value[0])] if isinstance(value, list) and value else None


async def test_internal_figures_have_exactly_the_names_of_the_contract(example):
    assert shape(await figures(example)) == shape(json.loads(CONTRACT))


async def test_public_figures_have_the_same_names_without_counts_of_delegations(example):
    expected = shape(json.loads(CONTRACT))
    del expected["by_delegation"], expected["by_country"]

    found = await figures(example, "public")

    assert found["by_channel"].pop("suppressed") is True
    assert shape(found) == expected
    assert found.keys().isdisjoint(ADDED)


async def test_the_figures_of_the_round_table_are_those_counted_by_hand(example):
    found = await figures(example)

    assert found["window"] == {
        "kind": "actual",
        "since": "2021-11-04T13:41:00.000Z",
        "until": "2021-11-04T16:18:00.000Z",
    }
    assert (found["final"], found["version"]) == (True, None)
    assert (found["registered"], found["attended"]) == (18, 16)
    assert found["represented"] == {
        "countries": 2,
        "regions": 1,
        "organisations": 1,
        "codes": ["BJ", "BE", "BE-WAL", "UNESCO"],
    }
    assert found["attended_threshold"] == {"percent": 80, "people": 6}
    assert found["peak"] == {"present": 16, "at": rfc3339(at(102))}
    assert found["duration"] == {
        "total_seconds": (6 * 157 + 5 * 120 + 3 * 109 + 2 * 96) * 60,
        "median_seconds": 120 * 60,
    }
    assert found["by_channel"] == {"hall": 9, "zoom": 2, "web": 5}
    assert {row["code"]: row["attended"] for row in found["by_delegation"]} == {
        "BJ": 6,
        "BE": 5,
        "BE-WAL": 3,
        "UNESCO": 2,
        "PRESS": 0,
    }
    assert found["by_country"] == [
        {"code": "BJ", "attended": 6},
        {"code": "BE", "attended": 8},
        {"code": None, "attended": 2},
    ]
    assert found["viewers"] == {
        "openings": 6,
        "peak": {"present": 6, "at": rfc3339(at(50))},
        "total_seconds": 6 * 3600,
    }
    assert found["web"] == {"page_seconds": (5 * 120 + 3 * 60) * 60, "player_seconds": 3600}


async def test_a_published_source_holds_no_passcode(example):
    [source] = (await figures(example, "public"))["sources"]

    assert source == {
        "provider": "zoom",
        "link": ZOOM_LINK,
        "since": rfc3339(at(41)),
        "until": rfc3339(at(198)),
    }


async def test_a_hidden_number_is_null_and_its_object_says_so(example):
    found = await figures(example, "public")

    assert found["by_channel"] == {"hall": 9, "zoom": None, "web": None, "suppressed": True}
    assert found["suppression"] == {"threshold": 5, "applied": True}
    assert found["attended"] == 16
    assert "suppressed" not in found


async def test_who_declared_a_figure_is_told_inside_the_house_only(example):
    public, internal = await figures(example, "public"), await figures(example)

    assert all("author" not in number for number in public["platforms"])
    assert all(number["author"].startswith("p_") for number in internal["platforms"])
    assert [number["covers"] for number in public["platforms"]] == [[OPENING, TABLE], [TABLE]]


@pytest.mark.parametrize("audience", Audience)
async def test_a_session_that_has_not_begun_has_no_window_and_counts_nothing(example, audience):
    found = await figures(example, audience, CLOSING)

    assert (found["window"], found["final"]) == (None, False)
    assert (found["attended"], found["by_channel"]) == (0, {"hall": 0, "zoom": 0, "web": 0})
    assert found["peak"] == {"present": 0, "at": None}
    assert found["duration"] == {"total_seconds": 0, "median_seconds": 0}
    assert found["represented"]["codes"] == []
    assert found["registered"] == 18


async def test_over_the_summit_a_person_stands_once_and_a_check_in_is_enough(example):
    found = await summit(example)

    assert (found["summit"], found["audience"], found["version"]) == ("ports-2021", "internal", None)
    assert (found["registered"], found["attended"], found["represented_declared"]) == (18, 17, 24)
    assert {row["code"]: row["attended"] for row in found["by_delegation"]}["PRESS"] == 1
    assert [one["session"] for one in found["sessions"]] == [OPENING, TABLE, CLOSING]
    assert found["sessions"][1] == await figures(example)
    assert found["matrix"][0] == {"code": "BJ", "sessions": [False, True, False]}
    assert "PRESS" not in [row["code"] for row in found["matrix"]]


async def test_each_session_of_the_public_summit_says_whether_something_of_it_is_hidden(example):
    found = await summit(example, "public")

    assert [one["suppression"]["applied"] for one in found["sessions"]] == [False, True, False]
    assert found["sessions"][1] == await figures(example, "public")
    assert found["suppression"] == {"threshold": 5, "applied": True}


async def test_a_curve_has_the_names_of_the_contract(example):
    protected = await example.statistics.timeline(TABLE, 600, Audience.INTERNAL)
    found = json.loads(msgspec.json.encode(timeline_document(protected, TABLE)))

    assert found["step"] == 600
    assert found["points"][0] == {
        "at": rfc3339(at(41)),
        "present": 9,
        "hall": 9,
        "zoom": 0,
        "web": 0,
        "peak_in_step": 9,
    }
    assert (found["audience"], found["suppression"]["applied"]) == ("internal", False)


async def test_a_public_curve_hides_the_split_and_not_the_sum(example):
    protected = await example.statistics.timeline(TABLE, 600, Audience.PUBLIC)
    found = json.loads(msgspec.json.encode(timeline_document(protected, TABLE)))

    first = found["points"][0]
    assert (first["present"], first["hall"], first["suppressed"]) == (9, None, True)


async def test_the_report_of_a_session_holds_what_the_contract_names(example):
    report = await example.reports.session_report(TABLE, Audience.PUBLIC, "en")
    found = json.loads(as_json(report))

    assert {
        "summit",
        "session",
        "statistics",
        "timeline",
        "method",
        "generated_at",
        "version",
    } <= found.keys()
    assert found["statistics"] == await figures(example, "public")
    assert (found["summit"]["slug"], found["summit"]["title"]) == ("ports-2021", "Summit of ports")
    assert (found["session"]["slug"], found["session"]["title"]) == (TABLE, "Round table")
    assert (found["generated_at"], found["version"], found["lang"]) == (rfc3339(at(210)), None, "en")
    assert found["timeline"]["step"] == 300
    assert {"term", "text"} == found["method"][0].keys()


async def test_the_report_of_the_summit_holds_its_statistics(example):
    report = await example.reports.summit_report(Audience.INTERNAL, "fr")

    found = json.loads(as_json(report))

    assert found["statistics"] == await summit(example)
    assert "session" not in found


async def test_the_fingerprint_knows_what_a_report_says_and_not_when(example):
    one = await example.reports.session_report(TABLE, Audience.PUBLIC, "fr")
    later = msgspec.structs.replace(report_document(one), generated_at="later")
    other = await example.reports.session_report(TABLE, Audience.INTERNAL, "fr")

    again = await example.reports.session_report(TABLE, Audience.PUBLIC, "fr")

    assert later != report_document(one)
    assert fingerprint(one) == fingerprint(again) != fingerprint(other)
