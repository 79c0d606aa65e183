"""A correspondent, a delegate and a journalist in a real browser."""

import re
from urllib.parse import unquote

import pytest
from playwright.async_api import expect

from tests.axe import assert_accessible, has_turn
from tests.conftest import PHONE
from tests.demo import demonstration
from tests.e2e.entering import enter

SIZES = {"phone": {"width": 390, "height": 844}, "desktop": {"width": 1280, "height": 900}}


OPEN = {"STREAMHUB_ACCESS_REQUESTS_UNTIL": "2999-01-01T00:00:00Z"}
CONSOLE = ("WebSocket", "Failed to load resource")


@pytest.fixture(scope="module")
async def summit(tmp_path_factory):
    """A running demonstration that takes requests for access."""
    async with demonstration(tmp_path_factory.mktemp("delegation") / "demo", **OPEN) as running:
        yield running


async def entered(browser_page, link, **options):
    return await enter(await browser_page(expects=CONSOLE, **options), link)


async def issued(desk, label):
    """Give a seat; answers its row and its link."""
    await desk.fill("#new-label", label)
    await desk.click("#issue")
    row = desk.locator("#list li", has=desk.locator("[data-link]:not([hidden])")).last
    await expect(row.locator("[data-link] .code")).to_contain_text("/j/")
    return row, await row.locator("[data-link] .code").inner_text()


async def confirmed(desk, row, what):
    await row.locator(f"[data-tools] [data-do={what}]").click()
    await desk.click("#sure .stop")


async def test_a_seat_from_its_link_to_its_replacement_and_its_end(browser_page, summit):
    desk = await entered(browser_page, summit.links["correspondent"]["link"])
    assert desk.url == f"{summit.url}/delegation"

    row, link = await issued(desk, "Conseillère")
    await expect(row.locator("[data-state]")).to_have_text("lien pas encore ouvert")

    delegate = await entered(browser_page, link, viewport=PHONE)
    await expect(delegate.locator("#status strong")).to_contain_text("Vous êtes compté(e) depuis")
    await expect(row.locator("[data-here]")).to_contain_text("en ligne depuis")
    await expect(row.locator("[data-state]")).to_contain_text("pas encore testée")

    await confirmed(desk, row, "replace")
    await expect(delegate.locator("#status strong")).to_contain_text("Ce lien a été remplacé")
    fresh = row.locator("[data-link] .code")
    await expect(fresh).not_to_have_text(link)
    newer = await fresh.inner_text()

    again = await browser_page(expects=CONSOLE)
    await again.goto(link)
    await again.click("form button")
    await expect(again.locator("h1")).to_contain_text("remplacé")
    back = await entered(browser_page, newer)
    await expect(back.locator("#status strong")).to_contain_text("Vous êtes compté(e) depuis")

    await confirmed(desk, row, "revoke")
    await expect(back.locator("#status strong")).to_contain_text("retirée")
    await expect(row).to_have_count(0)


async def test_a_link_is_copied_and_mailed_and_a_label_is_changed(browser_page, summit):
    desk = await entered(
        browser_page, summit.links["correspondent"]["link"], permissions=["clipboard-read", "clipboard-write"]
    )
    row, _ = await issued(desk, "Échevin")
    await desk.reload()
    row = desk.locator(f'#list li[data-id="{await row_id(desk, "Échevin")}"]')

    await row.locator("[data-tools] [data-do=copy]").click()
    await expect(row.locator("[data-said]")).to_have_text("Copié.")
    copied = await desk.evaluate("navigator.clipboard.readText()")
    assert copied.startswith(f"{summit.url}/j#")
    mail = await row.locator("[data-link] a").get_attribute("href")
    assert mail.startswith("mailto:?subject=")
    assert "+" not in mail

    delegate = await browser_page()
    await delegate.goto(copied)
    await expect(delegate.locator("#status strong")).to_contain_text("Vous êtes compté(e) depuis")
    assert "#" not in delegate.url

    await row.locator("[data-label]").fill("Échevin du numérique")
    await row.locator("[data-label]").press("Enter")
    await expect(row.locator("[data-said]")).to_have_text("Enregistré.")
    await desk.reload()
    assert await row_id(desk, "Échevin du numérique")


async def row_id(desk, label):
    """The invitation of the seat with this function."""
    rows = desk.locator("#list li")
    for index in range(await rows.count()):
        field = rows.nth(index).locator("[data-label]")
        if await field.count() and await field.input_value() == label:
            return await rows.nth(index).get_attribute("data-id")
    raise AssertionError(label)


async def test_the_connection_is_tested_and_the_correspondent_sees_it(browser_page, summit):
    desk = await entered(browser_page, summit.links["correspondent"]["link"])
    row, link = await issued(desk, "Testeuse")
    asked = []
    delegate = await browser_page(viewport=PHONE)
    delegate.context.on("request", lambda request: asked.append(request.url))
    await enter(delegate, link)
    await delegate.goto(f"{summit.url}/test")

    await delegate.click("#start")

    await expect(delegate.locator("#verdict strong")).to_have_text(
        "Tout marche. Vous êtes prêt(e) pour la séance."
    )
    await expect(delegate.locator("[data-check=clock]")).to_contain_text("juste")
    await expect(row.locator("[data-state]")).to_have_text("connexion testée")
    ours = (summit.url, summit.url.replace("http", "ws"), "blob:")
    assert [url for url in asked if not url.startswith(ours)] == []
    await delegate.reload()
    await expect(delegate.locator("#before")).to_contain_text("Tout marchait.")


async def test_a_journalist_asks_and_is_let_in(browser_page, summit):
    page = await browser_page(locale="en-GB", java_script_enabled=False)
    await page.goto(f"{summit.url}/access-request")
    await page.check("[value=press]")
    assert not await page.locator("#f-delegation").is_visible()
    for name, value in (("medium", "Le Journal"), ("name", "Awa Diop"), ("email", "awa@journal.example")):
        await page.fill(f"#f-{name}", value)
    await page.fill("#f-function", "Reporter")
    await page.check("[name=consent]")
    await page.set_input_files(
        "#f-document", {"name": "carte.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7 carte"}
    )
    await page.click("form button")
    await expect(page).to_have_url(re.compile(r"/access-request\?sent=1$"))
    await expect(page.locator(".say.ok")).to_contain_text("Your request has arrived.")

    organiser = summit.by["organiser"]
    [row] = (await organiser.get("/api/v1/access-requests?state=waiting"))["items"]
    assert (row["name"], row["document"]["bytes"]) == ("Awa Diop", 14)
    delegation = summit.links["press"]["delegation"]
    made = await organiser.post(
        f"/api/v1/access-requests/{row['id']}:accept", {"delegation": delegation}, status=201
    )
    press = await entered(browser_page, made["items"][0]["link"])
    await expect(press.locator("#status strong")).to_contain_text("compté(e)")


async def test_a_request_is_refused_with_a_word_that_stands_in_the_letter(browser_page, summit):
    organiser = summit.by["organiser"]
    body = {"kind": "press", "name": "Bob Martin", "email": "bob+presse@journal.example"}
    body |= {"function": "Reporter", "medium": "Le Journal"}
    made = await summit.api().post("/api/v1/access-requests", body, status=201)
    proof = f"/api/v1/access-requests/{made['id']}/document"
    headers = {"Content-Type": "application/pdf", "Document-Secret": made["secret"]}
    await summit.api().call("PUT", proof, data=b"%PDF-1.7 carte", headers=headers, status=204)
    page = await entered(browser_page, summit.links["organiser"]["link"], viewport=PHONE)
    await page.goto(f"{summit.url}/console/requests")
    row = page.locator("#requests > li", has_text="Bob Martin")

    await row.locator("summary").click()
    await row.locator("[name=reason]").fill("La salle de presse est complète.")
    await row.locator("button.stop[type=submit]").click()

    letter = row.locator("[data-after] a")
    await expect(letter).to_be_focused()
    await expect(row.locator("[data-proof]")).to_be_hidden()
    await assert_accessible(page)
    address = await letter.get_attribute("href")
    assert address.startswith("mailto:bob%2Bpresse")
    assert unquote(address).endswith("La salle de presse est complète.")
    await organiser.get(proof, status=404)
    await page.goto(f"{summit.url}/console/requests?state=refused")
    await expect(page.locator("#requests > li")).to_contain_text("La salle de presse est complète.")


@pytest.mark.parametrize("lang", ["fr", "en"])
@pytest.mark.parametrize("size", SIZES)
async def test_the_pages_are_accessible_and_fit_their_screen(browser_page, summit, size, lang):
    page = await entered(browser_page, summit.links["correspondent"]["link"], viewport=SIZES[size])
    await page.locator("[data-tools] [data-do=share]").first.click()
    await expect(page.locator("[data-link]:not([hidden])")).to_be_visible()
    for path in (None, "/delegation", "/test", "/test/player", "/access-request", "/access-request?sent=1"):
        if path is not None:
            await page.goto(f"{summit.url}{path}{'&' if '?' in path else '?'}lang={lang}")
        if has_turn(size, lang):
            await assert_accessible(page)
        too_wide = await page.evaluate("document.documentElement.scrollWidth > innerWidth")
        assert not too_wide, f"{path} in {lang}"
