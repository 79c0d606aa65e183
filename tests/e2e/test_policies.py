"""What a delegate's page says of devices and seats, in a real browser."""

import pytest
import pytest_asyncio
from playwright.async_api import expect

from tests.axe import assert_accessible
from tests.conftest import PHONE
from tests.e2e.entering import enter
from tests.policies import SLUG, loaded, people, summit
from tests.ports import free_port

COUNTED = "Vous êtes compté(e) depuis"


@pytest_asyncio.fixture(scope="module")
async def room(tmp_path_factory):
    data, codes = await loaded(tmp_path_factory.mktemp("policies"))
    async with summit(data, free_port(), codes, STREAMHUB_GRACE_SECONDS="8") as room:
        yield room


@pytest.fixture
def code(room):
    """A delegation that no other test uses."""
    return room.codes.pop()


async def entered(browser_page, room, person, **options):
    """Open somebody's link and press its one button."""
    page = await enter(await browser_page(**options), person["link"])
    await page.goto(f"{room.url}/s/{SLUG}")
    return page


def status(page):
    return page.locator("#status strong")


async def test_the_old_page_says_so_kindly_and_resumes_here(browser_page, room, code):
    [person] = await people(room, code, 1, device_policy="take_over")
    laptop = await entered(browser_page, room, person)
    await expect(status(laptop)).to_contain_text(COUNTED)
    await laptop.evaluate("window.neverReloaded = true")

    phone = await entered(browser_page, room, person, viewport=PHONE)
    await expect(status(laptop)).to_contain_text("sur un autre appareil. Revenir ici")
    await expect(laptop.locator("#status .small")).to_contain_text("sans interruption")
    await assert_accessible(laptop)
    await laptop.wait_for_timeout(2_500)
    await expect(status(phone)).to_contain_text(COUNTED)

    await laptop.click("#retry")

    await expect(status(laptop)).to_contain_text(COUNTED)
    await expect(status(phone)).to_contain_text("Revenir ici")
    assert await laptop.evaluate("window.neverReloaded")
    [stay] = (await room.api(person["token"]).get("/api/v1/me/stays"))["items"]
    assert stay["until"] is None


async def test_a_refused_page_says_why_and_comes_in_once_the_other_is_closed(browser_page, room, code):
    [person] = await people(room, code, 1, devices=1, device_policy="refuse")
    laptop = await entered(browser_page, room, person)
    await expect(status(laptop)).to_contain_text(COUNTED)

    phone = await entered(browser_page, room, person)
    await expect(status(phone)).to_contain_text("déjà ouvert sur 1 appareil")
    await expect(status(laptop)).to_contain_text(COUNTED)
    await laptop.goto("about:blank")
    await phone.click("#retry")

    await expect(status(phone)).to_contain_text(COUNTED)


async def test_who_waits_for_a_seat_sees_the_place_and_nothing_else_until_it_is_free(
    browser_page, room, code
):
    sources = f"/api/v1/sessions/{SLUG}/sources"
    body = {"url": "https://youtu.be/dQw4w9WgXcQ", "activate": True}
    await room.by["moderator"].post(sources, body, status=201)
    found = await people(room, code, 5)
    first, *_ = [await entered(browser_page, room, person) for person in found[:3]]
    await expect(first.locator("#video")).to_be_visible()
    ahead = await entered(browser_page, room, found[3])
    await expect(status(ahead)).to_contain_text("Vous êtes n° 1 en attente")

    waiting = await entered(browser_page, room, found[4])

    await expect(status(waiting)).to_contain_text("Vous êtes n° 2 en attente")
    await expect(status(waiting)).to_contain_text("Les 3 places à distance de votre délégation sont prises.")
    assert "dQw4w9WgXcQ" not in await waiting.content()
    for part in ("#video", "#leave", "#text", "#nothing", "#floor"):
        await expect(waiting.locator(part)).to_be_hidden()
    await assert_accessible(waiting)
    await ahead.goto("about:blank")
    await expect(status(waiting)).to_contain_text("Vous êtes n° 1 en attente")
    await first.goto("about:blank")
    await expect(status(waiting)).to_contain_text(COUNTED)
    await expect(waiting.locator("#video")).to_be_visible()
    await expect(waiting.locator("#leave")).to_be_visible()
    assert "pwd=" in await waiting.get_attribute("#go", "href")


async def wall_of(browser_page, room, code, **options):
    """A moderator's wall with the dialog of one delegation open."""
    [moderator] = (await room.by["organiser"].post("/api/v1/invitations", {"role": "moderator"}, status=201))[
        "items"
    ]
    wall = await enter(await browser_page(**options), moderator["link"])
    await wall.goto(f"{room.url}/s/{SLUG}/wall")
    await expect(wall.locator(f".tile[data-code={code}]")).to_be_visible()
    await wall.wait_for_load_state("load")
    await wall.click(f".tile[data-code={code}]")
    return wall


async def test_a_moderator_lets_one_in_then_the_whole_delegation_each_by_one_tap(browser_page, room, code):
    found = await people(room, code, 5)
    pages = [await entered(browser_page, room, person) for person in found]
    await expect(status(pages[4])).to_contain_text("Vous êtes n° 2 en attente")
    wall = await wall_of(browser_page, room, code, viewport=PHONE)

    await expect(wall.locator(f".tile[data-code={code}]")).to_contain_text("complet")
    await expect(wall.locator("#people-taken")).to_have_text("3 à distance pour 3 places, 2 en attente")
    await assert_accessible(wall)
    too_wide = await wall.evaluate("document.querySelector('#people').scrollWidth > innerWidth")
    assert not too_wide
    await wall.click("#people li[data-state=waiting] .go >> nth=0")
    await expect(status(pages[3])).to_contain_text(COUNTED)
    await expect(wall.locator("#people li[data-state=waiting]")).to_have_count(1)
    await wall.click("#admit-all")

    await expect(status(pages[4])).to_contain_text(COUNTED)
    await expect(wall.locator("#people-taken")).to_have_text("5 à distance pour 3 places")
    await expect(wall.locator("#admit-all")).to_be_hidden()
    await expect(wall.locator(f".tile[data-code={code}]")).not_to_contain_text("complet")
    await wall.click("#people .told button:has-text('De nouveau selon les places')")
    await expect(wall.locator("#people .told")).to_contain_text("attend de nouveau une place")
    [late] = await people(room, code, 1)
    await expect(status(await entered(browser_page, room, late))).to_contain_text("Vous êtes n° 1 en attente")


async def test_a_moderator_lifts_the_device_limit_by_one_tap_and_takes_it_back(browser_page, room, code):
    [person] = await people(room, code, 1, devices=1, device_policy="refuse")
    laptop = await entered(browser_page, room, person)
    await expect(status(laptop)).to_contain_text(COUNTED)
    phone = await entered(browser_page, room, person, viewport=PHONE)
    await expect(status(phone)).to_contain_text("déjà ouvert sur 1 appareil")
    wall = await wall_of(browser_page, room, code)

    await wall.click("#people li[data-state=online] button:has-text('Autoriser un appareil de plus')")
    await expect(wall.locator("#people .told")).to_contain_text("2 appareils à la fois")
    await phone.click("#retry")

    await expect(status(phone)).to_contain_text(COUNTED)
    await expect(status(laptop)).to_contain_text(COUNTED)
    await expect(wall.locator("#people li[data-state=online]")).to_contain_text("2 appareils")
    await wall.click("#people .told button:has-text('Comme avant')")
    await expect(wall.locator("#people .told")).to_contain_text("1 appareils à la fois")
