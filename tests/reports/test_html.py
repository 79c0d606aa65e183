"""The report as one file: it can be mailed, opened without us, and printed."""

from html.parser import HTMLParser

import pytest

from streamhub.handlers.views.report import as_html
from streamhub.statistics.disclosure import Audience
from tests.reports.example import CLOSING, TABLE

VOID = {"meta", "link", "br", "img", "input", "hr"}
FETCHING = {"script", "link", "img", "iframe", "object", "embed", "video", "audio", "source", "base", "form"}
LANGS = ("fr", "en")


class Reader(HTMLParser):
    """Reads a page strictly: what opens must close, in order."""

    def __init__(self):
        super().__init__()
        self.open, self.tags, self.links, self.ids, self.words = [], [], [], [], []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        for name, value in attrs:
            if name in {"href", "src", "srcset", "action", "data", "xlink:href"}:
                self.links.append(value)
            if name == "id":
                self.ids.append(value)
            assert not name.startswith("on")
            assert name != "style"
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if not {"style", "svg"} & set(self.open):
            self.words.append(data)

    @property
    def text(self):
        return " ".join(" ".join(self.words).split())


def parsed(content):
    reader = Reader()
    reader.feed(content.decode())
    reader.close()
    assert reader.open == []
    return reader


async def session_page(example, pages, audience="public", lang="fr", slug=TABLE):
    return as_html(await example.reports.session_report(slug, Audience(audience), lang), pages)


async def summit_page(example, pages, audience="public", lang="fr"):
    return as_html(await example.reports.summit_report(Audience(audience), lang), pages)


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("audience", Audience)
@pytest.mark.parametrize("made", [session_page, summit_page])
async def test_it_is_one_well_formed_file_that_fetches_nothing(example, pages, made, audience, lang):
    content = await made(example, pages, audience, lang)

    page = parsed(content)

    assert content.startswith(b"<!doctype html>")
    assert f'<html lang="{lang}">'.encode() in content
    assert not FETCHING & set(page.tags)
    assert all(link.startswith("#") for link in page.links)
    assert {link.removeprefix("#") for link in page.links} <= set(page.ids)
    assert len(set(page.ids)) == len(page.ids)
    assert b"@import" not in content
    assert b"url(" not in content
    assert b"@page{size:A4" in content


async def test_the_session_is_told_in_words_numbers_and_a_curve_with_its_table(example, pages):
    page = parsed(await session_page(example, pages))

    assert "16 participants de 3 pays et régions et 1 organisation." in page.text
    assert "près de 400 vues" in page.text
    assert "Présents de 14:41 à 17:18" in page.text
    assert "15:41 14 masqué masqué" in page.text
    assert page.tags.count("svg") > 1
    assert "Comment c’est compté" in page.text


async def test_the_same_in_english(example, pages):
    page = parsed(await session_page(example, pages, lang="en"))

    assert "16 participants from 3 countries and regions and 1 organisation." in page.text
    assert "nearly 400 views" in page.text
    assert "Somebody invited and present for a moment at least" in page.text


async def test_exact_figures_are_marked_and_published_ones_hold_no_counts_of_delegations(example, pages):
    exact = parsed(await session_page(example, pages, "internal"))
    published = parsed(await session_page(example, pages, "public"))

    mark = "Usage interne"
    assert mark in exact.text
    assert mark not in published.text
    assert "Bénin 6" in exact.text
    assert "Bénin 6" not in published.text
    assert "Bénin" in published.text


async def test_the_press_is_never_called_absent(example, pages):
    for content in (await session_page(example, pages), await summit_page(example, pages)):
        line = parsed(content).text.split("Presse", 1)[1][:30]

        assert "absente" not in line


async def test_what_people_typed_is_text_and_never_markup(example, pages):
    content = await session_page(example, pages)

    assert b"=usher&#39;s count" in content


async def test_a_session_to_come_says_so(example, pages):
    page = parsed(await session_page(example, pages, slug=CLOSING))

    assert "La séance n’a pas commencé." in page.text
    assert "Mesuré par nous" not in page.text


async def test_the_summit_has_sessions_delegations_and_who_was_where(example, pages):
    page = parsed(await summit_page(example, pages, "internal"))

    assert "17 participants de 3 pays et régions et 1 organisation." in page.text
    assert "Les organisateurs déclarent 24 pays et régions représentés." in page.text
    assert "Table ronde" in page.text
    assert "Presse 1" in page.text


async def test_the_summit_has_measured_and_declared_figures_in_frames_of_their_own(example, pages):
    page = parsed(await summit_page(example, pages, "internal"))

    measured = page.text.split("Mesuré par nous", 1)[1].split("Rapporté par une plateforme", 1)[0]
    assert "personnes comptées, sur" in measured
    assert "déclarent" not in measured
    assert "une même personne peut être dans chacun" in page.text
    assert "les séances ne s’additionnent pas" in page.text


async def test_a_delegation_is_not_absent_from_a_session_that_has_not_begun(example, pages):
    report = await example.reports.summit_report(Audience.INTERNAL, "fr")
    begun = [session.window is not None for session in report.statistics.value.sessions]
    absences = sum(not there for row in report.statistics.value.matrix for there in row.sessions)
    waiting = begun.count(False) * len(report.statistics.value.matrix)

    matrix = parsed(as_html(report, pages)).text.split("Qui était représenté", 1)[1]

    assert waiting
    assert matrix.count("pas commencée") == waiting
    assert matrix.count("absente") == absences - waiting
