"""The summit in a real browser: a delegate, the wall, the desk, the figures."""

import re

import pytest
from playwright.async_api import expect

from tests.axe import assert_accessible, has_turn
from tests.conftest import PHONE
from tests.demo import demonstration
from tests.e2e.entering import enter
from tests.e2e.long_words import lengthen
from tests.ports import free_port
from tests.process import running
from tests.waiting import seconds_of, within


async def entered(browser_page, demo, role, **options):
    """Open a role's printed link and press its one button."""
    return await enter(await browser_page(**options), demo.links[role]["link"])


async def test_from_the_printed_link_to_the_wall_the_door_the_switch_and_the_figures(demo, browser_page):
    wall = await entered(browser_page, demo, "moderator")
    await expect(wall.locator("[data-h=present]")).to_have_text("0")

    delegate = await entered(browser_page, demo, "delegate", viewport=PHONE)
    place = delegate.url

    async def shown_on_the_wall():
        await delegate.goto("about:blank")
        await expect(wall.locator("[data-h=present]")).to_have_text("0")
        await delegate.goto(place)
        await expect(delegate.locator("#status strong")).to_contain_text("Vous êtes compté(e) depuis")
        return await seconds_of(expect(wall.locator("[data-h=present]")).to_have_text("1"))

    await within(1, shown_on_the_wall)
    await expect(wall.locator("[data-h=web]")).to_have_text("1")

    tab = await browser_page(context=delegate.context)
    await tab.goto(delegate.url)
    await expect(tab.locator("#status strong")).to_contain_text("Vous êtes compté(e) depuis")
    await expect(wall.locator("[data-h=present]")).to_have_text("1")
    await tab.close()

    desk = await entered(browser_page, demo, "desk")
    row = desk.locator("section[data-code=BE] li").first
    await row.locator("button").click()
    await expect(row).to_contain_text("en salle depuis")
    await expect(wall.locator("[data-h=hall]")).to_have_text("1")
    await expect(wall.locator("[data-h=present]")).to_have_text("2")

    await delegate.evaluate("window.neverReloaded = true")
    await wall.locator("#sources li", has_text="Facebook").locator("[data-do=show]").click()
    await expect(delegate.locator("#video-t")).to_contain_text("Facebook")
    assert await delegate.evaluate("window.neverReloaded")

    figures = await entered(browser_page, demo, "communications")
    await figures.goto(f"{demo.url}/figures/{demo.live}")
    numbers = await demo.by["communications"].get(
        f"/api/v1/sessions/{demo.live}/statistics?audience=internal"
    )
    assert (numbers["attended"], numbers["by_channel"]) == (2, {"hall": 1, "zoom": 0, "web": 1})
    await expect(figures.locator(".facts dd").first).to_have_text("2")

    await two_desks_show_the_same(desk, await browser_page(context=desk.context))

    pages = [(delegate, demo.links["delegate"]["invitation"])]

    async def told_of_the_end():
        page, invitation = pages.pop() if pages else await invited(browser_page, demo)
        await demo.by["organiser"].post(f"/api/v1/invitations/{invitation}:revoke")
        strong = page.locator("#status strong")
        return await seconds_of(expect(strong).to_contain_text("Cette invitation a été retirée"))

    await within(1, told_of_the_end)
    await expect(wall.locator("[data-h=present]")).to_have_text("1")


async def two_desks_show_the_same(desk, other):
    """One person arrives and leaves by the other desk, one arrives by both."""
    await other.goto(desk.url)
    await expect(other.locator("#tally b")).to_have_text("1")
    here, there = (page.locator("section[data-code=CI] li").first for page in (desk, other))
    for page, direction, said in ((there, "in", "en salle depuis"), (there, "out", "sorti(e) à")):
        await other.click(f"[data-direction={direction}]")
        await page.locator("button").click()
        await expect(here).to_contain_text(said)
    await expect(desk.locator("#tally b")).to_have_text("1")


async def invited(browser_page, demo):
    """The page of somebody new, who is counted, and the invitation."""
    body = {"role": "delegate", "delegation": demo.links["delegate"]["delegation"]}
    [made] = (await demo.by["organiser"].post("/api/v1/invitations", body, status=201))["items"]
    page = await enter(await browser_page(), made["link"])
    await expect(page.locator("#status strong")).to_contain_text("compté(e) depuis")
    return page, made["id"]


async def test_nothing_is_asked_from_anybody_else_before_the_click(demo, browser_page):
    asked = []
    page = await browser_page(expects=("net::ERR", "Failed to load"))
    page.context.on("request", lambda request: asked.append(request.url))
    await enter(page, demo.links["press"]["link"])
    await expect(page.locator("#status strong")).to_contain_text("compté(e)")

    assert [url for url in asked if not url.startswith((demo.url, demo.url.replace("http", "ws")))] == []
    assert [cookie["name"] for cookie in await page.context.cookies()] == ["__Host-streamhub"]
    assert await page.evaluate("localStorage.length + sessionStorage.length") == 0

    await page.click("#load")
    await expect(page.locator("#screen iframe")).to_have_count(1)
    await page.wait_for_timeout(500)
    others = [url for url in asked if not url.startswith((demo.url, demo.url.replace("http", "ws")))]
    assert all(re.match(r"https://www\.youtube-nocookie\.com/embed/", url) for url in others)
    assert others


async def test_a_public_viewer_follows_without_a_link_and_is_an_opening(demo, browser_page):
    page = await browser_page(locale="en-GB")
    await page.goto(f"{demo.url}/s/{demo.live}")

    await expect(page.locator("#status strong")).to_contain_text("public session")
    numbers = await demo.by["communications"].get(
        f"/api/v1/sessions/{demo.live}/statistics?audience=internal"
    )
    assert (numbers["attended"], numbers["viewers"]["openings"]) == (0, 1)


async def test_the_page_comes_back_by_itself_after_a_restart_and_the_gap_is_none(tmp_path, browser_page):
    page = await browser_page(expects=("WebSocket", "ERR_CONNECTION", "Failed"))
    status = page.locator("#status strong")
    async with demonstration(tmp_path / "demo", port=free_port()) as demo:
        await enter(page, demo.links["delegate"]["link"])
        await expect(status).to_contain_text("Vous êtes compté(e) depuis")

        await demo.server.stop()
        await expect(status).not_to_contain_text("Vous êtes compté(e)")
        async with running("serve", "--data", str(demo.data), "--port", demo.url.rpartition(":")[2]):
            await expect(status).to_contain_text("compté(e) depuis")
            stays = await demo.by["delegate"].get("/api/v1/me/stays")

    assert len(stays["items"]) == 1


async def test_entering_works_without_a_script(demo, browser_page):
    page = await browser_page(java_script_enabled=False)
    await enter(page, demo.links["delegate"]["link"])

    assert page.url == f"{demo.url}/s/{demo.live}"
    await expect(page.locator("h1")).to_be_visible()


PAGES = [
    ("delegate", "/s/{live}"),
    ("moderator", "/s/{live}/wall"),
    ("moderator", "/s/{live}/projector"),
    ("desk", "/desk"),
    ("communications", "/figures"),
    ("communications", "/figures/{ended}"),
    ("delegate", "/me"),
    ("delegate", "/privacy"),
    ("delegate", "/accessibility"),
    ("delegate", "/"),
]


@pytest.fixture(scope="module")
async def wordy(tmp_path_factory):
    """A demonstration whose titles, names and functions are as long as real ones."""
    async with demonstration(tmp_path_factory.mktemp("wordy") / "demo") as running:
        await lengthen(running)
        yield running


@pytest.mark.parametrize("size", ["phone", "desktop"])
async def test_every_page_is_accessible_and_fits_its_screen_in_both_languages(browser_page, wordy, size):
    viewport = {"viewport": PHONE} if size == "phone" else {}
    for role in dict.fromkeys(role for role, _ in PAGES):
        page = await entered(browser_page, wordy, role, **viewport)
        for path in [path for of, path in PAGES if of == role]:
            for lang in ("fr", "en"):
                address = path.format(live=wordy.live, ended=wordy.ended[-1])
                await page.goto(f"{wordy.url}{address}?lang={lang}")
                if has_turn(size, lang):
                    await assert_accessible(page)
                too_wide = await page.evaluate("document.documentElement.scrollWidth > innerWidth")
                assert not too_wide, f"{address} in {lang} is wider than a {size}"
                assert await page.get_attribute("html", "lang") == lang


async def test_the_programme_of_an_invitation_goes_into_a_calendar(browser_page, wordy):
    page = await entered(browser_page, wordy, "delegate", viewport=PHONE)

    for path in (f"/s/{wordy.live}", "/me"):
        await page.goto(f"{wordy.url}{path}")
        async with page.expect_download() as download:
            await page.click("a:has-text('Ajouter à mon agenda')")
        assert "BEGIN:VEVENT" in (await (await download.value).path()).read_text(encoding="utf-8")


async def test_the_people_of_a_delegation_fit_a_phone_with_long_functions(browser_page, wordy):
    delegate = await entered(browser_page, wordy, "delegate")
    await expect(delegate.locator("#status strong")).to_contain_text("compté(e)")
    wall = await entered(browser_page, wordy, "moderator", viewport=PHONE)
    await wall.wait_for_load_state("load")
    await wall.click(f".tile[data-code={wordy.links['delegate']['delegation']}]")
    row = wall.locator("#people li[data-state=online]")
    await row.locator("button", has_text="Remplacer le lien").click()
    await expect(wall.locator("#people .told .qr")).to_have_attribute("src", re.compile("^data:image/svg"))

    await assert_accessible(wall)
    for part in ("#people", "#people .told"):
        wide = await wall.evaluate("part => document.querySelector(part).scrollWidth", part)
        assert wide <= await wall.evaluate("part => document.querySelector(part).clientWidth", part), part
    name = await wall.locator("#people li strong").first.bounding_box()
    assert name["width"] > 100  # the name has the row for itself, its buttons come below
