"""Which language somebody gets: asked for in the address, else by the browser, never by a cookie."""

import re

import pytest

from streamhub.handlers.request import COOKIE
from tests.edge.conftest import API, LATER, LIVE, ROOM

PAGES = ["/", f"/s/{LIVE}", f"/s/{LATER}", "/privacy", "/j", f"/j/{'a' * 26}"]


async def read(house, path, accept=None, **headers):
    sent = {"Accept": "text/html", **headers}
    if accept is not None:
        sent["Accept-Language"] = accept
    async with house.client.get(path, headers=sent) as answer:
        text = await answer.text()
        [lang] = re.findall(r'<html lang="(\w+)"', text)
        assert answer.headers["Content-Language"] == lang
        assert "Accept-Language" in answer.headers["Vary"]
        assert "Set-Cookie" not in answer.headers
        return lang, text


@pytest.mark.parametrize("path", PAGES)
async def test_a_page_speaks_the_language_asked_for(house, path):
    assert (await read(house, path))[0] == "fr"
    assert (await read(house, path, "en-GB,en;q=0.9,fr;q=0.8"))[0] == "en"
    assert (await read(house, f"{path}?lang=en"))[0] == "en"
    assert (await read(house, f"{path}?lang=fr", "en"))[0] == "fr"


@pytest.mark.parametrize(
    ("accept", "lang"),
    [
        ("", "fr"),
        ("de", "fr"),
        ("de, en;q=0.5", "en"),
        ("en;q=0, fr;q=0.1", "fr"),
        ("fr;q=0.3, en;q=0.7", "en"),
        ("EN-us", "en"),
        ("*", "fr"),
        ("en;q=x", "fr"),
        ("en;q=nan, fr", "fr"),
        ("en;q=-1", "fr"),
        (";;;,,,;q=1", "fr"),
        ("x" * 5_000, "fr"),
        ("de," * 1_000 + "en", "fr"),  # only the first few are read
    ],
)
async def test_the_browsers_choice_is_weighed_and_nonsense_is_french(house, accept, lang):
    assert (await read(house, "/", accept))[0] == lang


@pytest.mark.parametrize("asked", ["de", "", "EN", "../en", "en%00", "%C3%A9", "<script>"])
async def test_a_language_that_we_do_not_speak_is_as_if_none_was_asked_for(house, asked):
    lang, text = await read(house, f"/?lang={asked}", "en")

    assert lang == "en"
    assert "<script>" not in text.replace("<script type", "")


async def test_links_carry_the_language_that_was_asked_for_and_only_then(house):
    asked, plain = (await read(house, "/?lang=en"))[1], (await read(house, "/", "en"))[1]

    assert f'href="/s/{LIVE}?lang=en"' in asked
    assert f'href="/s/{LIVE}"' in plain


async def test_an_error_page_speaks_it_too(house):
    for path in ("/s/nulle-part", f"/s/{ROOM}", "/nulle-part", "/me"):
        assert (await read(house, f"{path}?lang=en"))[0] == "en", path
        assert (await read(house, path))[0] == "fr", path


async def test_the_interface_gives_titles_in_the_callers_language_and_in_all(house):
    found = {}
    for lang in ("fr", "en"):
        async with house.client.get(f"{API}/sessions/{LIVE}", headers={"Accept-Language": lang}) as answer:
            found[lang] = await answer.json()

    assert found["fr"]["titles"] == found["en"]["titles"]
    assert [found[lang]["title"] for lang in ("fr", "en")] == [
        found["fr"]["titles"][lang] for lang in ("fr", "en")
    ]
    assert found["fr"]["title"] != found["en"]["title"]


async def test_no_cookie_but_ours_is_ever_set(house):
    link = (await house.invite()).link.removeprefix(house.url)
    async with house.client.post(f"{link}?lang=en", allow_redirects=False) as answer:
        assert answer.headers["Location"].endswith("?lang=en")
        assert [cookie.split("=")[0] for cookie in answer.headers.getall("Set-Cookie")] == [COOKIE]
