"""Zoom inside our page, in a browser: nothing leaves before the click, and what the SDK is then given."""

import json

import pytest
from playwright.async_api import expect

from tests.axe import violations
from tests.conftest import PHONE
from tests.handlers.house import ROOM, ZOOM, open_house

ACCOUNTS = '[ville]\nsdk_key = "sdkKeyExample00000001"\nsdk_secret = "sdkSecretExample0123456789abcdef"\n'
SDK = """
window.given = {};
window.ZoomMtgEmbedded = {createClient: () => ({
  on: (event, heard) => { window.given.heard = heard; },
  init: async (options) => { window.given.init = {...options, zoomAppRoot: options.zoomAppRoot.id}; },
  join: async (options) => {
    window.given.join = options;
    if (window.fails) throw {type: "JOIN_MEETING_FAILED", reason: "Meeting is locked", errorCode: 4006};
  },
})};
"""


@pytest.fixture(scope="module")
async def house(tmp_path_factory):
    folder = tmp_path_factory.mktemp("zoom")
    file = folder / "zoom.toml"
    file.write_text(ACCOUNTS)
    async with open_house(folder / "data", zoom_accounts_file=str(file), zoom_embedded=True) as house:
        await house.show(ZOOM, account="ville")
        await house.begin()
        yield house


async def arrived(house, browser_page, **options):
    """Somebody on the page, and the addresses that the browser asked for."""
    guest = await house.guest()
    page = await browser_page(**options)
    asked = []

    async def answer(route):
        await route.fulfill(
            body=SDK if "embedded" in route.request.url else "", content_type="text/javascript"
        )

    await page.context.route("https://source.zoom.us/**", answer)
    page.on("request", lambda request: asked.append(request.url))
    await page.set_extra_http_headers({"Authorization": f"Bearer {guest.token}"})
    await page.goto(f"{house.url}/s/{ROOM}/zoom")
    return guest, page, asked


async def test_zoom_hears_of_nobody_before_the_click_and_then_gets_the_right_fields(house, browser_page):
    guest, page, asked = await arrived(house, browser_page)
    await expect(page.locator("#join")).to_be_enabled()

    assert [url for url in asked if not url.startswith(house.url)] == []
    assert await violations(page) == []
    await page.click("#join")
    await expect(page.locator("#said")).to_contain_text("Vous êtes dans la réunion.")

    others = [url for url in asked if not url.startswith(house.url)]
    assert [url.rpartition("/")[2].partition(".")[0] for url in others] == [
        "react",
        "react-dom",
        "redux",
        "redux-thunk",
        "lodash",
        "zoom-meeting-embedded-6",
    ]
    assert {url.split("/")[2] for url in others} == {"source.zoom.us"}
    given = json.loads(await page.evaluate("JSON.stringify(given)"))
    assert given["init"] == {
        "zoomAppRoot": "zoom",
        "language": "fr-FR",
        "patchJsMedia": True,
        "leaveOnPageUnload": True,
        "disableCORP": True,
    }
    assert given["join"].keys() == {"signature", "meetingNumber", "password", "userName", "customerKey"}
    assert given["join"]["meetingNumber"] == "85512345678"
    assert given["join"]["password"] == "QWxhZGRpbjpvcGVu.1"
    assert guest.seat in given["join"]["userName"]


async def test_what_zoom_refuses_is_said_in_words_and_may_be_tried_again(house, browser_page):
    _, page, _ = await arrived(house, browser_page, locale="en-GB")
    await page.evaluate("window.fails = true")

    await page.click("#join")
    await expect(page.locator("#said")).to_contain_text("locked")
    await page.evaluate("window.fails = false")
    await page.click("#join")

    await expect(page.locator("#said")).to_have_class("say ok")
    await page.evaluate("given.heard({state: 'Closed', reason: 'ended by host'})")
    await expect(page.locator("#said")).to_contain_text("left the meeting")
    await expect(page.locator("#join")).to_be_enabled()


async def test_on_a_phone_only_the_application_is_offered(house, browser_page):
    _, page, asked = await arrived(house, browser_page, viewport=PHONE, has_touch=True, is_mobile=True)

    await expect(page.locator("#phone")).to_be_visible()
    await expect(page.locator("#join")).to_be_hidden()
    await expect(page.locator("#go")).to_be_visible()
    assert [url for url in asked if not url.startswith(house.url)] == []
