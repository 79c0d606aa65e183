"""How busy the service is, for those who watch it: off by default, and nobody's data."""

import re

import pytest

from tests.handlers.house import ROOM, open_house


@pytest.fixture
async def house(tmp_path):
    async with open_house(tmp_path, metrics=True) as opened:
        yield opened


async def scraped(house):
    async with house.raw("GET", "/metrics") as answer:
        assert answer.status == 200
        assert answer.headers["Content-Type"].startswith("text/plain")
        return await answer.text()


def value(text, name):
    found = re.search(rf"^{re.escape(name)} (\S+)$", text, re.MULTILINE)
    return float(found[1]) if found else None


async def test_they_are_off_until_somebody_switches_them_on(tmp_path):
    async with open_house(tmp_path) as house, house.raw("GET", "/metrics") as answer:
        assert answer.status == 404


async def test_open_pages_and_answers_are_counted(house):
    guest = await house.guest()
    await house.begin()
    async with house.page(guest):
        await house.ask("GET", "/sessions")
        during = await scraped(house)
    answers = 'streamhub_http_requests_total{method="GET",path="/api/v1/sessions",status="200"}'

    assert value(during, "streamhub_live_pages") == 1
    assert value(during, "streamhub_ready") == 1
    assert value(during, "streamhub_writes_waiting") is not None
    assert value(during, answers) == 1


async def test_refusals_and_what_is_not_there_are_counted_by_words_of_ours_alone(house):
    await house.ask("GET", f"/sessions/{ROOM}")
    async with house.raw("GET", "/j/abcdefghijklmnopqrstuvwxyz"):
        pass
    async with house.raw("GET", "/secret-looking/path"):
        pass
    async with house.raw("PROPFIND", "/coffee"):
        pass
    text = await scraped(house)

    assert (
        value(text, 'streamhub_http_requests_total{method="GET",path="/api/v1/sessions/{slug}",status="401"}')
        == 1
    )
    assert value(text, 'streamhub_http_requests_total{method="-",path="-",status="404"}') == 2
    assert "secret-looking" not in text
    assert "abcdefghij" not in text
    assert "PROPFIND" not in text
    assert ROOM not in text
