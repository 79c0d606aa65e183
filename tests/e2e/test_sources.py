"""A link on the wall: pasted, looked at, shown to everybody, and taken back."""

import pytest
from playwright.async_api import expect

from streamhub.access.roles import Role
from tests.handlers.house import ROOM, ZOOM, open_house
from tests.stand_ins.oembed import oembed

TUBE = "https://www.youtube.com/watch?v=dQw4w9WgXcQ"

pytestmark = pytest.mark.timeout(120)


@pytest.fixture
async def house(tmp_path):
    async with (
        oembed({TUBE: "Table ronde"}) as there,
        open_house(tmp_path, stand_ins=(f"youtube={there.url}",)) as opened,
    ):
        yield opened


async def wall_of(house, browser_page, **options):
    moderator = await house.guest(Role.MODERATOR)
    wall = await browser_page(**options)
    await wall.set_extra_http_headers({"Authorization": f"Bearer {moderator.token}"})
    await wall.goto(f"{house.url}/s/{ROOM}/wall")
    return wall


async def test_a_pasted_link_is_looked_at_before_anybody_sees_it(house, browser_page):
    wall = await wall_of(house, browser_page, expects=("status of 422", "401", "403"))
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
