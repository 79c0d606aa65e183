"""A link on the wall: pasted, looked at, shown to everybody, and taken back."""

import re

import pytest
from playwright.async_api import expect

from streamhub.access.roles import Role
from streamhub.kit.clock import MINUTE
from streamhub.relay.model import NewSource
from tests.axe import assert_accessible
from tests.handlers.house import ROOM, ZOOM, open_house
from tests.stand_ins.oembed import oembed

FACEBOOK = "https://www.facebook.com/watch/?v=1234567890123456"
TUBE = "https://www.youtube.com/watch?v=dQw4w9WgXcQ"


@pytest.fixture
async def house(tmp_path):
    async with (
        oembed({TUBE: "Table ronde"}) as there,
        open_house(tmp_path, stand_ins=(f"youtube={there.url}",)) as opened,
    ):
        yield opened


async def opened(house, wall):
    """The wall of a moderator, connected."""
    moderator = await house.guest(Role.MODERATOR)
    await wall.context.set_extra_http_headers({"Authorization": f"Bearer {moderator.token}"})
    await wall.goto(f"{house.url}/s/{ROOM}/wall")
    await expect(wall.locator("#staff summary span")).to_have_text("1")


async def test_a_pasted_link_is_looked_at_before_anybody_sees_it(house, browser_page):
    wall = await browser_page(expects=("status of 422",))
    await opened(house, wall)
    said = wall.locator("#link-said")

    for url, words in (
        (TUBE, "Se montrera dans la page\u202f: «\u202fTable ronde\u202f»."),
        (ZOOM, "S’ouvrira hors de la page, d’un clic."),
        ("https://youtu.be/aaaaaaaaaaa", "La plateforme ne connaît pas cette vidéo"),
        ("https://evil.example/video", "Ce site n’est pas de ceux que nous savons montrer ici."),
    ):
        await wall.fill("#link", url)
        await wall.press("#link", "Tab")
        await expect(said).to_contain_text(words)
    assert await house.use.relay.sources(ROOM) == ()


async def test_a_source_is_looked_at_switched_to_and_taken_back(house, browser_page):
    first = await house.show(TUBE, label="Chaîne")
    second = await house.use.relay.add(ROOM, NewSource(url=FACEBOOK, label="Page"), None)
    await house.use.relay.add(ROOM, NewSource(text="Appelez.", phone="+32 81 00 00 00"), None)
    house.clock.advance(minutes=1)
    asked = []
    wall = await browser_page(expects=("net::ERR", "Failed to load"))
    wall.on("request", lambda request: asked.append(request.url))
    await opened(house, wall)
    row = wall.locator(f"[data-source='{second.id}']").first

    await row.locator("[data-do=look]").click()
    await expect(wall.locator("#look-who")).to_contain_text("Facebook (Meta Platforms) reçoit")
    assert [url for url in asked if not url.startswith(house.url)] == []
    await wall.click("#look-load")
    await expect(wall.locator("#look iframe")).to_have_attribute("src", re.compile(second.id))
    await assert_accessible(wall)

    await row.locator("[data-do=show]").click()
    await expect(wall.locator("#on-air")).to_contain_text("Page est à l’écran chez tous.")
    house.clock.advance(seconds=2)
    await wall.locator("#on-air button").click()
    await expect(wall.locator("#said")).to_contain_text("Chaîne est de nouveau à l’écran")
    assert (await house.use.relay.active(ROOM)).id == first.id

    await wall.click("[data-do=fall]")
    await expect(wall.locator("#on-air")).to_contain_text("Page est à l’écran")
    await expect(wall.locator("[data-do=fall]")).to_have_text(re.compile("passer à Texte et téléphone"))


async def test_a_proposal_comes_to_an_open_wall_and_a_source_moves_by_the_keyboard(house, browser_page):
    await house.show(TUBE, label="Chaîne")
    second = await house.use.relay.add(ROOM, NewSource(url=FACEBOOK, label="Page"), None)
    wall = await browser_page()
    await opened(house, wall)
    await expect(wall.locator("#proposals")).to_be_hidden()
    start = (await house.use.programme.session(ROOM)).starts_at
    await house.use.timetable.plan(ROOM, second.id, start - 20 * MINUTE)

    house.clock.advance(ms=start - 20 * MINUTE - house.clock.now())
    await expect(wall.locator("#proposals")).to_contain_text("14:40\u202f: passer à Page\u202f?")
    await wall.locator("#proposals button", has_text="Ignorer").click()
    await expect(wall.locator("#proposals")).to_be_hidden()

    up = wall.locator(f"[data-source='{second.id}'] [data-do=up]")
    await up.focus()
    await wall.keyboard.press("Enter")
    await expect(wall.locator("#sources li").first).to_contain_text("Page")
    assert (await house.use.relay.sources(ROOM))[0].id == second.id
    assert await wall.evaluate("document.activeElement.closest('li').dataset.source") == second.id
