"""The organiser's console with people: requests, links by a real mail server, tests of connections."""

import re
from types import SimpleNamespace

import pytest
from playwright.async_api import expect

from tests.bulk.mail_server import mail_server
from tests.conftest import PHONE
from tests.demo import demonstration
from tests.e2e.entering import enter
from tests.e2e.test_pages import entered
from tests.waiting import eventually

CARD = {"name": "carte.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7 carte"}


@pytest.fixture(scope="module")
async def house(tmp_path_factory):
    """A demonstration that takes requests for access and has a mail server."""
    async with mail_server() as letters:
        settings = {
            "STREAMHUB_ACCESS_REQUESTS_UNTIL": "2999-01-01T00:00:00Z",
            "STREAMHUB_SMTP_HOST": "127.0.0.1",
            "STREAMHUB_SMTP_PORT": str(letters.port),
            "STREAMHUB_SMTP_SECURITY": "none",
            "STREAMHUB_SMTP_FROM": "liens@sommet.example",
            "STREAMHUB_MAIL_PER_MINUTE": "60000",
        }
        async with demonstration(tmp_path_factory.mktemp("people") / "demo", **settings) as running:
            yield SimpleNamespace(**vars(running), letters=letters)


async def asked(browser_page, house, name, email):
    """A journalist fills in the public form."""
    page = await browser_page(viewport=PHONE)
    await page.goto(f"{house.url}/access-request")
    await page.check("[value=press]")
    for field, value in (
        ("medium", "Le Journal"),
        ("name", name),
        ("email", email),
        ("function", "Reporter"),
    ):
        await page.fill(f"#f-{field}", value)
    await page.check("[name=consent]")
    await page.set_input_files("#f-document", CARD)
    await page.click("form button")
    await expect(page.locator(".say.ok")).to_contain_text("Votre demande est arrivée.")


async def of(house, name):
    """The request that somebody of this name made."""
    rows = (await house.by["organiser"].get("/api/v1/access-requests?state=waiting"))["items"]
    [row] = [row for row in rows if row["name"] == name]
    return row["id"]


async def test_a_request_is_accepted_and_its_link_goes_out_by_mail(browser_page, house):
    await asked(browser_page, house, "Awa Diop", "awa@journal.example")
    proof = f"/api/v1/access-requests/{await of(house, 'Awa Diop')}/document"
    await house.by["organiser"].get(proof)
    page = await entered(browser_page, house, "organiser", expects=("422",))
    await page.goto(f"{house.url}/console/requests")
    row = page.locator("#requests > li", has_text="Awa Diop")

    await row.locator("button.go").click()
    await expect(row.locator("[data-wrong=delegation]")).to_contain_text("du genre « presse »")
    await row.locator("[name=delegation]").select_option("BE")
    await row.locator("[name=reason]").first.fill("Entrée par la cour.")
    await row.locator("button.go").click()

    await expect(page.locator("#links-note")).to_contain_text("Le lien part par courriel.")
    await page.click("#links form button")
    await expect(row.locator("[data-decide]")).to_be_hidden()
    await expect(row.locator("[data-proof]")).to_be_hidden()
    await house.by["organiser"].get(proof, status=404)
    await page.goto(f"{house.url}/console/requests?state=accepted")
    await page.click("#requests a:has-text('BE-')")
    await expect(page.locator("#people li")).to_contain_text("Awa Diop")
    text = await letter(house, "awa@journal.example")
    assert "Entrée par la cour." in text
    guest = await browser_page(viewport=PHONE)
    await enter(guest, link_in(text))
    await expect(guest.locator("#status strong")).to_contain_text("compté(e)")


async def letter(house, address, number=1):
    """The text of the letter of this number to an address, as soon as it has come."""
    await eventually(lambda: house.letters.counts[address] >= number)
    found = [mail for to, mail in house.letters.received if to == address]
    return found[number - 1].get_body(("plain",)).get_content()


def link_in(text):
    """The personal link of a letter."""
    [link] = set(re.findall(r"http://\S+/j[#/]\S+", text))
    return link


async def test_a_refusal_goes_out_by_mail_with_the_organisers_word(browser_page, house):
    await asked(browser_page, house, "Bob Martin", "bob@journal.example")
    page = await entered(browser_page, house, "organiser")
    await page.goto(f"{house.url}/console/requests")
    row = page.locator("#requests > li", has_text="Bob Martin")

    await row.locator("summary").click()
    await row.locator("details [name=reason]").fill("La salle de presse est complète.")
    await row.locator("details button.stop").click()

    await expect(row.locator("[data-after]")).to_contain_text("La réponse part par courriel, avec votre mot.")
    await expect(row.locator("[data-after] a")).to_be_hidden()
    assert "La salle de presse est complète." in await letter(house, "bob@journal.example")


LIST = """Ticket,Délégation,Rôle,Fonction,Nom,Courriel
T1,BJ,delegate,Conseillère,Awa Sossa,awa.sossa@ville.example
T2,FR,delegate,Maire adjoint,Jean Petit,jean@ville.example
"""


async def test_a_list_is_taken_over_and_mailed_once_and_a_leaked_link_is_mailed_anew(browser_page, house):
    page = await entered(browser_page, house, "organiser", expects=("404", "422"))
    await page.goto(f"{house.url}/console/lists")
    wrong = LIST.replace("T2,FR", "T2,XX")
    for content in (wrong, LIST):
        file = {"name": "liste.csv", "mimeType": "text/csv", "buffer": content.encode()}
        await page.set_input_files("#file", file)
        await page.click("#import button")
        if content is wrong:
            await expect(page.locator("#found li")).to_contain_text("ligne 3, délégation : n’est pas dans")
    await page.click("#apply")
    await expect(page.locator("#found")).to_contain_text("Invitations nouvelles : 2")

    await page.click("#mails button[type=submit]")
    await expect(page.locator("#mail-said")).to_contain_text("Courriels prêts à partir : 2.")
    await page.click("#send")
    await expect(page.locator("#mail-said")).to_contain_text("Terminé : 2 sur 2.")
    await page.click("#mails button[type=submit]")
    await expect(page.locator("#mail-said")).to_contain_text("Aucun courriel à envoyer")
    first = link_in(await letter(house, "jean@ville.example"))

    await page.goto(f"{house.url}/console/people?q=jean+petit")
    row = page.locator("#people li")
    await row.locator("[data-do=mail]").click()
    await expect(page.locator("#said")).to_contain_text("ce lien est déjà parti")
    await page.click("#said button")
    await expect(page.locator("#said")).to_be_hidden()
    await row.locator("[data-do=replace]").click()
    await row.locator("[data-do=replace]").click()
    await page.click("#links button:has-text('Envoyer par courriel')")
    await expect(page.locator("#links-list [role=status]")).to_have_text("Le lien part par courriel.")
    assert link_in(await letter(house, "jean@ville.example", 2)) != first


async def test_the_organiser_sees_who_has_not_tested_and_what_was_changed(browser_page, house):
    path = "/api/v1/me/connection-test"
    await house.by["delegate"].post(path, {"socket": True, "player": True, "clock_skew_ms": 4}, status=204)
    page = await entered(browser_page, house, "organiser")
    seat = (await house.by["delegate"].get("/api/v1/me"))["seat"]
    await page.goto(f"{house.url}/console/people?q={seat}")
    await expect(page.locator("#people li")).to_contain_text("connexion testée")
    await page.goto(f"{house.url}/console/delegations")
    row = page.locator(f"li[data-code={seat.rpartition('-')[0]}]")
    await row.locator("a", has_text="testé").click()
    await expect(page.locator("#people li").first).to_contain_text("connexion pas encore testée")
    await expect(page.locator("#people li", has_text=seat)).to_have_count(0)

    await page.goto(f"{house.url}/console/delegations")
    await row.locator("summary").click()
    await row.locator("[name=seats]").fill("9")
    await row.locator("button.go").click()
    await expect(page.locator("#said")).to_contain_text("Enregistré à")
    await expect(row).to_contain_text("9 places à distance")
    await page.goto(f"{house.url}/console/audit?action=delegation")
    await expect(page.locator(".log tbody tr").first).to_contain_text("délégation modifiée")
    async with page.expect_download() as download:
        await page.click("a[download]")
    assert "delegation.edit" in (await (await download.value).path()).read_text(encoding="utf-8")
