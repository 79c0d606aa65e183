"""Fixtures for the browser; what the rest needs stands beside the tests that need it."""

import os
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
import pytest_asyncio
from hypothesis import HealthCheck, settings
from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Page, async_playwright, expect

from tests import browser
from tests.waiting import PATIENCE

pytest_plugins = ["tests.skips", "tests.demo"]

DESKTOP = {"width": 1280, "height": 900}
PHONE = {"width": 360, "height": 740}

expect.set_options(timeout=PATIENCE * 1_000)

# The same examples each time: what fails fails for everybody. `--long` looks for new ones.
LONG = bool(os.environ.get("STREAMHUB_LONG"))
settings.register_profile(
    "ours", derandomize=not LONG, deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True
)
settings.load_profile("ours")

OpenPage = Callable[..., Awaitable[Page]]


@pytest_asyncio.fixture(scope="session")
async def chromium() -> AsyncIterator[Browser]:
    """One headless Chromium for all tests; no name but this machine's resolves in it."""
    found = browser.find()
    if found is None:
        pytest.skip("no Chromium: run `python3 dev.py test` once, or name one in STREAMHUB_BROWSER")
    async with async_playwright() as playwright:
        program = await playwright.chromium.launch(
            executable_path=found.program, args=list(browser.ARGUMENTS), env=browser.environment(found)
        )
        yield program
        await program.close()


@pytest_asyncio.fixture
async def browser_page(chromium: Browser) -> AsyncIterator[OpenPage]:
    """Open pages, each in a context (a person's browser) of its own.

    ``await browser_page()`` is a French desktop; ``viewport=PHONE``, ``locale="en-GB"`` and all
    other options of a context change it; ``context=page.context`` opens a second tab. Script errors
    and error lines in the console fail the test at its end, except those that contain one of
    ``expects`` (a page that is refused on purpose logs its status).
    """
    watch = _Watch()
    contexts: list[BrowserContext] = []

    async def open_page(
        *, context: BrowserContext | None = None, expects: tuple[str, ...] = (), **options: Any
    ) -> Page:
        watch.expected.extend(expects)
        if context is None:
            usual = {"locale": "fr-BE", "timezone_id": "Europe/Brussels", "viewport": DESKTOP}
            context = await chromium.new_context(**(usual | options))
            context.set_default_timeout(PATIENCE * 1_000)
            contexts.append(context)
            watch.listen(context)
        return await context.new_page()

    yield open_page
    for context in contexts:
        await context.close()
    assert watch.surprises() == []


@pytest_asyncio.fixture
async def page(browser_page: OpenPage) -> Page:
    """One page on a French desktop."""
    return await browser_page()


class _Watch:
    """What pages complain about."""

    def __init__(self) -> None:
        self.expected: list[str] = []
        self.complaints: list[str] = []

    def listen(self, context: BrowserContext) -> None:
        context.on("weberror", lambda error: self.complaints.append(str(error.error)))
        context.on("console", self._console)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.complaints.append(f"{message.text} ({message.location.get('url', '')})")

    def surprises(self) -> list[str]:
        return [line for line in self.complaints if not any(words in line for words in self.expected)]
