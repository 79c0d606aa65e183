"""Every page in every state and language, read by a machine as strictly as a browser's policy is."""

import gzip
import re
from pathlib import Path

import pytest
from rjsmin import jsmin

from streamhub.kit.assets import web_folder
from streamhub.kit.templates import pages
from tests.web import gallery
from tests.web.markup import Markup, read

PAGES = pages()
SHOTS = [
    pytest.param(lang, shot, id=f"{shot.name}.{lang}")
    for lang in ("fr", "en")
    for shot in gallery.shots(lang)
]
STANDALONE = {"report-standalone"}
PAGE_BUDGET = 30_000  # bytes compressed: a delegate's page without the player, on 400 kbit/s
SCRIPT_BUDGET = 6_000
JS = web_folder() / "static" / "js"


def html(lang: str, shot: gallery.Shot) -> str:
    return PAGES.text(shot.template, lang, shot.values)


@pytest.mark.parametrize(("lang", "shot"), SHOTS)
def test_a_page_is_well_formed_and_needs_no_inline_style_or_script(lang: str, shot: gallery.Shot):
    page = read(html(lang, shot))

    allowed = {"inline <style>"} if shot.name in STANDALONE else set()
    assert set(page.problems) <= allowed


@pytest.mark.parametrize(("lang", "shot"), SHOTS)
def test_ids_are_unique_and_every_reference_leads_somewhere(lang: str, shot: gallery.Shot):
    page = read(html(lang, shot))

    assert len(page.ids) == len(set(page.ids))
    assert set(page.references) <= set(page.ids)


@pytest.mark.parametrize(("lang", "shot"), SHOTS)
def test_a_page_says_its_language_and_has_one_heading_at_the_top(lang: str, shot: gallery.Shot):
    text = html(lang, shot)

    assert f'<html lang="{lang}"' in text
    if shot.template != "player.html":
        first = read(text).headings[0]
        assert first == "h1"


@pytest.mark.parametrize("shot", [p.values[1] for p in SHOTS if p.values[0] == "fr"], ids=lambda s: s.name)
def test_french_is_set_with_narrow_spaces(shot: gallery.Shot):
    for words in read(html("fr", shot)).words:
        assert not re.search(r"(?<=[\w»]) [:;?!»](?=\s|$)|« ", words), words


def test_a_script_finds_every_text_that_it_names():
    found: dict[str, set[str]] = {}
    for shot in gallery.shots("fr"):
        page = read(html("fr", shot))
        for module in modules(page):
            found.setdefault(module, set()).update(page.blocks.get("texts", {}))

    for module, texts in found.items():
        source = (JS / module).read_text(encoding="utf-8")
        assert set(re.findall(r'\btext\("(\w+)"', source)) <= texts, module


def modules(page: Markup, *, fetched_later: bool = True) -> set[str]:
    """The modules of a page, with what they import, also what they fetch only when it is wanted."""
    imports = r'(?:from|import\()\s*"\./([\w-]+\.js)"' if fetched_later else r'from\s*"\./([\w-]+\.js)"'
    found: set[str] = set()
    waiting = [Path(src).name for src in page.scripts]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            source = (JS / name).read_text(encoding="utf-8")
            waiting += re.findall(imports, source)
    return found


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_a_delegates_page_is_light_enough_for_a_weak_line(lang: str):
    shot = next(shot for shot in gallery.shots(lang) if shot.name == "session-live")
    text = html(lang, shot)

    def weight(names: set[str]) -> int:
        return sum(compressed(jsmin((JS / name).read_text(encoding="utf-8"))) for name in names)

    script = weight(modules(read(text), fetched_later=False))
    sheet = compressed((web_folder() / "static/css/style.css").read_text(encoding="utf-8"))

    assert script <= SCRIPT_BUDGET
    assert compressed(text) + sheet + weight(modules(read(text))) <= PAGE_BUDGET


def compressed(text: str) -> int:
    return len(gzip.compress(text.encode(), 9))


@pytest.mark.parametrize("file", sorted(JS.glob("*.js")), ids=lambda file: file.name)
def test_a_script_puts_no_markup_into_the_page(file: Path):
    source = file.read_text(encoding="utf-8")

    assert not re.search(
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function", source
    )


@pytest.mark.parametrize("file", sorted(JS.glob("*.js")), ids=lambda file: file.name)
def test_no_template_string_stands_in_another(file: Path):
    """Scripts are served without comments and spaces by rjsmin, which does not read nested ones."""
    for line in file.read_text(encoding="utf-8").splitlines():
        assert not re.search(r"\$\{[^}`]*`", line), line


def test_no_word_of_one_summit_stands_in_the_pages():
    for folder in ("templates", "static"):
        for file in (web_folder() / folder).rglob("*.*"):
            if file.suffix in {".html", ".css", ".js", ".svg"}:
                assert "namur" not in file.read_text(encoding="utf-8").lower(), file


def test_what_a_person_typed_is_text():
    lang, shot = "fr", next(s for s in gallery.shots("fr") if s.name == "session-live")
    nasty = '</script><img src=x onerror=alert(1)>"&'
    island = {**shot.values["page"].island, "slug": nasty}
    page = type(shot.values["page"])(
        **{name: getattr(shot.values["page"], name) for name in shot.values["page"].__slots__}
        | {"island": island}
    )

    text = PAGES.text(shot.template, lang, shot.values | {"page": page})

    assert "<img src=x" not in text
    assert read(text).blocks["page"]["slug"] == nasty
