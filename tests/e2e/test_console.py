"""The organiser's console in a real browser, and what others see of it."""

import re

import pytest
import pytest_asyncio
from playwright.async_api import expect

from tests.axe import assert_accessible, has_turn
from tests.conftest import PHONE
from tests.demo import demonstration
from tests.e2e.entering import enter
from tests.e2e.long_words import lengthen
from tests.e2e.test_pages import entered

PAGES = ("", "/sessions/{live}", "/delegations", "/people", "/lists", "/staff", "/requests", "/audit")


@pytest_asyncio.fixture(scope="module")
async def shared(tmp_path_factory):
    """One demonstration for those whose changes are in nobody's way."""
    async with demonstration(tmp_path_factory.mktemp("console") / "demo") as started:
        yield started


async def test_the_organiser_edits_adds_and_everybody_sees_it(demo, browser_page):
    page = await entered(browser_page, demo, "organiser", expects=("422",))
    assert page.url == f"{demo.url}/console"

    await page.click(f"a[href='/console/sessions/{demo.live}'] >> nth=0")
    await page.fill("#s-title-fr", "Un titre tout neuf")
    await page.click("#session button.go")
    await expect(page.locator("#session [data-said]")).to_contain_text("Enregistré à")
    await page.fill("#s-room", "Grande salle")
    await page.click("#session button.go")
    await expect(page.locator("#session [data-said]")).to_contain_text("Enregistré à")

    delegate = await entered(browser_page, demo, "delegate")
    await expect(delegate.locator("h1")).to_have_text("Un titre tout neuf")
    await page.goto(f"{demo.url}/console")
    row = page.locator(f"li[data-slug='{demo.live}']")
    await expect(row).to_contain_text("modifié ici depuis le fichier")

    await page.click("summary:has-text('Ajouter une séance')")
    await page.fill("#new-title-fr", "Rencontre des équipes")
    await page.fill("#new-ends", "2000-01-01T10:00")
    await page.click("form[data-api='/sessions'] button.go")
    await expect(page.locator("#new-ends-e")).to_contain_text("La fin vient après le début")
    await expect(page.locator("#new-ends")).to_have_attribute("aria-invalid", "true")
    starts = await page.input_value("#new-starts")
    await page.fill("#new-ends", re.sub(r"\d\d$", "59", starts))
    await page.click("form[data-api='/sessions'] button.go")
    await page.wait_for_url("**/console/sessions/rencontre-des-equipes")

    await page.fill("#src-url", "https://exemple.be/direct")
    await page.click("button:has-text('Ajouter la source')")
    await expect(page.locator("#src-url-e")).to_contain_text("Ce lien n’est pas une vidéo")
    await page.fill("#src-url", "https://youtu.be/dQw4w9WgXcQ")
    await page.click("button:has-text('Ajouter la source')")
    await expect(page.locator("#sources li")).to_contain_text("à l’écran")

    await page.click("button:has-text('Annuler la séance')")
    await page.click("button:has-text('Annuler la séance')")
    await expect(page.locator("h1 + p")).to_contain_text("Annulée")
    await delegate.goto(demo.url)
    await expect(delegate.locator("li", has_text="Rencontre des équipes")).to_contain_text("Annulée")


async def test_two_organisers_do_not_overwrite_each_other(shared, browser_page):
    one = await entered(browser_page, shared, "organiser", expects=("409",))
    other = await browser_page(context=one.context)
    for page in (one, other):
        await page.goto(f"{shared.url}/console/sessions/{shared.live}")
    await one.fill("#s-room", "Cave")
    await one.click("#session button.go")
    await expect(one.locator("#session [data-said]")).to_contain_text("Enregistré à")

    await other.fill("#s-room", "Grenier")
    await other.click("#session button.go")

    await expect(other.locator("#session [data-said]")).to_contain_text("modifié ceci entre-temps")
    await other.click("#session [data-said] button")
    await expect(other.locator("#s-room")).to_have_value("Cave")


async def test_a_link_is_issued_opened_replaced_and_withdrawn(shared, browser_page):
    page = await entered(browser_page, shared, "organiser")
    await page.goto(f"{shared.url}/console/people?q=nouvelle+fonction")
    await page.fill("#i-label", "Nouvelle fonction")
    await page.click("#invite button.go")
    link = await page.inner_text("#links .code")
    await expect(page.locator("#links .qr")).to_have_attribute("src", re.compile("^data:image/svg"))
    await assert_accessible(page)
    guest = await browser_page(viewport=PHONE, expects=("410",))
    await enter(guest, link)
    await expect(guest.locator("#status strong")).to_contain_text("compté(e) depuis")

    await page.reload()
    row = page.locator("#people li", has_text="Nouvelle fonction")
    await row.locator("[data-do=replace]").click()
    await expect(page.locator("#said")).to_contain_text("Appuyez encore")
    await row.locator("[data-do=replace]").click()
    await expect(page.locator("#links-note")).to_contain_text("prévenez l’hôte")
    newer = await page.inner_text("#links .code")
    assert newer != link
    await expect(guest.locator("#status strong")).to_contain_text("Ce lien a été remplacé")
    await guest.goto(link)
    await guest.click("form button")
    await expect(guest.locator("main")).to_contain_text("Ce lien a été remplacé")
    await enter(guest, newer)
    await expect(guest.locator("#status strong")).to_contain_text("compté(e) depuis")

    await page.click("#links form button")
    await row.locator("[data-do=revoke]").click()
    await row.locator("[data-do=revoke]").click()
    await expect(row.locator("[data-standing]")).to_contain_text("retirée")
    await expect(guest.locator("#status strong")).to_contain_text("retirée")


async def test_a_link_that_leaked_is_replaced_from_the_wall_by_one_press(shared, browser_page):
    wall = await entered(browser_page, shared, "moderator")
    await wall.wait_for_load_state("load")  # before that a tile is not listened to
    await wall.click(".tile >> nth=1")
    await wall.locator("#people li button", has_text="Remplacer le lien").first.click()

    said = wall.locator("#people .say")
    await expect(said).to_contain_text("prévenez l’hôte")
    await expect(said.locator(".code")).to_contain_text(f"{shared.url}/j/")
    await expect(said.locator(".qr")).to_have_attribute("src", re.compile("^data:image/svg"))


async def test_a_request_for_access_is_decided_in_the_console(shared, browser_page):
    page = await entered(browser_page, shared, "organiser")
    await page.goto(f"{shared.url}/console/requests")

    await expect(page.locator("h1")).to_have_text("Demandes d’accès")
    await expect(page.locator("#requests")).to_contain_text("Aucune demande n’attend.")


async def test_the_lists_read_without_a_script(shared, browser_page):
    page = await entered(browser_page, shared, "organiser", java_script_enabled=False)

    await expect(page.locator(".agenda li")).to_have_count(len(shared.sessions))
    await page.goto(f"{shared.url}/console/people")
    await page.fill("#q", "cotonou")
    await page.click("#search button")
    await expect(page.locator("#people li").first).to_contain_text("Cotonou")


@pytest.mark.parametrize("size", ["phone", "desktop"])
async def test_every_page_is_accessible_and_fits_its_screen(demo, browser_page, size):
    await lengthen(demo)
    page = await entered(browser_page, demo, "organiser", **({"viewport": PHONE} if size == "phone" else {}))
    for path in PAGES:
        for lang in ("fr", "en"):
            address = f"/console{path.format(live=demo.live)}"
            await page.goto(f"{demo.url}{address}?lang={lang}")
            await page.evaluate(
                "document.querySelectorAll('details').forEach((one, n) => (one.open = n < 4))"
            )
            if has_turn(size, lang):
                await assert_accessible(page)
            too_wide = await page.evaluate("document.documentElement.scrollWidth > innerWidth")
            assert not too_wide, f"{address} in {lang} is wider than a {size}"


LIST = "Ticket,Delegation,Role,Function,Name,Mail\nT1,BJ,delegate,Conseillère,Awa Diop,awa@ville.example\n"


async def test_a_list_is_looked_at_taken_over_and_its_links_are_written_out(shared, browser_page):
    page = await entered(browser_page, shared, "organiser")
    await page.goto(f"{shared.url}/console/lists")
    content = {"name": "liste.csv", "mimeType": "text/csv", "buffer": LIST.encode()}
    await page.set_input_files("#file", content)
    await page.click("#import button")
    await expect(page.locator("#columns .field")).to_have_count(6)
    await page.select_option("#column-0", "external_id")
    await expect(page.locator("#found")).to_contain_text("Personnes nouvelles : 1 ")
    await expect(page.locator("#changes")).to_contain_text("Awa Diop")
    await assert_accessible(page)

    await page.click("#apply")
    await expect(page.locator("#found")).to_contain_text("Liste reprise. Invitations nouvelles : 1 ")
    async with page.expect_download() as download:
        await page.click("#export button")
    name = (await download.value).suggested_filename
    await page.goto(f"{shared.url}/console/people?q=awa")

    assert name.endswith("-csv.csv")
    await expect(page.locator("#people li")).to_contain_text("Conseillère")


async def test_all_links_of_a_delegation_are_replaced_at_once(demo, browser_page):
    page = await entered(browser_page, demo, "organiser", expects=("410",))
    await page.goto(f"{demo.url}/console/delegations")
    row = page.locator("li[data-code=BJ]")
    await row.locator("summary").click()
    await row.locator("button", has_text="Remplacer tous ses liens").click()
    await expect(row.locator("[data-said]")).to_contain_text("Appuyez encore")
    await row.locator("button", has_text="Remplacer tous ses liens").click()

    await expect(page.locator("#links-note")).to_contain_text("prévenez l’hôte")
    assert await page.locator("#links-list li").count() > 1
    await expect(page.locator("#links-list .code").first).to_contain_text(f"{demo.url}/j/")
    await expect(page.locator("#links-list .qr:not([src])")).to_have_count(0)
