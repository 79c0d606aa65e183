"""Figures and reports over HTTP: who may have them, in what form, and when they are unchanged."""

import csv
import io
import json

import pytest

from streamhub.access.roles import FIGURES, Role
from streamhub.attendance.model import Cause, Key
from streamhub.kit.channel import Channel
from streamhub.kit.clock import MINUTE
from streamhub.programme.model import SessionState
from tests.handlers.house import API, OPEN, ROOM, open_house

SESSION, SUMMIT = f"/sessions/{ROOM}", ""
FORMATS = {"json": "application/json", "csv": "text/csv", "html": "text/html"}
PATHS = (
    f"{SESSION}/statistics",
    f"{SESSION}/timeline",
    "/statistics",
    *(f"{subject}/report.{kind}" for subject in (SESSION, SUMMIT) for kind in FORMATS),
)


@pytest.fixture(scope="module")
async def house(tmp_path_factory):
    """A workshop that lasted two hours: six from Benin on the page, two of Unesco in the hall."""
    async with open_house(tmp_path_factory.mktemp("statistics")) as opened:
        since = opened.clock.now()
        await opened.begin()
        await attend(opened, "BJ", 6, Channel.WEB, since, since + 60 * MINUTE)
        await attend(opened, "UNESCO", 2, Channel.HALL, since, since + 120 * MINUTE)
        opened.clock.advance(minutes=120)
        await opened.begin(state=SessionState.ENDED)
        yield opened


async def attend(house, delegation, count, channel, since, until):
    keys = [
        Key((await house.guest(delegation=delegation)).participant, ROOM, 1, channel) for _ in range(count)
    ]
    for key in keys:
        await house.use.attendance.arrive(key, since)
    await house.use.attendance.depart([(key, until) for key in keys], Cause.BYE)


@pytest.fixture(scope="module")
async def staff(house):
    return await house.guest(Role.COMMUNICATIONS)


async def get(house, path, guest, **headers):
    """Status, headers and body."""
    async with house.raw("GET", f"{API}{path}", guest, **headers) as answer:
        return answer.status, answer.headers, await answer.read()


@pytest.mark.parametrize("role", Role)
async def test_only_those_who_publish_figures_get_them(house, role):
    guest = await house.guest(role)

    for path in PATHS:
        status, _, body = await get(house, path, guest)

        assert status == (200 if role in FIGURES else 403), path
        assert status == 200 or json.loads(body)["code"] == "role_forbidden"


async def test_nobody_gets_figures_without_an_invitation(house):
    assert {(await get(house, path, None))[0] for path in PATHS} == {401}


async def test_the_figures_of_a_session(house, staff):
    status, found = await house.ask("GET", f"{SESSION}/statistics?audience=internal", staff)

    assert status == 200
    assert (found["session"], found["audience"], found["final"]) == (ROOM, "internal", True)
    assert (found["attended"], found["by_channel"]) == (8, {"hall": 2, "zoom": 0, "web": 6})
    assert found["duration"] == {"total_seconds": (6 * 60 + 2 * 120) * 60, "median_seconds": 3600}
    assert {row["code"]: row["attended"] for row in found["by_delegation"]} == {"BJ": 6, "UNESCO": 2}


async def test_figures_are_for_publication_unless_exact_ones_are_asked_for(house, staff):
    _, found = await house.ask("GET", f"{SESSION}/statistics", staff)

    assert found["audience"] == "public"
    assert "by_delegation" not in found
    assert found["by_channel"] == {"hall": None, "zoom": 0, "web": None, "suppressed": True}


async def test_empty_words_of_the_query_mean_their_default(house, staff):
    status, found = await house.ask("GET", f"{SESSION}/statistics?audience=&window=&version=", staff)

    assert status == 200
    assert (found["audience"], found["window"]["kind"]) == ("public", "actual")


async def test_the_times_of_the_timetable_may_be_asked_for(house, staff):
    """The workshop is planned for 15:00; it was held from 13:00 to 15:00, so none of its time has come."""
    _, found = await house.ask("GET", f"{SESSION}/statistics?window=scheduled&audience=internal", staff)

    assert (found["window"], found["attended"]) == (None, 0)


@pytest.mark.parametrize(
    ("path", "field"),
    [
        (f"{SESSION}/statistics?audience=everybody", "audience"),
        (f"{SESSION}/statistics?window=tomorrow", "window"),
        (f"{SESSION}/statistics?window=scheduled", "window"),
        (f"{SESSION}/timeline?window=scheduled", "window"),
        (f"{SESSION}/statistics?version=2", "version"),
        ("/statistics?version=1", "version"),
        (f"{SESSION}/timeline?step=0", "step"),
        (f"{SESSION}/timeline?step=86401", "step"),
        (f"{SESSION}/timeline?step=half", "step"),
        (f"{SESSION}/report.csv?audience=press", "audience"),
    ],
)
async def test_a_word_that_is_none_is_refused_by_name(house, staff, path, field):
    status, problem = await house.ask("GET", path, staff)

    assert (status, problem["code"]) == (422, "field_invalid")
    assert [error["field"] for error in problem["errors"]] == [field]


async def test_the_summit_counts_everybody_once(house, staff):
    _, found = await house.ask("GET", "/statistics?audience=internal", staff)

    assert (found["summit"], found["attended"]) == ("sommet", 8)
    assert [one["session"] for one in found["sessions"]] == [OPEN, ROOM]


async def test_the_curve_has_a_point_a_minute_unless_asked_otherwise(house, staff):
    _, minutely = await house.ask("GET", f"{SESSION}/timeline?audience=internal", staff)
    _, hourly = await house.ask("GET", f"{SESSION}/timeline?audience=internal&step=3600", staff)

    assert (minutely["step"], len(minutely["points"])) == (60, 120)
    assert [(p["present"], p["hall"], p["web"], p["peak_in_step"]) for p in hourly["points"]] == [
        (8, 2, 6, 8),
        (2, 2, 0, 2),
    ]


@pytest.mark.parametrize(
    "path", [f"/sessions/gone/{word}" for word in ("statistics", "timeline", "report.csv")]
)
async def test_a_session_that_is_not_there_has_no_figures(house, staff, path):
    status, problem = await house.ask("GET", path, staff)

    assert (status, problem["code"]) == (404, "unknown_session")


@pytest.mark.parametrize("kind", ["docx", "pdf", "xlsx", "txt", ""])
@pytest.mark.parametrize("subject", [SESSION, SUMMIT])
async def test_a_form_that_does_not_exist_is_not_found(house, staff, subject, kind):
    status, problem = await house.ask("GET", f"{subject}/report.{kind}", staff)

    assert (status, problem["code"]) == (404, "not_found")


@pytest.mark.parametrize(("kind", "content_type"), FORMATS.items())
async def test_a_report_comes_as_a_file_with_its_name(house, staff, kind, content_type):
    _, headers, body = await get(house, f"{SESSION}/report.{kind}?lang=en", staff)

    assert headers["Content-Type"].split(";")[0] == content_type
    assert headers["Content-Disposition"] == f'attachment; filename="sommet-{ROOM}-public-en.{kind}"'
    assert body


async def test_the_forms_of_a_report_say_the_same(house, staff):
    query = "?audience=internal&lang=fr"
    _, _, as_json = await get(house, f"{SESSION}/report.json{query}", staff)
    _, _, as_csv = await get(house, f"{SESSION}/report.csv{query}", staff)
    _, _, as_html = await get(house, f"{SESSION}/report.html{query}", staff)
    _, figures = await house.ask("GET", f"{SESSION}/statistics?audience=internal", staff)

    report = json.loads(as_json)
    lines = list(csv.DictReader(io.StringIO(as_csv.decode("utf-8-sig"))))
    assert report["statistics"] == figures
    assert [line["value"] for line in lines if line["figure"] == "attended"] == ["8"]
    assert report["sentences"][0] == "8 participants de 1 pays et 1 organisation."
    assert report["sentences"][0] in as_html.decode()
    assert report["sentences"][0] in [line["value"] for line in lines]


async def test_the_language_is_the_one_asked_for_else_the_browsers(house, staff):
    async def sentence(query="", **headers):
        _, _, body = await get(house, f"{SESSION}/report.json{query}", staff, **headers)
        return json.loads(body)["sentences"][0]

    assert "from" in await sentence("?lang=en", Accept_Language="fr")
    assert "from" in await sentence(Accept_Language="en-GB,en;q=0.9")
    assert "de" in await sentence()


@pytest.mark.parametrize(
    "path", [f"{subject}/report.{kind}" for subject in (SESSION, SUMMIT) for kind in FORMATS]
)
async def test_whoever_has_the_report_already_does_not_get_it_again(house, staff, path):
    _, headers, _ = await get(house, path, staff)
    tag = headers["ETag"]
    house.clock.advance(minutes=1)

    status, unchanged, body = await get(house, path, staff, If_None_Match=f'"other", {tag}')

    assert (status, body, unchanged["ETag"]) == (304, b"", tag)
    assert headers["Cache-Control"] == "private, no-cache"


async def test_the_tag_tells_version_figures_language_and_form_apart(house, staff):
    tags = set()
    paths = [
        f"{SESSION}/report.{kind}?lang={lang}&audience={audience}"
        for kind in FORMATS
        for lang in ("fr", "en")
        for audience in ("public", "internal")
    ]
    for path in paths:
        _, headers, _ = await get(house, path, staff)
        tags.add(headers["ETag"])

    assert len(tags) == len(paths)
    assert all(tag.startswith('W/"live-') for tag in tags)
    assert {tag.rstrip('"').rsplit("-", 2)[1] for tag in tags} == {"fr", "en"}


async def test_a_new_figure_makes_a_new_report(house, staff):
    path = f"{SUMMIT}/report.json"
    _, before, _ = await get(house, path, staff)
    figure = {
        "summit": True,
        "platform": "youtube",
        "metric": "views",
        "value": 398,
        "at": "2021-11-04T11:00:00Z",
        "source": "Studio",
    }
    status, _ = await house.ask("POST", "/figures", staff, figure)

    again, after, body = await get(house, path, staff, If_None_Match=before["ETag"])

    assert (status, again) == (201, 200)
    assert after["ETag"] != before["ETag"]
    assert "près de 400 vues" in json.loads(body)["sentences"][-1]


async def test_who_read_exact_figures_stands_in_the_audit_log_by_id(house):
    reader = await house.guest(Role.COMMUNICATIONS)
    organiser = await house.guest(Role.ORGANISER)
    looks = f"/audit?by={reader.participant}&action=figures.internal"

    await house.ask("GET", f"{SESSION}/statistics", reader)
    _, quiet = await house.ask("GET", looks, organiser)
    await house.ask("GET", f"{SESSION}/statistics?audience=internal", reader)
    _, loud = await house.ask("GET", looks, organiser)

    assert quiet["items"] == []
    [look] = loud["items"]
    assert (look["role"], look["target"], look["detail"]) == ("communications", ROOM, {})


async def test_the_openapi_document_lists_the_forms_that_exist(house):
    async with house.raw("GET", "/openapi.json") as answer:
        paths = (await answer.json())["paths"]

    reports = {path for path in paths if "/report" in path}
    assert reports == {f"{API}{s}/report.{kind}" for s in ("/sessions/{slug}", "") for kind in FORMATS}
