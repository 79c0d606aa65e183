"""axe-core in a page: which rules of accessibility it breaks."""

import os
from functools import cache
from pathlib import Path

import pytest
from playwright.async_api import Page

FILE = Path(__file__).resolve().parent.parent / ".cache/web/node_modules/axe-core/axe.min.js"

RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "EN-301-549", "RGAAv4", "best-practice")


BROKEN = """async (tags) => {
  const found = await axe.run(document, { runOnly: tags, resultTypes: ["violations"] });
  const line = (rule, node) => `${rule.id}: ${node.target.join(" ")}: ${rule.help}`;
  return found.violations.flatMap((rule) => rule.nodes.map((node) => line(rule, node)));
}"""
"""Everything else that axe tells, a megabyte for some pages, stays in the browser."""


async def violations(page: Page) -> list[str]:
    """One line per broken rule and element: ``rule: element: what is wrong``."""
    await page.evaluate(_source())
    lines: list[str] = await page.evaluate(BROKEN, list(RULES))
    return lines


def has_turn(size: str, lang: str) -> bool:
    """Whether a page is looked at in this size and language: each once, with ``--long`` all four.

    What axe finds seldom depends on both, and it takes most of the time of a page.
    """
    return "STREAMHUB_LONG" in os.environ or (size == "phone") == (lang == "fr")


async def assert_accessible(page: Page) -> None:
    """Fail with every violation of the page as it stands now."""
    assert await violations(page) == []


@cache
def _source() -> str:
    if not FILE.exists():
        pytest.skip("axe-core is not installed: run `python3 dev.py test` once")
    return FILE.read_text(encoding="utf-8")
