"""The way in: a personal link, its one button, and the page behind it."""

import re

from playwright.async_api import expect

LINK = re.compile(r"/j(?:[/#]|$)")


async def enter(page, link):
    """Open a personal link, press its one button and wait to be led on; a dead link leads nowhere."""
    await page.goto(link)
    await page.click("form button")
    await expect(page).not_to_have_url(LINK)
    await page.wait_for_load_state()
    return page
