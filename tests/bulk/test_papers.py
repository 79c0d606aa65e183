"""Badges and lists on paper: what stands on them, and that a phone reads the code."""

import csv
import io
from datetime import date

import pytest
import zxingcpp
from PIL import Image

from streamhub.access.bulk_service import Personal
from streamhub.access.model import DevicePolicy, Identity, Invitation
from streamhub.access.papers import ON_A_SHEET, Papers, as_badges, as_csv, as_list, cut_marks
from streamhub.access.roles import Role
from streamhub.kit.clock import DAY
from streamhub.kit.ids import DelegationCode, InvitationId, ParticipantId
from streamhub.kit.templates import pages
from streamhub.kit.text import localised
from streamhub.programme.model import STAFF, Delegation, DelegationKind, Summit
from tests.support import NOON

SUMMIT = Summit(
    slug="sommet",
    titles=localised({"fr": "Sommet des ports", "en": "Summit of ports"}),
    timezone="Europe/Brussels",
    starts_on=date(2021, 11, 4),
    contact_email="equipe@sommet.example",
)
DELEGATIONS = [
    Delegation(
        DelegationCode("SN"), localised({"fr": "Sénégal", "en": "Senegal"}), DelegationKind.COUNTRY, "SN"
    ),
    Delegation(DelegationCode("BJ"), localised({"fr": "Bénin", "en": "Benin"}), DelegationKind.COUNTRY, "BJ"),
]
PAGES = pages()


def person(seat: str, *, label: str = "", name: str = "", role: Role = Role.DELEGATE) -> Personal:
    """Somebody with a seat and a link."""
    code = seat.partition("-")[0] if role is Role.DELEGATE else STAFF
    participant = ParticipantId(f"p_{seat}")
    row = Invitation(
        id=InvitationId(f"i_{seat}"),
        participant=participant,
        delegation=DelegationCode(code),
        role=role,
        label=label,
        seat=seat,
        speak=False,
        sessions=None,
        not_before=None,
        expires_at=NOON + DAY,
        devices=2,
        device_policy=DevicePolicy.REPLACE_OLDEST,
        generation=1,
        epoch=0,
        created_at=NOON,
        revoked_at=None,
    )
    who = Identity(participant=participant, name=name, email=f"{seat.lower()}@example.org", lang="fr")
    return Personal(row, f"https://live.example.org/j/{seat.lower().replace('-', ''):a<26}", who)


def papers(lang: str = "fr", *, names: bool = False) -> Papers:
    """For whom it is printed."""
    return Papers(summit=SUMMIT, delegations=DELEGATIONS, lang=lang, with_identities=names)


def table(people, *, names: bool) -> list[dict[str, str]]:
    """The rows of the table for a mail merge."""
    return list(csv.DictReader(io.StringIO(as_csv(people, with_identities=names))))


def test_the_table_names_nobody_unless_asked_and_holds_no_formula():
    people = [person("BJ-01", label="=1+1", name="@SUM(A1)")]

    [bare], [named] = table(people, names=False), table(people, names=True)

    assert list(bare) == ["seat", "label", "delegation", "role", "link", "expires_at"]
    assert bare["label"] == "'=1+1"
    assert bare["expires_at"] == "2021-11-05T12:00:00.000Z"
    assert (named["name"], named["email"], named["lang"]) == ("'@SUM(A1)", "bj-01@example.org", "fr")


def test_badges_stand_in_protocol_order_and_staff_last():
    people = [person("MOD-01", role=Role.MODERATOR), person("BJ-01"), person("SN-01"), person("BJ-02")]

    page = as_badges(people, papers(), PAGES)

    places = [page.index(f">{seat}<") for seat in ("SN-01", "BJ-01", "BJ-02", "MOD-01")]
    assert places == sorted(places)


@pytest.mark.parametrize(("count", "sheets"), [(1, 1), (8, 1), (9, 2), (20, 3)])
def test_eight_badges_make_a_sheet(count, sheets):
    page = as_badges([person(f"BJ-{number:02}") for number in range(count)], papers(), PAGES)

    assert ON_A_SHEET == 8
    assert page.count('<section class="sheet">') == sheets
    assert page.count('<li class="badge">') == count


def test_a_badge_says_seat_function_and_delegation_and_a_name_only_where_asked():
    people = [person("BJ-01", label="Maire & ministre", name="Awa Exemple"), person("SN-01")]

    bare, named = as_badges(people, papers("en"), PAGES), as_badges(people, papers("en", names=True), PAGES)

    assert "Maire &amp; ministre" in bare
    assert "Benin" in bare
    assert "Awa" not in bare
    assert "Awa Exemple" in named
    assert "Valid until 5 November 2021, 13:00." in bare


def test_a_page_to_print_stands_alone():
    for page in (as_badges([person("BJ-01")], papers(), PAGES), as_list([person("BJ-01")], papers(), PAGES)):
        for outside in ("<script", "<link", "src=", "url(", "@import"):
            assert outside not in page
        assert page.count("https://") == page.count("https://live.example.org/j/")


def test_each_delegation_has_a_list_of_its_own_with_links_to_type_and_to_scan():
    people = [person("BJ-01", name="Awa"), person("BJ-02"), person("SN-01")]

    page = as_list(people, papers(names=True), PAGES)

    assert page.count("<section>") == 2
    assert page.index("<h1>Sénégal</h1>") < page.index("<h1>Bénin</h1>") < page.index("Awa")
    assert page.count("<svg") == 3
    assert people[0].link in page
    assert "equipe@sommet.example" in page


def test_marks_stand_outside_the_badges_at_the_end_of_every_cut():
    across = {mark.x1 for mark in cut_marks() if mark.x1 == mark.x2}
    down = {mark.y1 for mark in cut_marks() if mark.y1 == mark.y2}

    assert across == {15, 105, 195}
    assert down == {18.5, 83.5, 148.5, 213.5, 278.5}
    for mark in cut_marks():
        inside = 15 < (mark.x1 + mark.x2) / 2 < 195 and 18.5 < (mark.y1 + mark.y2) / 2 < 278.5
        assert not inside
        assert 0 < min(mark.x1, mark.y1) < max(mark.x2, mark.y2) < 297


async def test_a_phone_reads_every_code_of_a_printed_sheet(page):
    people = [person(f"BJ-{number:02}", label="Directrice " * 9, name="Nom " * 20) for number in range(8)]
    await page.set_viewport_size({"width": 900, "height": 1300})
    await page.set_content(as_badges(people, papers(names=True), PAGES))

    shot = await page.locator(".sheet").screenshot()
    sizes = await page.evaluate(
        "() => [...document.querySelectorAll('.badge')].map(b => {"
        " const box = b.getBoundingClientRect();"
        " return [box.width, box.height, b.scrollWidth <= b.clientWidth, b.scrollHeight <= b.clientHeight] })"
    )

    found = {code.text for code in zxingcpp.read_barcodes(Image.open(io.BytesIO(shot)))}
    assert found == {one.link for one in people}
    px = 96 / 25.4
    for width, height, fits_across, fits_down in sizes:
        assert (round(width / px), round(height / px)) == (90, 65)
        assert fits_across
        assert fits_down


@pytest.mark.parametrize(("count", "pages"), [(8, 1), (9, 2)])
async def test_a_sheet_is_one_page_of_a4(page, count, pages):
    people = [person(f"BJ-{number:02}", label="Maire") for number in range(count)]
    await page.set_content(as_badges(people, papers(), PAGES))

    printed = await page.pdf(prefer_css_page_size=True, print_background=True)

    assert printed.count(b"/Type /Page\n") == pages
    assert b"/MediaBox [0 0 594.95996 841.91998]" in printed


def test_a_validity_is_told_on_the_summits_clock():
    assert "Valable jusqu’au 5 novembre 2021, 13:00." in as_badges([person("BJ-01")], papers(), PAGES)
