"""Finding people, showing a link again, replacing it; links as QR codes."""

import pytest

from streamhub.access.roles import Role
from streamhub.programme.files import ParticipantEntry
from tests.handlers.house import ROOM


async def issued(house, organiser, **order):
    status, answer = await house.ask(
        "POST", "/invitations", organiser, {"role": "delegate", "delegation": "BJ"} | order
    )
    assert status == 201
    return answer["items"]


async def seats(house, organiser, query=""):
    status, answer = await house.ask("GET", f"/participants{query}", organiser)
    assert status == 200
    return [row["seat"] for row in answer["items"]]


async def entered(house, link):
    code = link.rsplit("/", 1)[1]
    return await house.ask(
        "POST", "/enter", None, {"token": code[2:]} if code.startswith("j#") else {"code": code}
    )


async def test_people_are_found_by_seat_function_delegation_and_name(house, organiser):
    entry = ParticipantEntry("x1", "UNESCO", "delegate", "Directrice", "Zoé Ålund", "zoe@example.org", "fr")
    await house.use.bulk.load([entry], "test")
    await issued(house, organiser, label="Ministre de l'Eau")

    found = {
        word: await seats(house, organiser, f"?q={word}")
        for word in ("bj-01", "eau", "benin", "alund", "zoe@", "personne", "direc alund")
    }

    assert found == {
        "bj-01": ["BJ-01"],
        "eau": ["BJ-01"],
        "benin": ["BJ-01"],
        "alund": ["UNESCO-01"],
        "zoe@": ["UNESCO-01"],
        "personne": [],
        "direc alund": ["UNESCO-01"],
    }


async def test_an_id_finds_its_person_whole_and_by_no_part_of_it(house, organiser):
    [made] = await issued(house, organiser)

    assert await seats(house, organiser, f"?q={made['participant']}") == [made["seat"]]
    assert await seats(house, organiser, f"?q={made['id']}") == [made["seat"]]
    assert await seats(house, organiser, f"?q={made['participant'][2:9]}") == []


async def test_a_list_is_narrowed_by_role_delegation_and_standing_and_comes_in_pages(house, organiser):
    made = await issued(house, organiser, count=3)
    await issued(house, organiser, role="correspondent")
    await house.ask("POST", f"/invitations/{made[0]['id']}:revoke", organiser)

    assert await seats(house, organiser, "?role=correspondent") == ["BJ-04"]
    assert await seats(house, organiser, "?standing=revoked") == ["BJ-01"]
    assert await seats(house, organiser, "?delegation=BJ&standing=valid&role=delegate") == ["BJ-02", "BJ-03"]
    _, first = await house.ask("GET", "/participants?delegation=BJ&limit=3", organiser)
    _, rest = await house.ask("GET", f"/participants?delegation=BJ&limit=3&cursor={first['next']}", organiser)
    assert (first["total"], len(first["items"]), len(rest["items"]), rest["next"]) == (4, 3, 1, None)


@pytest.mark.parametrize("query", ["role=king", "standing=gone", "limit=0", "cursor=x", f"q={'x' * 201}"])
async def test_a_word_that_is_none_is_refused_by_name(house, organiser, query):
    status, answer = await house.ask("GET", f"/participants?{query}", organiser)

    assert (status, answer["errors"][0]["field"]) == (422, query.partition("=")[0])


async def test_names_are_for_organisers_only(house):
    for role in (Role.MODERATOR, Role.CORRESPONDENT, Role.DESK, Role.COMMUNICATIONS):
        status, _ = await house.ask("GET", "/participants", await house.guest(role))
        assert status == 403, role


async def test_a_link_shown_again_opens_the_same_invitation_beside_the_first(house, organiser):
    [made] = await issued(house, organiser)

    status, shown = await house.ask("POST", f"/invitations/{made['id']}:link", organiser)

    assert status == 201
    assert shown["link"].startswith(f"{house.url}/j#")
    answers = [await entered(house, link) for link in (shown["link"], made["link"])]
    assert [status for status, _ in answers] == [204, 204]


async def test_the_link_of_a_withdrawn_or_ended_invitation_is_not_shown(house, organiser):
    [made] = await issued(house, organiser)
    [short] = await issued(house, organiser, expires_at="2021-11-04T13:00:00Z")
    house.clock.advance(minutes=120)
    await house.ask("POST", f"/invitations/{made['id']}:revoke", organiser)

    answers = [await house.ask("POST", f"/invitations/{one['id']}:link", organiser) for one in (made, short)]

    assert [(status, answer["code"]) for status, answer in answers] == [
        (410, "invitation_revoked"),
        (401, "token_expired"),
    ]


async def test_after_replacing_old_links_say_so_and_the_new_one_opens(house, organiser):
    [made] = await issued(house, organiser)
    _, shown = await house.ask("POST", f"/invitations/{made['id']}:link", organiser)

    _, replaced = await house.ask("POST", f"/invitations/{made['id']}:replace", organiser)

    old = [await entered(house, link) for link in (made["link"], shown["link"])]
    assert [(status, answer["code"]) for status, answer in old] == [(410, "invitation_revoked")] * 2
    assert (await entered(house, replaced["items"][0]["link"]))[0] == 204


async def test_a_link_as_qr_code_says_the_link_and_nothing_else_is_drawn(house, organiser):
    [made] = await issued(house, organiser)

    status, drawn = await house.ask("POST", "/qr", organiser, {"link": made["link"]})
    refused = [
        (await house.ask("POST", "/qr", organiser, {"link": link}))[0]
        for link in ("https://elsewhere.example/j/x", f"{house.url}/", f"{house.url}/j/{'x' * 2_000}", "")
    ]

    assert (status, refused) == (200, [422] * 4)
    assert drawn["svg"].startswith("<svg")
    assert "script" not in drawn["svg"]


async def test_the_people_page_searches_without_a_script_and_shows_no_link(house, organiser):
    [made] = await issued(house, organiser, label="Ministre", sessions=[ROOM])

    async with house.raw("GET", "/console/people?q=minis&lang=en", organiser) as page:
        text = await page.text()

    assert page.status == 200
    assert "Ministre" in text
    assert "Ports" in text
    assert made["link"].rsplit("/", 1)[1] not in text


async def test_the_organiser_lands_on_the_console(house):
    [made] = await issued(house, await house.guest(Role.ORGANISER), role="organiser", delegation=None)

    async with house.client.post(made["link"], allow_redirects=False) as answer:
        assert (answer.status, answer.headers["Location"]) == (303, "/console")


PAGES = (
    "/console",
    f"/console/sessions/{ROOM}",
    "/console/delegations",
    "/console/people",
    "/console/staff",
    "/console/requests",
    "/console/requests?state=refused",
    "/console/audit",
    "/console/audit?since=2021-11-04&until=2021-11-04&by=ORG-01&action=session",
    "/console/audit?since=x&by=nobody",
)


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("lang", ["fr", "en"])
async def test_every_page_reads_in_both_languages_and_is_for_organisers_only(house, organiser, path, lang):
    joint = "&" if "?" in path else "?"
    moderator = await house.guest(Role.MODERATOR)

    async with house.raw("GET", f"{path}{joint}lang={lang}", organiser) as page:
        assert (page.status, page.headers["Content-Language"]) == (200, lang)
        text = await page.text()
    async with house.raw("GET", path, moderator) as refused:
        assert refused.status == 403

    assert "Organiser" in text or "Organisation" in text
