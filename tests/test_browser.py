"""What the browser fixtures promise to every other browser test."""

import pytest

from tests.axe import violations
from tests.conftest import PHONE

PAGE = "<!doctype html><html lang=fr><title>Présence</title><main><h1>Présence</h1>{}</main>"


def url(body):
    """A page without a server."""
    return "data:text/html;charset=utf-8," + PAGE.format(body)


async def test_a_page_is_a_french_desktop_in_brussels(page):
    await page.goto(url(""))

    zone = await page.evaluate("Intl.DateTimeFormat().resolvedOptions().timeZone")

    assert await page.evaluate("navigator.language") == "fr-BE"
    assert zone == "Europe/Brussels"


async def test_two_pages_are_two_people_and_a_shared_context_is_one(browser_page):
    first = await browser_page(viewport=PHONE)
    second = await browser_page()
    tab = await browser_page(context=first.context)

    assert first.viewport_size == PHONE
    assert first.context is not second.context
    assert tab.context is first.context


async def test_letters_have_a_shape(page):
    await page.goto(url("<p id=seen>Œuvre d’été</p>"))

    picture = await page.locator("#seen").screenshot()
    await page.locator("#seen").evaluate("element => element.textContent = ''")
    await page.locator("#seen").evaluate("element => element.style.minHeight = '20px'")

    assert picture != await page.locator("#seen").screenshot()


async def test_grey_on_white_is_a_violation(page):
    await page.goto(url("<p style='color:silver'>gris</p>"))

    [found] = await violations(page)

    assert found.startswith("color-contrast: p")


async def test_no_other_machine_is_reached(browser_page):
    page = await browser_page(expects=("ERR_NAME_NOT_RESOLVED",))

    with pytest.raises(Exception, match="ERR_NAME_NOT_RESOLVED"):
        await page.goto("https://www.example.org/")
