"""After a whole day on the real program: no code, token, name or address where none belongs.

Searched are the log at its most talkative, every refusal, every address that a browser is sent to,
the metrics, the audit log, each column of the database and each byte of its files, and what a real
browser asks of others.
"""

import sqlite3
from contextlib import closing
from datetime import timedelta
from urllib.parse import urlsplit

import aiohttp
import pytest
import pytest_asyncio

from streamhub.kit.clock import SystemClock, to_datetime
from tests.bulk.mail_server import mail_server
from tests.demo import demonstration
from tests.e2e.entering import enter
from tests.spine.whole_day import API, ASKER, PEOPLE, Day
from tests.stand_ins.zoom_sender import SECRET
from tests.waiting import PATIENCE

KEPT_IN_THE_CLEAR = {
    ("identities", "name"),
    ("identities", "email"),
    ("participants", "label"),
    ("floor_requests", "subject"),
}
"""Columns that are there to hold what a person is called or said; everything else holds ids."""

PLACES = ("", "/me", "/privacy", "/s/{live}", "/test")
STAFF_PLACES = {
    "moderator": ("/s/{live}/wall", "/s/{live}/projector", "/corrections"),
    "desk": ("/desk",),
    "communications": ("/figures", "/figures/{live}", "/figures/print"),
    "correspondent": ("/delegation",),
    "organiser": ("/console", "/console/people", "/console/lists", "/console/requests", "/console/audit"),
}


@pytest_asyncio.fixture(scope="module")
async def day(tmp_path_factory, chromium):
    """The day that took place; ``log`` is all that the program wrote."""
    folder = tmp_path_factory.mktemp("day")
    until = to_datetime(SystemClock().now()) + timedelta(hours=3)
    (folder / "zoom.toml").write_text(f'[ville]\nsecret_token = "{SECRET}"\n', encoding="utf-8")
    async with mail_server() as box:
        with (folder / "log").open("wb+") as log:
            async with (
                demonstration(
                    folder / "demo",
                    log=log,
                    STREAMHUB_LOG_LEVEL="debug",
                    STREAMHUB_METRICS="true",
                    STREAMHUB_TRUSTED_PROXIES="127.0.0.1",
                    STREAMHUB_SMTP_HOST="127.0.0.1",
                    STREAMHUB_SMTP_PORT=str(box.port),
                    STREAMHUB_SMTP_SECURITY="none",
                    STREAMHUB_SMTP_FROM="acces@sommet.example",
                    STREAMHUB_ZOOM_ACCOUNTS_FILE=str(folder / "zoom.toml"),
                    STREAMHUB_ACCESS_REQUESTS_UNTIL=until.isoformat(timespec="seconds"),
                ) as demo,
                aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as http,
            ):
                day = Day(demo, box, http)
                await day.invite()
                await day.attend()
                day.asked_by_browser = await browse(day, chromium)
                await day.count()
                await day.go_wrong()
                day.metrics = (await day.call("GET", "/metrics")).text
                assert "streamhub_http_requests_total" in day.metrics
                day.audit = (await day.must("GET", f"{API}/audit.csv", bearer="organiser")).text
                assert await demo.server.stop() == 0
            log.seek(0)
            day.log = log.read().decode()
    return day


async def browse(day, chromium):
    """Address and headers of every request of browsers: before a guest's click on the video, and after."""
    before, after = await visited(day, chromium, day.links[ASKER["email"]], PLACES, click="#load")
    for role, places in STAFF_PLACES.items():
        more, none = await visited(day, chromium, day.demo.links[role]["link"], places)
        assert none == []
        before += more
    return before, after


async def visited(day, chromium, link, places, click=None):
    """Somebody enters by their link in a browser of their own and goes to these places."""
    requests = []
    context = await chromium.new_context(locale="fr-BE")
    context.set_default_timeout(PATIENCE * 1_000)

    def asked(request):
        requests.append(request)

    context.on("request", asked)
    await context.route(lambda url: not url.startswith(day.demo.url), answer_nothing)
    page = await context.new_page()
    await enter(page, link)
    for place in (*places, "/s/{live}"):
        await page.goto(day.demo.url + place.format(live=day.demo.live))
    before = [(request.url, await request.all_headers()) for request in requests]
    requests.clear()
    if click:
        await page.click(click)
        await page.locator("#screen iframe").wait_for()
        await page.wait_for_timeout(500)
    after = [(request.url, await request.all_headers()) for request in requests if click]
    await context.close()
    return before, after


async def answer_nothing(route):
    """Another site: it is asked, and has nothing to say."""
    await route.fulfill(status=200, content_type="text/html", body="")


def found(words, text):
    return sorted(word for word in words if word in text)


def foreign(day, requests):
    ours = urlsplit(day.demo.url).netloc
    return [(url, headers) for url, headers in requests if urlsplit(url).netloc not in {ours, ""}]


def test_the_day_took_place(day):
    assert len(day.secrets) > 50
    assert set(day.box.counts) >= {ASKER["email"], *(row[2] for row in PEOPLE)}
    assert {"refused", "invitation replaced", "invitation revoked"} <= {
        line.partition('"event":')[2].split('"')[1] for line in day.log.splitlines() if '"event"' in line
    }


@pytest.mark.parametrize("what", ["secrets", "people"])
def test_the_log_holds_no_code_token_name_or_address(day, what):
    assert found(getattr(day, what), day.log) == []


@pytest.mark.parametrize("what", ["secrets", "people"])
def test_neither_do_metrics_refusals_and_the_audit_log(day, what):
    words = getattr(day, what)

    assert len(day.refused) >= 6
    assert found(words, day.metrics) == []
    assert found(words, day.audit) == []
    refused = [text for text in day.refused if '"file_invalid"' not in text]
    assert found(words, "\n".join(refused)) == []


def test_no_address_that_a_browser_is_sent_to_holds_a_secret(day):
    assert any(day.locations)
    assert found([*day.secrets, *day.people], "\n".join(day.locations)) == []


def test_a_browser_asks_nobody_else_anything_before_the_click(day):
    before, _ = day.asked_by_browser

    assert len(before) > 60
    assert foreign(day, before) == []


def test_no_referer_names_a_link_and_other_sites_learn_no_page(day):
    before, after = day.asked_by_browser
    referers = [headers["referer"] for _, headers in [*before, *after] if "referer" in headers]
    outside = foreign(day, after)

    assert found(day.secrets, "\n".join(referers)) == []
    assert [referer for referer in referers if "/j" in urlsplit(referer).path[:2]] == []
    assert outside
    for url, headers in outside:
        assert found([*day.secrets, *day.people], url + str(headers)) == []
        assert headers.get("referer", f"{day.demo.url}/") == f"{day.demo.url}/"
        assert "cookie" not in headers


def cells(day):
    """Every cell of the database: table, column, text."""
    with closing(sqlite3.connect(day.demo.data / "streamhub.db")) as db:
        for (table,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
            rows = db.execute(f'SELECT * FROM "{table}"')
            columns = [column[0] for column in rows.description]
            for row in rows:
                yield from ((table, column, str(value)) for column, value in zip(columns, row, strict=True))


def test_no_cell_of_the_database_holds_a_secret_or_an_address_of_a_machine(day):
    assert [cell for cell in cells(day) if found([*day.secrets, *day.addresses], cell[2])] == []


def test_a_name_or_word_of_somebody_stands_in_the_columns_that_are_for_it_and_nowhere_else(day):
    places = {(table, column) for table, column, text in cells(day) if found(day.people, text)}

    assert places <= KEPT_IN_THE_CLEAR
    assert ("identities", "email") in places


def test_who_was_erased_is_in_no_cell_and_no_byte(day):
    gone = PEOPLE[0][1:3]
    files = [file for file in day.demo.data.rglob("*") if file.is_file()]

    assert [cell for cell in cells(day) if found(gone, cell[2])] == []
    for file in files:
        content = file.read_bytes()
        assert [word for word in gone if word.encode() in content] == [], file.name


def test_no_byte_of_the_data_folder_is_a_code_a_token_or_a_proof(day):
    files = [file for file in day.demo.data.rglob("*") if file.is_file()]

    assert {"streamhub.db"} <= {file.name for file in files}
    for file in files:
        content = file.read_bytes()
        assert [secret for secret in day.secrets if secret.encode() in content] == [], file.name
        assert b"carte de presse 77" not in content, file.name
